import AuraCore

/// The attributes of one event that have no column, as a JSON object in the making: keys ascending,
/// values of one key as a list, as `AttributeCap` writes them.
struct ResidualObject {
    /// Names and values as JSON.
    private var members: [(name: [UInt8], value: [UInt8])] = []

    /// Adds a value as the input wrote it.
    mutating func add(_ name: String, _ value: Row.Value, _ text: RawSpan) {
        switch value.kind {
        case .bool, .int64, .float64, .json, .wideInteger: members.append((json(name), text.array))
        case .text, .removed: members.append((json(name), json(text)))
        }
    }

    /// Adds a text.
    mutating func add(_ name: String, text: String) {
        members.append((json(name), json(text)))
    }

    /// Ends the object and begins the next; nil if nothing was added.
    mutating func take() -> [UInt8]? {
        if members.isEmpty { return nil }
        var grouped: [[UInt8]: [[UInt8]]] = [:]
        for member in members { grouped[member.name, default: []].append(member.value) }
        members.removeAll()
        var bytes: [UInt8] = []
        for (name, values) in grouped.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            bytes += name
            bytes.append(UInt8(ascii: ":"))
            if values.count > 1 { bytes.append(UInt8(ascii: "[")) }
            bytes += values.joined(separator: CollectionOfOne(UInt8(ascii: ",")))
            if values.count > 1 { bytes.append(UInt8(ascii: "]")) }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    mutating func removeAll() { members.removeAll() }

    private func json(_ text: String) -> [UInt8] { json(Array(text.utf8).rawSpan) }

    private func json(_ text: RawSpan) -> [UInt8] {
        var bytes: [UInt8] = []
        JSONText.encode(text, into: &bytes)
        return bytes
    }
}
