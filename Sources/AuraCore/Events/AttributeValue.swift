/// One value of any attribute type.
///
/// For single events and answers; columns hold vectors.
public enum AttributeValue: Hashable, Sendable {
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

    /// Equal bits: unlike `==`, NaN equals itself, 0.0 differs from -0.0, and é differs from e
    /// with an accent.
    public func isIdentical(to other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.float64(let left), .float64(let right)): left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        default: self == other
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
