public import AuraCore

/// What rows are looked for by: an attribute that has one of some values, or a number of a range.
public struct ValueFilter: Hashable, Sendable {
    let attribute: ExactText
    let texts: [ExactText]
    let uuids: [UUIDBytes]
    let integers: [Int64]
    /// Whether a value of another type would do, too.
    let hasOthers: Bool
    /// Holds the numbers; nil where values are looked for.
    let range: ClosedRange<Double>?

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
        range = nil
    }

    /// The attribute and a range of the numbers that it may have; NaN is the greatest of all.
    public init(_ attribute: String, in range: ClosedRange<Double>) {
        self.attribute = ExactText(attribute)
        (texts, uuids, integers, hasOthers) = ([], [], [], false)
        self.range = range
    }
}
