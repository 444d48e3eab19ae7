public import AuraCore

/// Some events as columns, wherever they lie: a strip of the head, or a piece of a chunk.
///
/// What is asked for is read and decoded then, and belongs to the caller.
public protocol RowSource: Sendable {
    /// Events.
    var rowCount: Int { get }
    /// Holds all event times: the earliest and the latest, unless the rows were chosen of others.
    var timeRange: ClosedRange<Int64> { get }
    /// Holds all sequence numbers, as `timeRange` does the times.
    var sequenceRange: ClosedRange<UInt64> { get }
    /// Names of the event types, each once.
    var typeNames: [String] { get }
    /// What columns there are, ascending.
    var columnKeys: [ColumnKey] { get }
    /// The type of each row, as an index of `typeNames`.
    func typeCodes() throws(StorageError) -> [UInt32]
    /// The time of each row, µs.
    func times() throws(StorageError) -> [Int64]
    /// The sequence number of each row.
    func sequences() throws(StorageError) -> [Int64]
    /// The values of the column at that index of `columnKeys`.
    func column(_ index: Int) throws(StorageError) -> ColumnData
    /// The rows of those times; nil if there are none.
    func rows(in times: TimeRanges) throws(StorageError) -> (any RowSource)?
    /// How many rows of each of `typeNames` have a time of the range; nil where that is no faster than
    /// to look at each.
    func counts(in times: Range<Int64>) throws(StorageError) -> [Int]?
    /// The rows that may pass a filter: all that do, and maybe others; nil if none does.
    func rows(where filter: ValueFilter) throws(StorageError) -> (any RowSource)?
    /// The rows at some places, ascending, each once; nil where it is no faster to read them alone.
    func rows(at places: [UInt32]) -> (any RowSource)?
}

extension RowSource {
    /// The columns of an attribute, one for each type it has.
    public func columns(named name: String) throws(StorageError) -> [ColumnData] {
        let name = ExactText(name)
        var found: [ColumnData] = []
        for (index, key) in columnKeys.enumerated() where key.name == name {
            found.append(try column(index))
        }
        return found
    }
}

/// An attribute with one of its types.
public struct ColumnKey: Hashable, Comparable, Sendable {
    /// Name of the attribute.
    public let name: ExactText
    /// Type of the values.
    public let type: AttributeType

    /// The column of that name and type.
    public init(_ name: String, _ type: AttributeType) {
        self.name = ExactText(name)
        self.type = type
    }

    /// Orders by name, bytewise, then by the code of the type.
    public static func < (left: ColumnKey, right: ColumnKey) -> Bool {
        left.name == right.name ? left.type.rawValue < right.type.rawValue : left.name < right.name
    }
}

/// The values of one column of some rows.
public struct ColumnData: Sendable {
    /// Values of one representation, in the order of rows.
    public enum Values: Sendable {
        /// Integers, times, ip prefixes, the bits of floats, 0 and 1.
        case integers([Int64])
        /// Codes of texts.
        case texts([UInt32], TextTable)
        /// UUIDs.
        case uuids([UUIDBytes])
    }

    /// Type of the values.
    public let type: AttributeType
    /// The row of each value, ascending; nil if every row has one.
    public let rows: [UInt32]?
    /// The values.
    public let values: Values

    /// How many values there are.
    public var count: Int {
        switch values {
        case .integers(let values): values.count
        case .texts(let codes, _): codes.count
        case .uuids(let values): values.count
        }
    }

    /// The row of the value at an index.
    @inline(__always)
    public func row(_ index: Int) -> Int {
        rows.map { Int($0[index]) } ?? index
    }

    /// The value at an index.
    public func value(_ index: Int) -> AttributeValue {
        switch values {
        case .texts(let codes, let table): return .string(table.text(Int(codes[index])))
        case .uuids(let values): return .uuid(values[index])
        case .integers(let values):
            let value = values[index]
            switch type {
            case .bool: return .bool(value != 0)
            case .float64: return .float64(Double(bitPattern: UInt64(bitPattern: value)))
            case .timestamp: return .timestamp(Timestamp(microseconds: value))
            case .ipPrefix:
                guard let prefix = IPPrefix(rawValue: UInt64(bitPattern: value)) else {
                    preconditionFailure("a stored prefix is none")
                }
                return .ipPrefix(prefix)
            case .int64, .string, .uuid: return .int64(value)
            }
        }
    }
}
