import AuraCore
import CAura

/// The clock of the machine, for those that take a clock.
enum WallClock {
    /// The present, in µs since the epoch.
    @Sendable static func microseconds() -> Int64 { aura_wall_clock() }

    /// The present.
    static var now: Timestamp { Timestamp(microseconds: microseconds()) }
}
