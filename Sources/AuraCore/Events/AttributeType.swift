/// The closed set of attribute types; raw values are the codes on disk and wire.
public enum AttributeType: UInt8, CaseIterable, Sendable {
    case bool = 1
    case int64 = 2
    case float64 = 3
    case string = 4
    case timestamp = 5
    case uuid = 6
    case ipPrefix = 7

    /// The name in schemas, mappings and messages.
    public var name: String {
        switch self {
        case .bool: "bool"
        case .int64: "int64"
        case .float64: "float64"
        case .string: "string"
        case .timestamp: "timestamp"
        case .uuid: "uuid"
        case .ipPrefix: "ip_prefix"
        }
    }

    /// The type of that name.
    public init?(name: String) {
        guard let type = AttributeType.allCases.first(where: { $0.name == name }) else {
            return nil
        }
        self = type
    }
}
