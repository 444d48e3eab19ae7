public import AuraCore

/// What the index says to a `MetricQuery`.
public struct MetricResult: Sendable {
    /// Ascending by bucket, then type; rows without events are left out, unless there is only one.
    public var rows: [MetricRow]
    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// The time that the rows speak of, half-open, in µs: the one asked for, or a wider one.
    public var window: Range<Int64>
    /// Why there may be more events than were counted; empty if all were.
    public var gaps: Set<MetricGap>

    /// Whether all events of the window were counted.
    public var isComplete: Bool { gaps.isEmpty }
}

/// Why an answer is not whole.
public enum MetricGap: String, Hashable, Sendable {
    /// No bucket ends there, or the index gave it up, and the events are not in memory.
    case givenUp
    /// Events came that lay more than a day in the future.
    case beyondFuture
    /// So many types or values came that these share a series with others.
    case sharedSeries
    /// A chunk with events of that time cannot be read, and was not counted.
    case missingChunk
}

/// The figures of one group of events.
public struct MetricRow: Hashable, Sendable {
    /// The type; nil where all types count together.
    public var type: String?
    /// The start of the bucket; nil where there are none.
    public var bucket: Timestamp?
    /// Events.
    public var count: UInt64 = 0
    /// Events that are errors.
    public var errors: UInt64 = 0
    /// The values, if they were asked for and there is one.
    public var values: ValueSummary?
    /// The quantiles asked for, in their order, each at most 1/64 off; empty without values.
    public var quantiles: [Double] = []
    /// The users, if they were asked for.
    public var users: UserCount?

    /// The share of errors, 0…1; nil without events.
    public var errorRate: Double? { count == 0 ? nil : Double(errors) / Double(count) }
}

/// The values of a group of events.
public struct ValueSummary: Hashable, Sendable {
    /// How many there are.
    public var count: UInt64
    /// Their sum.
    public var sum: Double
    /// Their standard deviation, as of a whole population.
    public var deviation: Double
    /// The least of them.
    public var least: Double
    /// The greatest of them.
    public var greatest: Double

    /// Their mean.
    public var mean: Double { sum / Double(count) }
}

/// How many different users there are.
public struct UserCount: Hashable, Sendable {
    /// The number, rounded where it is an estimate.
    public var count: UInt64
    /// Whether it is exact; else its standard error is 1.6 %.
    public var isExact: Bool
}
