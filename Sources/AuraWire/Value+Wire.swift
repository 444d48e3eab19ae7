public import AuraCore
import NIOCore

/// Codes of types on the wire: `Formats/wire.md`, "Types of values".
extension ValueType {
    fileprivate static let plain: [ValueType] = [
        .null, .bool, .int64, .int128, .float64, .text, .timestamp, .instant, .date, .interval,
        .uuid,
    ]
    fileprivate static let listCode = UInt8(plain.count)
}

extension ByteReader {
    /// A type.
    mutating func readValueType() throws(FormatError) -> ValueType {
        var depth = 0
        while true {
            let code = try read(UInt8.self)
            if Int(code) < ValueType.plain.count {
                return (0..<depth).reduce(ValueType.plain[Int(code)]) { item, _ in .list(item) }
            }
            guard code == ValueType.listCode else { throw badValue("type \(code) of values") }
            depth += 1
            guard depth <= WireLimits.listDepth else {
                throw badValue("lists of lists, \(depth) deep")
            }
        }
    }

    /// Values of one type: whether any are NULL, then for each whether it is there, then those that
    /// are there.
    mutating func readValues(_ type: ValueType, count: Int) throws(FormatError) -> [Value] {
        let hasNulls = try readBool()
        guard hasNulls || type != .null else { throw badValue("values of no type") }
        // Each takes a byte at least, so that no count sets aside more memory than its frame has.
        guard count <= remaining else { throw failure("\(count) values must follow") }
        var isThere = [Bool](repeating: true, count: count)
        if hasNulls {
            for row in 0..<count { isThere[row] = try readBool() }
        }
        var values: [Value] = []
        values.reserveCapacity(count)
        for isThere in isThere { values.append(isThere ? try readValue(type) : .null) }
        return values
    }

    private mutating func readValue(_ type: ValueType) throws(FormatError) -> Value {
        switch type {
        case .null: throw badValue("a value of no type")
        case .bool: return .bool(try readBool())
        case .int64: return .int64(try read())
        case .int128: return .int128(try read())
        case .float64: return .float64(Double(bitPattern: try read()))
        case .text: return .text(try readString(limit: .max))
        case .timestamp: return .timestamp(try read())
        case .instant: return .instant(try read())
        case .date: return .date(try read())
        case .interval:
            return .interval(
                Interval(months: try read(), days: try read(), microseconds: try read()))
        case .uuid: return .uuid(UUIDBytes(high: try read(), low: try read()))
        case .list(let item):
            let count = Int(try read(UInt32.self))
            return .list(try readValues(item, count: count))
        }
    }
}

extension ByteBuffer {
    /// Appends a type.
    mutating func write(_ type: ValueType) {
        var type = type
        while case .list(let item) = type {
            write(ValueType.listCode)
            type = item
        }
        guard let code = ValueType.plain.firstIndex(of: type) else {
            preconditionFailure("\(type) has no code")
        }
        write(UInt8(code))
    }

    /// Appends values of that type, as `ByteReader.readValues` reads them.
    mutating func write(_ values: [Value], _ type: ValueType) {
        let hasNulls = type == .null || values.contains { $0.isNull }
        write(bool: hasNulls)
        if hasNulls {
            for value in values { write(bool: !value.isNull) }
        }
        for value in values { write(value, type) }
    }

    private mutating func write(_ value: Value, _ type: ValueType) {
        switch value {
        case .null: break
        case .bool(let value): write(bool: value)
        case .int64(let value): write(value)
        case .int128(let value): write(value)
        case .float64(let value): write(value.bitPattern)
        case .text(let value): write(string: value)
        case .timestamp(let value), .instant(let value), .date(let value): write(value)
        case .interval(let value):
            write(value.months)
            write(value.days)
            write(value.microseconds)
        case .uuid(let value):
            write(value.high)
            write(value.low)
        case .list(let items):
            guard case .list(let item) = type else { preconditionFailure("\(type) is no list") }
            write(UInt32(items.count))
            write(items, item)
        }
    }
}

extension Value {
    /// Bytes that it takes in a frame at most, beside those of its column.
    public var wireSize: Int {
        switch self {
        case .null: 1
        case .bool: 2
        case .int64, .float64, .timestamp, .instant, .date: 9
        case .int128, .uuid: 17
        case .interval: 25
        case .text(let text): 5 + text.utf8.count
        case .list(let items): items.reduce(6) { $0 + $1.wireSize }
        }
    }
}
