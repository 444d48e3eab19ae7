import AuraCore
import NIOCore

extension ByteReader {
    /// One attribute value: a byte for its type, then its bytes.
    mutating func readValue() throws(FormatError) -> AttributeValue {
        let code = try read(UInt8.self)
        guard let type = AttributeType(rawValue: code) else {
            throw badValue("attribute type \(code)")
        }
        switch type {
        case .bool: return .bool(try readBool())
        case .int64: return .int64(try read())
        case .float64: return .float64(Double(bitPattern: try read()))
        case .string: return .string(try readString(limit: Limits.stringBytes))
        case .timestamp:
            let time = Timestamp(microseconds: try read())
            guard time.isRepresentable else { throw badValue("time \(time.microseconds) µs") }
            return .timestamp(time)
        case .uuid: return .uuid(UUIDBytes(high: try read(), low: try read()))
        case .ipPrefix:
            let raw = try read(UInt64.self)
            guard let prefix = IPPrefix(rawValue: raw) else { throw badValue("ip prefix \(raw)") }
            return .ipPrefix(prefix)
        }
    }
}

extension ByteBuffer {
    /// Appends one attribute value as `ByteReader.readValue` reads it.
    mutating func write(_ value: AttributeValue) {
        write(value.type.rawValue)
        switch value {
        case .bool(let value): write(bool: value)
        case .int64(let value): write(value)
        case .float64(let value): write(value.bitPattern)
        case .string(let value): write(string: value)
        case .timestamp(let value): write(value.microseconds)
        case .uuid(let value):
            write(value.high)
            write(value.low)
        case .ipPrefix(let value): write(value.rawValue)
        }
    }
}
