public import AuraCore
public import AuraStorage

/// What the index says to a `MetricQuery`.
public struct MetricResult: Sendable {
    /// Ascending by bucket, then type; rows without events are left out, unless there is only one.
    public var rows: [MetricRow]
    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// The time that the rows speak of, half-open, in µs: the one asked for, or a wider one.
    public var window: Range<Int64>
    /// Why there may be more events than were counted; empty if all were.
    public var gaps: MetricGaps
    /// Chunks whose events may lack, by number, where `gaps` says that some do.
    public var missing: [MissingChunk]

    /// Whether all events of the window were counted.
    public var isComplete: Bool { gaps.isEmpty }
}
