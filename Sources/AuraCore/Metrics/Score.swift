/// A question how unusual a bucket is.
public struct ScoreQuery: Hashable, Sendable {
    /// What is compared; raw values are the codes of the wire.
    public enum Statistic: UInt8, Hashable, Sendable {
        /// The number of events.
        case count = 0
        /// The share of errors; buckets without events have none.
        case errorRate = 1
        /// The mean of the values; buckets without values have none.
        case mean = 2
    }

    /// What a bucket is compared with.
    public enum Comparison: Hashable, Sendable {
        /// The same bucket of up to twelve weeks before, the later the more it weighs.
        case sameTimeOfWeek
        /// That many buckets just before.
        case previous(Int)
    }

    /// The type; nil for all events.
    public var type: String?
    /// The value of a dimension; nil for all.
    public var dimension: MetricQuery.Dimension?
    /// What is compared.
    public var statistic = Statistic.count
    /// The start of the bucket.
    public var bucket: Timestamp
    /// Its width in µs, a multiple of ten seconds.
    public var width: Int64
    /// What it is compared with.
    public var comparison = Comparison.sameTimeOfWeek

    /// The count of a bucket of that start and width.
    public init(bucket: Timestamp, width: Int64) {
        self.bucket = bucket
        self.width = width
    }

    /// Fewer buckets than these are no baseline.
    public static let leastSamples = 8
    /// More buckets than these are not compared.
    public static let maximumSamples = 10_000
    /// Weeks that a baseline looks back.
    public static let weeks = 12
    /// What a week weighs, compared with the one after it.
    public static let weeklyDecay = 0.9
}

/// How unusual a bucket is.
public struct Score: Hashable, Sendable {
    /// The bucket's own figure; nil where it has none.
    public var value: Double?
    /// Whether the bucket has ended, as far as the events tell.
    public var isClosed: Bool
    /// What is usual; nil where fewer than `ScoreQuery.leastSamples` buckets can be compared.
    public var baseline: Baseline?
    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64

    /// A score of these parts.
    public init(value: Double?, isClosed: Bool, baseline: Baseline?, watermark: UInt64) {
        self.value = value
        self.isClosed = isClosed
        self.baseline = baseline
        self.watermark = watermark
    }

    /// Deviations from the mean; nil without baseline or where it does not deviate.
    public var z: Double? {
        guard let value, let baseline, baseline.deviation > 0 else { return nil }
        return (value - baseline.mean) / baseline.deviation
    }

    /// As `z`, by median and median deviation, which a few outliers do not move.
    public var robustZ: Double? {
        guard let value, let baseline, baseline.medianDeviation > 0 else { return nil }
        return (value - baseline.median) / (1.4826 * baseline.medianDeviation)
    }
}

/// What is usual.
public struct Baseline: Hashable, Sendable {
    /// Buckets that were compared.
    public var sampleCount: Int
    /// Their mean, weighted.
    public var mean: Double
    /// Their standard deviation, weighted, as of a whole population.
    public var deviation: Double
    /// Their median; of weeks, that of the last eight.
    public var median: Double
    /// The median of the distances to it.
    public var medianDeviation: Double

    /// What is usual by these figures.
    public init(
        sampleCount: Int, mean: Double, deviation: Double, median: Double, medianDeviation: Double
    ) {
        self.sampleCount = sampleCount
        self.mean = mean
        self.deviation = deviation
        self.median = median
        self.medianDeviation = medianDeviation
    }
}
