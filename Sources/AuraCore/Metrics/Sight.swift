/// When events of a type, of a producer, or any were last seen.
public struct Sight: Hashable, Sendable {
    /// The greatest event time that was plausible when it came; nil if none was.
    public var event: Timestamp?
    /// When the last event came.
    public var arrival: Timestamp

    /// A sight of these times.
    public init(event: Timestamp?, arrival: Timestamp) {
        self.event = event
        self.arrival = arrival
    }
}
