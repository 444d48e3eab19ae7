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

    /// A group without events.
    public init(type: String? = nil, bucket: Timestamp? = nil) {
        self.type = type
        self.bucket = bucket
    }

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

    /// The values of that summary.
    public init(count: UInt64, sum: Double, deviation: Double, least: Double, greatest: Double) {
        self.count = count
        self.sum = sum
        self.deviation = deviation
        self.least = least
        self.greatest = greatest
    }

    /// Their mean.
    public var mean: Double { sum / Double(count) }
}

/// How many different users there are.
public struct UserCount: Hashable, Sendable {
    /// The number, rounded where it is an estimate.
    public var count: UInt64
    /// Whether it is exact; else its standard error is 1.6 %.
    public var isExact: Bool

    /// That many.
    public init(count: UInt64, isExact: Bool) {
        self.count = count
        self.isExact = isExact
    }
}

/// Why an answer of the index is not whole.
public struct MetricGaps: OptionSet, Hashable, Sendable {
    /// The bits, as the wire has them.
    public let rawValue: UInt8

    /// Reasons of these bits; a later version may know others.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// No bucket ends there, or the index gave it up, and the events are not in memory.
    public static let givenUp = MetricGaps(rawValue: 1)
    /// Events came that lay more than a day in the future.
    public static let beyondFuture = MetricGaps(rawValue: 2)
    /// So many types or values came that these share a series with others.
    public static let sharedSeries = MetricGaps(rawValue: 4)
    /// A chunk with events of that time cannot be read, and was not counted.
    public static let missingChunk = MetricGaps(rawValue: 8)
}
