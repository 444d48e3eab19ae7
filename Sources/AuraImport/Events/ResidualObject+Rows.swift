import AuraCore

extension ResidualObject {
    /// Adds a value as the input wrote it.
    mutating func add(_ name: String, _ value: Row.Value, _ text: RawSpan) {
        switch value.kind {
        case .bool, .int64, .float64, .json, .wideInteger: add(name, json: text.array)
        case .text, .removed: add(name, text: text)
        }
    }
}
