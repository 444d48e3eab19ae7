/// A question to the time-bucket index: how much, how often wrong, how long, by how many.
public struct MetricQuery: Hashable, Sendable {
    /// Only these types; empty means all.
    public var types: [String] = []
    /// Only events with that value of an attribute that is a dimension of the index.
    public var dimension: Dimension?
    /// Earliest event time, inclusive.
    public var start: Timestamp?
    /// Event time behind the last, exclusive.
    public var end: Timestamp?
    /// Whether each type has a row of its own.
    public var isByType = false
    /// A row for each of the half-open buckets of that many µs, a multiple of ten seconds, aligned to
    /// the epoch; nil for one row.
    public var bucket: Int64?
    /// What to tell beside count and errors.
    public var parts: Parts = []
    /// The quantiles wanted, of 0…1, ascending.
    public var quantiles = [0.5, 0.95, 0.99]
    /// What becomes of the parts of the window that no whole bucket of the index covers.
    public var edges = Edges.fromRows
    /// More rows than these are refused; not told to a server, which has its own.
    public var rowLimit = 1_000_000

    /// All events, in one row.
    public init() {}

    /// A value of an attribute.
    public struct Dimension: Hashable, Sendable {
        /// The attribute's name.
        public var attribute: String
        /// Its value, type included.
        public var value: AttributeValue

        /// An attribute and its value.
        public init(attribute: String, value: AttributeValue) {
            self.attribute = attribute
            self.value = value
        }
    }

    /// What a metric has beside count and errors, each at a price.
    public struct Parts: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt8

        /// Parts of these bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Sum, mean, deviation, least and greatest of the values.
        public static let values = Parts(rawValue: 1)
        /// Quantiles of the values.
        public static let quantiles = Parts(rawValue: 2)
        /// How many different users there are.
        public static let users = Parts(rawValue: 4)
        /// All of them.
        public static let all: Parts = [.values, .quantiles, .users]
    }

    /// How the ends of a window are treated that lie within a bucket; raw values are the codes of
    /// the wire.
    public enum Edges: UInt8, Hashable, Sendable {
        /// The events at the edges are read one by one: exact, and as slow as they are many.
        case fromRows = 0
        /// The window grows to whole buckets of the width that the index holds there.
        case widened = 1
    }

    /// The most quantiles of a question.
    public static let maximumQuantiles = 100
}
