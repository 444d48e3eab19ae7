/// One value of a query's answer, of any type.
public enum Value: Sendable {
    case null
    case bool(Bool)
    case int64(Int64)
    case int128(Int128)
    case float64(Double)
    case text(String)
    /// µs since 1970, of a clock without a zone.
    case timestamp(Int64)
    /// µs since 1970 in UTC.
    case instant(Int64)
    /// Days since 1970.
    case date(Int64)
    case interval(Interval)
    case uuid(UUIDBytes)
    case list([Value])

    /// Whether it is NULL.
    public var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// A whole number of any width; nil for other values.
    package var integer: Int128? {
        switch self {
        case .int64(let value): Int128(value)
        case .int128(let value): value
        default: nil
        }
    }

    /// A number as a float; nil for other values.
    package var double: Double? {
        switch self {
        case .int64(let value): Double(value)
        case .int128(let value): Double(value)
        case .float64(let value): value
        default: nil
        }
    }

    /// The µs or days of a time; nil for other values.
    package var time: Int64? {
        switch self {
        case .timestamp(let value), .instant(let value), .date(let value): value
        default: nil
        }
    }
}

extension Value: Hashable, Comparable {
    /// Whether GROUP BY takes both for the same: NULL equals NULL, NaN equals NaN, texts byte by byte.
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int64(let left), .int64(let right)): left == right
        case (.float64(let left), .float64(let right)):
            left == right || left.isNaN && right.isNaN
        case (.text(let left), .text(let right)): ExactText(left) == ExactText(right)
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.instant(let left), .instant(let right)): left == right
        case (.date(let left), .date(let right)): left == right
        case (.interval(let left), .interval(let right)): left == right
        case (.uuid(let left), .uuid(let right)): left == right
        case (.list(let left), .list(let right)): left == right
        default:
            if let left = left.integer, let right = right.integer { left == right } else { false }
        }
    }

    /// The order of ORDER BY of two values of one type: false first, NaN and NULL last, texts by
    /// bytes.
    public static func < (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, _): false
        case (_, .null): true
        case (.bool(let left), .bool(let right)): !left && right
        case (.int64(let left), .int64(let right)): left < right
        case (.float64(let left), .float64(let right)):
            left < right || !left.isNaN && right.isNaN
        case (.text(let left), .text(let right)): ExactText(left) < ExactText(right)
        case (.timestamp(let left), .timestamp(let right)): left < right
        case (.instant(let left), .instant(let right)): left < right
        case (.date(let left), .date(let right)): left < right
        case (.interval(let left), .interval(let right)): left.comparable < right.comparable
        case (.uuid(let left), .uuid(let right)): left < right
        case (.list(let left), .list(let right)): left.lexicographicallyPrecedes(right)
        default:
            if let left = left.integer, let right = right.integer { left < right } else { false }
        }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: break
        case .bool(let value): hasher.combine(value)
        case .int64, .int128: hasher.combine(integer)
        case .float64(let value): hasher.combine(value.isNaN ? .nan : value)
        case .text(let value): hasher.combine(ExactText(value))
        case .timestamp(let value), .instant(let value), .date(let value): hasher.combine(value)
        case .interval(let value): hasher.combine(value)
        case .uuid(let value): hasher.combine(value)
        case .list(let value): hasher.combine(value)
        }
    }
}
