import AuraCore

/// The attributes of one event that have no column, as a JSON object in the making.
struct ResidualObject {
    private var bytes: [UInt8] = []

    /// Adds a value as the input wrote it.
    mutating func add(_ name: String, _ value: Row.Value, _ text: RawSpan) {
        begin(name)
        switch value.kind {
        case .bool, .int64, .float64, .json: bytes.append(text)
        case .text, .removed: JSONText.encode(text, into: &bytes)
        }
    }

    /// Adds a text.
    mutating func add(_ name: String, text: String) {
        begin(name)
        JSONText.encode(Array(text.utf8).rawSpan, into: &bytes)
    }

    /// Ends the object and begins the next; nil if nothing was added.
    mutating func take() -> [UInt8]? {
        if bytes.isEmpty { return nil }
        bytes.append(UInt8(ascii: "}"))
        defer { bytes = [] }
        return bytes
    }

    mutating func removeAll() { bytes.removeAll() }

    private mutating func begin(_ name: String) {
        bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        JSONText.encode(Array(name.utf8).rawSpan, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }
}
