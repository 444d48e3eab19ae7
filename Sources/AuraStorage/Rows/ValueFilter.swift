public import AuraCore

/// What rows are looked for by: an attribute that has one of some values.
public struct ValueFilter: Hashable, Sendable {
    let attribute: ExactText
    let texts: [ExactText]
    let uuids: [UUIDBytes]
    let integers: [Int64]
    /// Whether a value of another type would do, too.
    let hasOthers: Bool

    /// The attribute and the values that it may have.
    public init(_ attribute: String, _ values: [AttributeValue]) {
        self.attribute = ExactText(attribute)
        var texts: [ExactText] = []
        var uuids: [UUIDBytes] = []
        var integers: [Int64] = []
        var hasOthers = false
        for value in values {
            switch value {
            case .string(let text): texts.append(ExactText(text))
            case .uuid(let uuid): uuids.append(uuid)
            case .int64(let integer): integers.append(integer)
            default: hasOthers = true
            }
        }
        self.texts = texts
        self.uuids = uuids
        self.integers = integers
        self.hasOthers = hasOthers
    }
}
