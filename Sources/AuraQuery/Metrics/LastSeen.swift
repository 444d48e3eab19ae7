public import AuraCore
package import AuraStorage

/// When events were last seen, by type and by producer.
public struct LastSeen: Sendable {
    /// Of all events; nil if there are none.
    public var any: Sight?
    /// By the name of the type.
    public var types: [ExactText: Sight] = [:]
    /// By the handle of the producer.
    public var producers: [UInt32: Sight] = [:]
    /// The names of those handles that the store remembers.
    public var producerNames: [UInt32: ExactText] = [:]
    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64

    /// What a state of the index knows.
    package init(_ state: IndexState) {
        any = Sight(state.series.sights[Int(SeriesTable.total)])
        for (name, number) in state.series.types() {
            types[ExactText(name)] = Sight(state.series.sights[Int(number)])
        }
        producers = state.producers.compactMapValues(Sight.init)
        watermark = state.watermark
    }
}

extension Sight {
    /// What the index keeps; nil before the first event.
    init?(_ sight: SeriesTable.Sight) {
        guard sight.arrival > .min else { return nil }
        self.init(
            event: sight.event > .min ? Timestamp(microseconds: sight.event) : nil,
            arrival: Timestamp(microseconds: sight.arrival))
    }
}
