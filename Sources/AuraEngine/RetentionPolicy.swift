/// How long events are kept; as they are accepted, so they stay, unless this says otherwise.
public struct RetentionPolicy: Hashable, Sendable {
    /// Events older than this go; nil keeps them whatever their age.
    public var age: Duration?
    /// The oldest events go once chunks and log take more bytes than this; nil for any number.
    public var bytes: Int64?

    /// Keeps everything.
    public init() {}
}

/// Whether a wall clock can be believed before something is deleted on its word.
///
/// One that was set a year ahead by mistake, and is set right again, must not have deleted a year: it
/// has to go on as steadily as time itself for ten minutes.
struct SteadyClock {
    private var first: (wall: Int64, instant: ContinuousClock.Instant)?

    private static let patience = Duration.seconds(600)
    /// What a clock may differ in that is set slowly, as time services do.
    private static let slack = Duration.seconds(60)

    /// The wall clock's time, µs, once it was steady for long enough.
    mutating func believed(wall: Int64, at instant: ContinuousClock.Instant) -> Int64? {
        guard let first else {
            self.first = (wall, instant)
            return nil
        }
        let passed = first.instant.duration(to: instant)
        let shown = Duration.microseconds(wall - first.wall)
        guard shown - passed < SteadyClock.slack, passed - shown < SteadyClock.slack else {
            self.first = (wall, instant)
            return nil
        }
        return passed >= SteadyClock.patience ? wall : nil
    }
}
