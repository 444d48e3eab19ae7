/// The attributes of one event that have no column of their own, as a JSON object in the making:
/// the value of `$residual`.
///
/// Keys ascend, and the values of one key become a list, so that the same attributes always give the
/// same bytes.
public struct ResidualObject: Sendable {
    /// Names and values as JSON.
    private var members: [(name: [UInt8], value: [UInt8])] = []

    /// An object without members.
    public init() {}

    /// Whether nothing was added.
    public var isEmpty: Bool { members.isEmpty }

    /// Adds a value.
    public mutating func add(_ name: String, _ value: AttributeValue) {
        add(name, json: Array(JSONEncoding.encoded(value).utf8))
    }

    /// Adds a value that is JSON already.
    public mutating func add(_ name: String, json value: [UInt8]) {
        members.append((Array(JSONEncoding.quoted(name).utf8), value))
    }

    /// Adds a text.
    public mutating func add(_ name: String, text: RawSpan) {
        var value: [UInt8] = []
        JSONEncoding.append(text, to: &value)
        add(name, json: value)
    }

    /// Forgets all members.
    public mutating func removeAll() { members.removeAll() }

    /// Ends the object and begins the next; nil if nothing was added.
    ///
    /// - Parameter given: What the event's `$residual` holds already. It stays as it is in front
    ///   of the members, or, where it does not look like an object, becomes one of them.
    public mutating func take(behind given: String? = nil) -> [UInt8]? {
        if members.isEmpty { return given.map { Array($0.utf8) } }
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        if let given { bytes = opened(given) }
        var grouped: [[UInt8]: [[UInt8]]] = [:]
        for member in members { grouped[member.name, default: []].append(member.value) }
        members.removeAll()
        for (name, values) in grouped.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes += name
            bytes.append(UInt8(ascii: ":"))
            if values.count > 1 { bytes.append(UInt8(ascii: "[")) }
            bytes += values.joined(separator: CollectionOfOne(UInt8(ascii: ",")))
            if values.count > 1 { bytes.append(UInt8(ascii: "]")) }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// An object up to its last member, so that others can follow.
    private mutating func opened(_ given: String) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte <= 0x20 }
        var bytes = Array(given.utf8.drop(while: isSpace))
        while bytes.last.map(isSpace) == true { bytes.removeLast() }
        guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else {
            add(ReservedName.residual, .string(given))
            return [UInt8(ascii: "{")]
        }
        bytes.removeLast()
        while bytes.last.map(isSpace) == true { bytes.removeLast() }
        return bytes
    }
}

extension Event {
    /// The event with some of its attributes as members of `$residual`.
    public func movingToResidual(_ isMoved: (_ name: String) -> Bool) -> Event {
        var kept = self
        kept.attributes = []
        var residual = ResidualObject()
        var given: String?
        for attribute in attributes {
            if attribute.name == ReservedName.residual, case .string(let text) = attribute.value {
                given = text
            } else if isMoved(attribute.name) {
                residual.add(attribute.name, attribute.value)
            } else {
                kept.attributes.append(attribute)
            }
        }
        if let bytes = residual.take(behind: given) {
            kept.attributes.append(
                Attribute(ReservedName.residual, .string(String(decoding: bytes, as: UTF8.self))))
        }
        return kept
    }
}
