/// The id of a user, patient, appointment, …, as its own system writes it: a number, a text or a
/// UUID.
///
/// Written as a literal where it can be: `userID: 42`, `userID: "u-17"`. A text that is a UUID in
/// canonical form is kept as 16 bytes; any other text stays a text, `"42"` included.
public enum EntityID: Hashable, Sendable {
    case number(Int64)
    case text(String)
    case uuid(UUIDBytes)

    /// The id of that number; one that exceeds 64 bits becomes its decimal text.
    public init(_ number: some BinaryInteger) {
        self = Int64(exactly: number).map(EntityID.number) ?? .text(String(number))
    }

    /// The id of that text; a canonical UUID is kept as one.
    public init(_ text: String) {
        self = UUIDBytes(canonical: text).map(EntityID.uuid) ?? .text(text)
    }
}

extension EntityID: ExpressibleByIntegerLiteral, ExpressibleByStringInterpolation {
    /// A number: `42`.
    public init(integerLiteral number: Int64) {
        self = .number(number)
    }

    /// A text or UUID: `"u-17"`.
    public init(stringLiteral text: String) {
        self.init(text)
    }
}

extension EntityID: CustomStringConvertible {
    /// The id as text.
    public var description: String { attributeValue.description }
}
