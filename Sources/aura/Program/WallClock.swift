import AuraCore
import Glibc

/// The clock of the machine, for those that take a clock.
enum WallClock {
    /// The present, in µs since the epoch.
    @Sendable static func microseconds() -> Int64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// The present.
    static var now: Timestamp { Timestamp(microseconds: microseconds()) }
}
