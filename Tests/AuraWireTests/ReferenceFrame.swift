import AuraCore
import AuraTesting

/// What a field holds, as `Formats/wire.md` types it.
indirect enum WireValue: Sendable {
    case u8(UInt8), u16(UInt16), u32(UInt32), u64(UInt64), i64(Int64)
    case f64(Double)
    case bool(Bool)
    case text(String)
    case list([WireValue])
    case record([WireField])
    case optional(WireValue?)
    case value(AttributeValue)
    /// A batch, or bytes that are in no format.
    case bytes([UInt8])
}

/// A named field of a message.
struct WireField: Sendable {
    let name: String
    let value: WireValue

    init(_ name: String, _ value: WireValue) {
        self.name = name
        self.value = value
    }
}

/// A frame written from the document alone, without the codec that is tested.
struct ReferenceFrame: Sendable {
    var opcode: UInt8
    var flags: UInt8 = 0
    var requestID: UInt32
    var fields: [WireField]
    /// The fields before the fixed part's hash, in messages with a batch.
    var fixedFields = 0

    // What a good frame computes; damaged ones say otherwise.
    var magic: [UInt8] = Array("AUR1".utf8)
    var version: UInt16 = 1
    var reserved: UInt32 = 0
    var size: UInt32?
    var headerHash: UInt32?
    var payloadHash: UInt64?
    var fixedHash: UInt32?

    init(_ opcode: UInt8, _ requestID: UInt32, flags: UInt8 = 0, _ fields: [WireField]) {
        self.opcode = opcode
        self.flags = flags
        self.requestID = requestID
        self.fields = fields
    }

    /// The payload, field by field, and what the payload hash covers of it.
    private var payload: (fields: AnnotatedBytes, hashed: [UInt8]) {
        var fixed = AnnotatedBytes()
        for field in fields.prefix(fixedFields) { fixed.append(field.name, field.value) }
        var rest = AnnotatedBytes()
        for field in fields.dropFirst(fixedFields) { rest.append(field.name, field.value) }
        guard fixedFields > 0 else { return (rest, rest.bytes) }
        let hash = fixedHash ?? Checksum.hash32(fixed.bytes.rawSpan)
        fixed.append("fixed part hash", hash)
        let hashed = rest.bytes
        fixed.append(rest)
        return (fixed, hashed)
    }

    /// All bytes, named.
    var annotated: AnnotatedBytes {
        let payload = payload
        var bytes = AnnotatedBytes()
        bytes.append("magic", String(decoding: magic, as: UTF8.self), bytes: magic)
        bytes.append("version", "\(version)", version)
        bytes.append("opcode", "", opcode)
        bytes.append("flags", "\(flags)", flags)
        bytes.append("request id", "\(requestID)", requestID)
        let size = size ?? UInt32(payload.fields.count)
        bytes.append("payload size", "\(size)", size)
        bytes.append("reserved", reserved)
        let hash = headerHash ?? Checksum.hash32(bytes.bytes.rawSpan)
        bytes.append("header hash", hash)
        bytes.append(
            "payload hash", payloadHash ?? Checksum.hash64(payload.hashed.rawSpan))
        bytes.append(payload.fields)
        return bytes
    }
}

extension AnnotatedBytes {
    /// Appends a value as the document lays it out.
    fileprivate mutating func append(_ name: String, _ value: WireValue) {
        switch value {
        case .u8(let value): append(name, "\(value)", value)
        case .u16(let value): append(name, "\(value)", value)
        case .u32(let value): append(name, "\(value)", value)
        case .u64(let value): append(name, "\(value)", value)
        case .i64(let value): append(name, "\(value)", value)
        case .f64(let value): append(name, "\(value)", value.bitPattern)
        case .bool(let value): append(name, "\(value)", UInt8(value ? 1 : 0))
        case .bytes(let bytes): append(name, "\(bytes.count) bytes", bytes: bytes)
        case .text(let text):
            append("\(name), size", "\(text.utf8.count)", UInt32(text.utf8.count))
            if !text.isEmpty { append(name, "\"\(text)\"", bytes: Array(text.utf8)) }
        case .list(let values):
            append("\(name), count", "\(values.count)", UInt32(values.count))
            for (index, value) in values.enumerated() { append("\(name) \(index)", value) }
        case .record(let fields):
            for field in fields { append("\(name), \(field.name)", field.value) }
        case .optional(let value):
            append("\(name), present", "\(value != nil)", UInt8(value == nil ? 0 : 1))
            if let value { append(name, value) }
        case .value(let value):
            append("\(name), type", "\(value.type.rawValue)", value.type.rawValue)
            append(name, WireValue(content: value))
        }
    }
}

extension WireValue {
    /// What follows the type of an attribute's value.
    fileprivate init(content value: AttributeValue) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int64(let value): self = .i64(value)
        case .float64(let value): self = .u64(value.bitPattern)
        case .string(let value): self = .text(value)
        case .timestamp(let value): self = .i64(value.microseconds)
        case .ipPrefix(let value): self = .u64(value.rawValue)
        case .uuid(let value):
            self = .record([
                WireField("high", .u64(value.high)), WireField("low", .u64(value.low)),
            ])
        }
    }

    /// The value as JSON has it: numbers of 64 bits as texts, bytes as hexadecimal digits.
    var json: Any {
        switch self {
        case .u8(let value): Int(value)
        case .u16(let value): Int(value)
        case .u32(let value): Int(value)
        case .u64(let value): String(value)
        case .i64(let value): String(value)
        case .f64(let value): String(value)
        case .bool(let value): value
        case .text(let text): text
        case .list(let values): values.map(\.json)
        case .record(let fields):
            Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value.json) })
        case .optional(let value): value.map { [$0.json] } ?? [Any]()
        case .value(let value): [value.type.name: value.description]
        case .bytes(let bytes):
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}
