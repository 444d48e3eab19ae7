public import AuraCore

/// A run of consecutive events in memory: one batch, and the sequence number of its first event.
public struct Strip: Sendable {
    /// Sequence number of the first event.
    public let firstSequence: UInt64
    /// The events.
    public let batch: EventBatch

    /// Sequence number behind the last event.
    public var endSequence: UInt64 { firstSequence + UInt64(batch.rowCount) }
}
