public import AuraCore
public import NIOCore

/// METRIC: a question to the time-bucket index.
extension MetricQuery: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.metric

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        self.init()
        types = try reader.readStrings(count: WireLimits.types, size: Limits.nameBytes)
        dimension = try reader.readDimension()
        start = try reader.readBool() ? Timestamp(microseconds: reader.read()) : nil
        end = try reader.readBool() ? Timestamp(microseconds: reader.read()) : nil
        isByType = try reader.readBool()
        bucket = try reader.readBool() ? reader.read() : nil
        parts = Parts(rawValue: try reader.read())
        guard parts.isSubset(of: .all) else { throw reader.badValue("parts \(parts.rawValue)") }
        quantiles = try reader.readFloats(limit: WireLimits.quantiles)
        edges = try reader.readCode()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(strings: types)
        buffer.write(dimension)
        for bound in [start, end] { buffer.write(optional: bound?.microseconds) }
        buffer.write(bool: isByType)
        buffer.write(optional: bucket)
        buffer.write(parts.rawValue)
        buffer.write(floats: quantiles)
        buffer.write(edges.rawValue)
    }
}

/// METRICS: rows of the answer to METRIC; several frames, all but the last with the flag *more*.
public struct Metrics: WireMessage {
    /// The message's code.
    public static let opcode = Opcode.metrics

    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64
    /// Why there may be more events than were counted.
    public var gaps: MetricGaps
    /// The time that the rows speak of: the one asked for, or a wider one.
    public var window: Range<Timestamp>
    /// Ascending by bucket, then type, over all frames.
    public var rows: [MetricRow]
    /// What could not be read, if the answer is not complete; in the last frame.
    public var missing: [MissingEvents]

    /// Whether all events of the window were counted.
    public var isComplete: Bool { gaps.isEmpty }

    /// An answer, or a part of it.
    public init(
        watermark: UInt64, gaps: MetricGaps, window: Range<Timestamp>, rows: [MetricRow],
        missing: [MissingEvents] = []
    ) {
        self.watermark = watermark
        self.gaps = gaps
        self.window = window
        self.rows = rows
        self.missing = missing
    }

    /// Reads the fields.
    public init(from reader: inout ByteReader) throws(FormatError) {
        watermark = try reader.read()
        gaps = MetricGaps(rawValue: try reader.read())
        let start = Timestamp(microseconds: try reader.read())
        let end = Timestamp(microseconds: try reader.read())
        guard start <= end else { throw reader.badValue("a window that ends before it begins") }
        window = start..<end
        rows = []
        for _ in 0..<(try reader.readCount(limit: .max, size: MetricRow.smallestSize)) {
            rows.append(try MetricRow(from: &reader))
        }
        missing = try reader.readMissing()
    }

    /// Appends the payload.
    public func encode(into buffer: inout ByteBuffer) {
        buffer.write(watermark)
        buffer.write(gaps.rawValue)
        buffer.write(window.lowerBound.microseconds)
        buffer.write(window.upperBound.microseconds)
        buffer.write(UInt32(rows.count))
        for row in rows { row.encode(into: &buffer) }
        buffer.write(missing: missing)
    }
}

extension MetricRow {
    /// Bytes of the least that it takes.
    fileprivate static let smallestSize = 24

    /// Bytes that the row takes in a payload.
    public var encodedSize: Int {
        MetricRow.smallestSize + (type.map { 4 + $0.utf8.count } ?? 0) + (bucket == nil ? 0 : 8)
            + (values == nil ? 0 : 40) + 8 * quantiles.count + (users == nil ? 0 : 9)
    }

    fileprivate init(from reader: inout ByteReader) throws(FormatError) {
        self.init()
        type = try reader.readBool() ? reader.readString(limit: Limits.nameBytes) : nil
        bucket = try reader.readBool() ? Timestamp(microseconds: reader.read()) : nil
        count = try reader.read()
        errors = try reader.read()
        if try reader.readBool() {
            values = ValueSummary(
                count: try reader.read(), sum: try reader.readFloat(),
                deviation: try reader.readFloat(), least: try reader.readFloat(),
                greatest: try reader.readFloat())
        }
        quantiles = try reader.readFloats(limit: WireLimits.quantiles)
        if try reader.readBool() {
            users = UserCount(count: try reader.read(), isExact: try reader.readBool())
        }
    }

    fileprivate func encode(into buffer: inout ByteBuffer) {
        buffer.write(bool: type != nil)
        if let type { buffer.write(string: type) }
        buffer.write(optional: bucket?.microseconds)
        buffer.write(count)
        buffer.write(errors)
        buffer.write(bool: values != nil)
        if let values {
            buffer.write(values.count)
            for figure in [values.sum, values.deviation, values.least, values.greatest] {
                buffer.write(figure.bitPattern)
            }
        }
        buffer.write(floats: quantiles)
        buffer.write(bool: users != nil)
        if let users {
            buffer.write(users.count)
            buffer.write(bool: users.isExact)
        }
    }
}

extension ByteReader {
    /// A value of a dimension, or none.
    mutating func readDimension() throws(FormatError) -> MetricQuery.Dimension? {
        guard try readBool() else { return nil }
        let attribute = try readString(limit: Limits.nameBytes)
        return MetricQuery.Dimension(attribute: attribute, value: try readValue())
    }
}

extension ByteBuffer {
    /// Appends a value of a dimension, or none.
    mutating func write(_ dimension: MetricQuery.Dimension?) {
        write(bool: dimension != nil)
        guard let dimension else { return }
        write(string: dimension.attribute)
        write(dimension.value)
    }
}
