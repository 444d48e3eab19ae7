import AuraCore
import CAura

extension Timestamp {
    /// What the machine's clock shows.
    static func now() -> Timestamp {
        Timestamp(microseconds: aura_wall_clock())
    }
}
