public import AuraCore
public import NIOCore

/// COUNT: how many events, of which kind, when.
public struct CountRequest: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.count

    /// An attribute that must equal one of several values, type included.
    public struct Filter: Hashable, Sendable {
        /// The attribute's name.
        public var attribute: String
        /// The values, one of which it must have.
        public var values: [AttributeValue]

        /// A filter of these parts.
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
        case attribute(String)
    }

    /// Only these types; empty means all.
    public var types: [String] = []
    /// Earliest event time, inclusive.
    public var start: Timestamp?
    /// Event time behind the last, exclusive.
    public var end: Timestamp?
    /// Conditions that must all hold.
    public var filters: [Filter] = []
    /// What to count separately, at most `WireLimits.groupings`; empty means one row for all.
    public var groupings: [Grouping] = []

    /// Everything, in one row.
    public init() {}

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        types = try reader.readStrings(count: WireLimits.types, size: Limits.nameBytes)
        start = try reader.readBool() ? Timestamp(microseconds: reader.read()) : nil
        end = try reader.readBool() ? Timestamp(microseconds: reader.read()) : nil
        for _ in 0..<(try reader.readCount(limit: WireLimits.filters, size: 8)) {
            filters.append(try Filter(from: &reader))
        }
        for _ in 0..<(try reader.readCount(limit: WireLimits.groupings, size: 1)) {
            groupings.append(try Grouping(from: &reader))
        }
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(strings: types)
        for bound in [start, end] {
            buffer.write(bool: bound != nil)
            if let bound { buffer.write(bound.microseconds) }
        }
        buffer.write(UInt32(filters.count))
        for filter in filters {
            buffer.write(string: filter.attribute)
            buffer.write(UInt32(filter.values.count))
            for value in filter.values { buffer.write(value) }
        }
        buffer.write(UInt32(groupings.count))
        for grouping in groupings { grouping.encode(into: &buffer) }
    }
}

extension CountRequest.Filter {
    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        attribute = try reader.readString(limit: Limits.nameBytes)
        values = []
        for _ in 0..<(try reader.readCount(limit: WireLimits.filterValues, size: 2)) {
            values.append(try reader.readValue())
        }
    }
}

extension CountRequest.Grouping {
    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        let kind = try reader.read(UInt8.self)
        switch kind {
        case 0: self = .type
        case 1: self = .bucket(microseconds: try reader.read())
        case 2: self = .attribute(try reader.readString(limit: Limits.nameBytes))
        default: throw reader.badValue("grouping \(kind)")
        }
    }

    fileprivate func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .type:
            buffer.write(UInt8(0))
        case .bucket(let width):
            buffer.write(UInt8(1))
            buffer.write(width)
        case .attribute(let name):
            buffer.write(UInt8(2))
            buffer.write(string: name)
        }
    }
}

/// COUNTS: rows of the answer to COUNT; several frames, all but the last with the flag *more*.
public struct Counts: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.counts

    /// One group.
    public struct Row: Hashable, Sendable {
        /// A key for each grouping of the request, in its order.
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

    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// Whether all data could be read; false says that the counts are too low.
    public var isComplete: Bool
    /// Ascending by keys, over all frames.
    public var rows: [Row]
    /// What could not be read, if the answer is not complete; in the last frame.
    public var missing: [MissingEvents]

    /// An answer, or a part of it.
    public init(
        watermark: UInt64, isComplete: Bool, rows: [Row], missing: [MissingEvents] = []
    ) {
        self.watermark = watermark
        self.isComplete = isComplete
        self.rows = rows
        self.missing = missing
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        watermark = try reader.read()
        isComplete = try reader.readBool()
        let keyCount = Int(try reader.read(UInt8.self))
        guard keyCount <= WireLimits.groupings else {
            throw reader.badValue("\(keyCount) keys; at most \(WireLimits.groupings) are possible")
        }
        rows = []
        for _ in 0..<(try reader.readCount(limit: .max, size: 24 + 2 * keyCount)) {
            var keys: [GroupKey] = []
            for _ in 0..<keyCount { keys.append(try GroupKey(from: &reader)) }
            rows.append(
                Row(
                    keys: keys, count: try reader.read(),
                    first: Timestamp(microseconds: try reader.read()),
                    last: Timestamp(microseconds: try reader.read())))
        }
        missing = try reader.readMissing()
    }

    /// Appends the payload.
    ///
    /// Every row has the same number of keys.
    public func encode(into buffer: inout ByteBuffer) {
        let keyCount = rows.first?.keys.count ?? 0
        buffer.write(watermark)
        buffer.write(bool: isComplete)
        buffer.write(UInt8(keyCount))
        buffer.write(UInt32(rows.count))
        for row in rows {
            precondition(row.keys.count == keyCount, "rows of one answer have the same keys")
            for key in row.keys { key.encode(into: &buffer) }
            buffer.write(row.count)
            buffer.write(row.first.microseconds)
            buffer.write(row.last.microseconds)
        }
        buffer.write(missing: missing)
    }
}

extension Counts.Row {
    /// Bytes that the row takes in a payload.
    public var encodedSize: Int { keys.reduce(24) { $0 + $1.encodedSize } }
}

extension GroupKey {
    fileprivate var encodedSize: Int {
        switch self {
        case .type(let name): 5 + name.utf8.count
        case .bucket: 9
        case .attribute(nil): 2
        case .attribute(.string(let text)): 7 + text.utf8.count
        case .attribute(.uuid): 19
        case .attribute(.bool): 4
        case .attribute: 11
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        let kind = try reader.read(UInt8.self)
        switch kind {
        case 0: self = .type(try reader.readString(limit: Limits.nameBytes))
        case 1: self = .bucket(Timestamp(microseconds: try reader.read()))
        case 2: self = .attribute(try reader.readBool() ? reader.readValue() : nil)
        default: throw reader.badValue("key \(kind)")
        }
    }

    fileprivate func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .type(let name):
            buffer.write(UInt8(0))
            buffer.write(string: name)
        case .bucket(let start):
            buffer.write(UInt8(1))
            buffer.write(start.microseconds)
        case .attribute(let value):
            buffer.write(UInt8(2))
            buffer.write(bool: value != nil)
            if let value { buffer.write(value) }
        }
    }
}
