/// A Swift value that can be the value of an attribute.
public protocol AttributeConvertible: Sendable {
    /// The value as an attribute holds it.
    var attributeValue: AttributeValue { get }
}

extension Bool: AttributeConvertible {
    /// A bool.
    public var attributeValue: AttributeValue { .bool(self) }
}

extension Int: AttributeConvertible {
    /// An int64.
    public var attributeValue: AttributeValue { .int64(Int64(self)) }
}

extension Double: AttributeConvertible {
    /// A float64.
    public var attributeValue: AttributeValue { .float64(self) }
}

extension String: AttributeConvertible {
    /// A string.
    public var attributeValue: AttributeValue { .string(self) }
}

extension Timestamp: AttributeConvertible {
    /// A timestamp.
    public var attributeValue: AttributeValue { .timestamp(self) }
}

extension IPPrefix: AttributeConvertible {
    /// An ip prefix.
    public var attributeValue: AttributeValue { .ipPrefix(self) }
}

extension EntityID: AttributeConvertible {
    /// An int64, a string or a UUID.
    public var attributeValue: AttributeValue {
        switch self {
        case .number(let number): .int64(number)
        case .text(let text): .string(text)
        case .uuid(let uuid): .uuid(uuid)
        }
    }
}

extension Array: AttributeConvertible where Element == String {
    /// A JSON array as a string: lists have no type of their own.
    public var attributeValue: AttributeValue {
        .string("[" + map { JSONEncoding.quoted($0) }.joined(separator: ",") + "]")
    }
}

extension [Attribute] {
    /// Named values in their order, those that are nil left out.
    static func present(
        _ values: KeyValuePairs<String, (any AttributeConvertible)?>
    ) -> [Attribute] {
        values.compactMap { name, value in value.map { Attribute(name, $0.attributeValue) } }
    }
}
