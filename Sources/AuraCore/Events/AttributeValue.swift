/// One value of any attribute type.
///
/// For single events and answers; columns hold vectors.
public enum AttributeValue: Sendable {
    case bool(Bool)
    case int64(Int64)
    case float64(Double)
    case string(String)
    case timestamp(Timestamp)
    case uuid(UUIDBytes)
    case ipPrefix(IPPrefix)

    /// The type of the value.
    public var type: AttributeType {
        switch self {
        case .bool: .bool
        case .int64: .int64
        case .float64: .float64
        case .string: .string
        case .timestamp: .timestamp
        case .uuid: .uuid
        case .ipPrefix: .ipPrefix
        }
    }

    /// Equal bits: unlike `==`, NaNs of other payloads differ, and 0.0 differs from -0.0.
    public func isIdentical(to other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.float64(let left), .float64(let right)): left.bitPattern == right.bitPattern
        default: self == other
        }
    }

    /// The one value that stands for all that equal this one: of NaNs the quiet one, of zeros 0.0.
    public var canonical: AttributeValue {
        guard case .float64(let value) = self else { return self }
        return .float64(value.isNaN ? .nan : value == 0 ? 0 : value)
    }
}

extension AttributeValue: Hashable, Comparable {
    /// Whether filters and groupings take both for the same, as SQL does: the types are equal, and
    /// numbers are equal (every NaN to every NaN, 0.0 to -0.0), or texts byte by byte.
    public static func == (left: AttributeValue, right: AttributeValue) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): left == right
        case (.int64(let left), .int64(let right)): left == right
        case (.float64(let left), .float64(let right)):
            left == right || left.isNaN && right.isNaN
        case (.string(let left), .string(let right)): ExactText(left) == ExactText(right)
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.uuid(let left), .uuid(let right)): left == right
        case (.ipPrefix(let left), .ipPrefix(let right)): left == right
        default: false
        }
    }

    /// Orders by the codes of the types, then by value: false first, NaN last, texts by bytes.
    public static func < (left: AttributeValue, right: AttributeValue) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): !left && right
        case (.int64(let left), .int64(let right)): left < right
        case (.float64(let left), .float64(let right)):
            left < right || !left.isNaN && right.isNaN
        case (.string(let left), .string(let right)): ExactText(left) < ExactText(right)
        case (.timestamp(let left), .timestamp(let right)): left < right
        case (.uuid(let left), .uuid(let right)): left < right
        case (.ipPrefix(let left), .ipPrefix(let right)): left < right
        default: left.type.rawValue < right.type.rawValue
        }
    }

    /// Hashes the type and what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(type.rawValue)
        switch self {
        case .bool(let value): hasher.combine(value)
        case .int64(let value): hasher.combine(value)
        // A number hashes 0.0 and -0.0 alike, but NaNs by their bits.
        case .float64(let value): hasher.combine(value.isNaN ? .nan : value)
        case .string(let value): hasher.combine(ExactText(value))
        case .timestamp(let value): hasher.combine(value)
        case .uuid(let value): hasher.combine(value)
        case .ipPrefix(let value): hasher.combine(value)
        }
    }
}

extension AttributeValue: CustomStringConvertible {
    /// The value as text, as the command line prints it.
    public var description: String {
        switch self {
        case .bool(let value): String(value)
        case .int64(let value): String(value)
        case .float64(let value): String(value)
        case .string(let value): value
        case .timestamp(let value): value.description
        case .uuid(let value): value.description
        case .ipPrefix(let value): value.description
        }
    }
}

/// A named value of an event.
public struct Attribute: Hashable, Sendable {
    /// Any UTF-8 of 1…128 bytes that does not begin with `$`.
    public var name: String
    /// What it is; its type is part of the attribute's identity.
    public var value: AttributeValue

    /// A named value.
    public init(_ name: String, _ value: AttributeValue) {
        self.name = name
        self.value = value
    }
}
