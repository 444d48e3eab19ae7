public import AuraCore
public import AuraStorage

/// How many events, of which kind, when: the question that needs no language.
public struct CountQuery: Hashable, Sendable {
    /// Only these types; empty means all.
    public var types: [String] = []
    /// Earliest event time, inclusive.
    public var start: Timestamp?
    /// Event time behind the last, exclusive.
    public var end: Timestamp?
    /// Conditions that must all hold.
    public var filters: [Filter] = []
    /// What to count separately, at most `maximumGroupings`; empty means one row for all.
    public var groupings: [Grouping] = []
    /// More groups than these are refused: memory and answers have an end.
    public var groupLimit = 1_000_000
    /// Bytes of text that the keys of all groups may have together; more are refused.
    public var textLimit = 128 << 20

    /// Everything, in one row.
    public init() {}

    /// The time range, µs.
    var times: Range<Int64> {
        let start = start?.microseconds ?? .min
        return start..<max(start, end?.microseconds ?? .max)
    }

    /// An attribute that must equal one of several values, as `==` of values says.
    ///
    /// A text such as `7` may have been stored as a number, a string or more: `init(name:text:)`
    /// takes all readings of it.
    public struct Filter: Hashable, Sendable {
        /// The attribute's name.
        public var attribute: String
        /// What it may equal, type included.
        public var values: [AttributeValue]

        /// The attribute equals one of the values, type included.
        public init(attribute: String, values: [AttributeValue]) {
            self.attribute = attribute
            self.values = values
        }
    }

    /// One dimension of the answer.
    public enum Grouping: Hashable, Sendable {
        case type
        /// Half-open buckets of that many µs, aligned to the epoch.
        case bucket(microseconds: Int64)
        /// The value of an attribute; events without it form a group of their own.
        case attribute(String)
    }

    /// More dimensions than these are refused.
    public static let maximumGroupings = 4
}

/// What a count found.
public struct CountResult: Sendable {
    /// One group.
    public struct Row: Hashable, Sendable {
        /// A key for each grouping of the query, in its order.
        public var keys: [GroupKey]
        /// Events of the group.
        public var count: UInt64
        /// Earliest event time of the group.
        public var first: Timestamp
        /// Latest event time of the group.
        public var last: Timestamp

        /// A row of these parts.
        public init(keys: [GroupKey], count: UInt64, first: Timestamp, last: Timestamp) {
            self.keys = keys
            self.count = count
            self.first = first
            self.last = last
        }
    }

    /// Ascending by keys.
    public var rows: [Row]
    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// Chunks that may hold events of the time asked for and cannot be read: then the counts are
    /// too low.
    public var missing: [MissingChunk]

    /// A result of these parts.
    public init(rows: [Row], watermark: UInt64, missing: [MissingChunk] = []) {
        self.rows = rows
        self.watermark = watermark
        self.missing = missing
    }

    /// Whether all that was asked for could be read.
    public var isComplete: Bool { missing.isEmpty }
}

/// A question that cannot be answered as it stands.
public enum QueryError: Error, Hashable, Sendable {
    case tooManyGroupings(Int)
    case tooManyGroups(Int)
    case tooMuchText(Int)
    case badBucket(Int64)
    /// Buckets that are not made of the index's, or lie beyond the times that there are.
    case unevenBucket(Int64)
    case emptyRange
    /// The index keeps no series by that attribute.
    case unknownDimension(String)
    /// Quantiles that are not of 0…1, do not ascend or are too many.
    case badQuantiles
    /// Types whose values mean different things cannot share a mean; these are their attributes.
    case mixedValues([String])
    /// The store keeps no index.
    case noIndex
    /// Whoever asked wants no answer any more.
    case stopped
    /// Stored events could not be read.
    case storage(StorageError)
}

extension QueryError: CustomStringConvertible {
    /// What is wrong and how to mend it.
    public var description: String {
        switch self {
        case .tooManyGroupings(let count):
            "\(count) groupings; at most \(CountQuery.maximumGroupings) are possible"
        case .tooManyGroups(let count):
            "more than \(count) groups; narrow the time range or group by something coarser"
        case .tooMuchText(let bytes):
            "groups with more than \(bytes) bytes of text; narrow the time range or group by "
                + "shorter values"
        case .badBucket(let width):
            "a bucket of \(width) µs; it must be at least one millisecond"
        case .unevenBucket(let width):
            "a bucket of \(width) µs; the index answers for multiples of ten seconds, of scores up to "
                + "a year, within the years 1…9999"
        case .emptyRange:
            "the time range ends before it begins; swap its ends"
        case .unknownDimension(let name):
            "no series are kept by '\(name)'; add it to the dimensions of the index (the server's "
                + "setting 'index_dimensions'), or count with a filter instead"
        case .badQuantiles:
            "quantiles must lie in 0…1 and ascend, and be at most \(MetricQuery.maximumQuantiles)"
        case .mixedValues(let names):
            "values of different attributes (\(names.joined(separator: ", "))) have no mean in "
                + "common; ask for types whose value is the same, or group by type"
        case .noIndex:
            "the store keeps no index; open it with one (the server's setting 'index: true'), or count "
                + "the events"
        case .stopped:
            "the question was stopped before its end; ask again if the answer is still wanted"
        case .storage(let error):
            error.description
        }
    }
}

extension CountQuery.Filter {
    /// The attribute equals the text, in any reading of it: the string itself, a number, a bool, a
    /// time in RFC 3339, a UUID, an address prefix.
    public init(attribute: String, text: String) {
        var values: [AttributeValue] = [.string(text)]
        if let integer = Int64(text) { values.append(.int64(integer)) }
        if let float = Double(text) { values.append(.float64(float)) }
        if let bool = Bool(text) { values.append(.bool(bool)) }
        if let uuid = UUIDBytes(canonical: text) { values.append(.uuid(uuid)) }
        if let prefix = IPPrefix(truncating: text) { values.append(.ipPrefix(prefix)) }
        if let time = Timestamp(rfc3339: text) { values.append(.timestamp(time)) }
        self.init(attribute: attribute, values: values)
    }
}
