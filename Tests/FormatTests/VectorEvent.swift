import AuraCore
import AuraTesting
import Foundation

/// The meaning of a batch vector: the content of its `.json`.
struct BatchMeaning: Codable {
    var about: String
    /// Whether Aura writes these very bytes; another writer may choose otherwise.
    var isAurasChoice: Bool
    var events: [VectorEvent]

    static func read(_ text: String) throws -> BatchMeaning {
        try JSONDecoder().decode(BatchMeaning.self, from: Data(text.utf8))
    }

    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}

/// An event in JSON.
///
/// All values are strings, so that no parser rounds them: int64 and timestamp (µs) in decimal, float64
/// as the 16 hexadecimal digits of its bits.
struct VectorEvent: Codable {
    struct Value: Codable {
        var name: String
        var type: String
        var value: String
    }

    struct ID: Codable {
        var uuid: String?
        var text: String?
    }

    struct Malformed: Error {
        let value: Value
    }

    var type: String
    var time: String
    var id: ID?
    var attributes: [Value]

    init(_ event: Event) {
        type = event.type
        time = String(event.time.microseconds)
        switch event.id {
        case nil: id = nil
        case .uuid(let uuid): id = ID(uuid: uuid.description)
        case .text(let text): id = ID(text: text)
        }
        attributes = event.canonical.attributes.map { attribute in
            let text =
                switch attribute.value {
                case .float64(let float):
                    String(repeating: "0", count: float.bitPattern.leadingZeroBitCount / 4)
                        + (float.bitPattern == 0 ? "" : String(float.bitPattern, radix: 16))
                case .timestamp(let time): String(time.microseconds)
                default: attribute.value.description
                }
            return Value(name: attribute.name, type: attribute.value.type.name, value: text)
        }
    }

    func event() throws -> Event {
        guard let microseconds = Int64(time) else {
            throw Malformed(value: Value(name: "time", type: "timestamp", value: time))
        }
        var event = Event(type: type, time: Timestamp(microseconds: microseconds))
        if let text = id?.text {
            event.id = .text(text)
        } else if let uuid = id?.uuid.flatMap({ UUIDBytes(canonical: $0) }) {
            event.id = .uuid(uuid)
        }
        event.attributes = try attributes.map { value in
            guard let parsed = VectorEvent.parse(value) else { throw Malformed(value: value) }
            return Attribute(value.name, parsed)
        }
        return event
    }

    private static func parse(_ value: Value) -> AttributeValue? {
        let text = value.value
        return switch AttributeType(name: value.type) {
        case nil: nil
        case .bool: Bool(text).map(AttributeValue.bool)
        case .int64: Int64(text).map(AttributeValue.int64)
        case .float64: UInt64(text, radix: 16).map { .float64(Double(bitPattern: $0)) }
        case .string: .string(text)
        case .timestamp: Int64(text).map { .timestamp(Timestamp(microseconds: $0)) }
        case .uuid: UUIDBytes(canonical: text).map(AttributeValue.uuid)
        case .ipPrefix: IPPrefix(truncating: text).map(AttributeValue.ipPrefix)
        }
    }
}
