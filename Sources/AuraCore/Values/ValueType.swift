/// The type of a column or of an expression: `Formats/query.md`, "Types".
public indirect enum ValueType: Hashable, Sendable {
    /// Of NULL alone, which every type takes.
    case null
    case bool
    case int64
    case int128
    case float64
    case text
    /// A date and a time of day, of no zone.
    case timestamp
    /// An instant.
    case instant
    case date
    case interval
    case uuid
    case list(ValueType)

    /// The name in SQL.
    public var name: String {
        switch self {
        case .null: "\"NULL\""
        case .bool: "BOOLEAN"
        case .int64: "BIGINT"
        case .int128: "HUGEINT"
        case .float64: "DOUBLE"
        case .text: "VARCHAR"
        case .timestamp: "TIMESTAMP"
        case .instant: "TIMESTAMP WITH TIME ZONE"
        case .date: "DATE"
        case .interval: "INTERVAL"
        case .uuid: "UUID"
        case .list(let item): item.name + "[]"
        }
    }

    /// The type that a name in a query means; nil for a name of none.
    package init?(name: String) {
        if name.hasSuffix("[]") {
            guard let item = ValueType(name: String(name.dropLast(2))) else { return nil }
            self = .list(item)
            return
        }
        switch name {
        case "BOOLEAN", "BOOL", "LOGICAL": self = .bool
        case "BIGINT", "INTEGER", "INT", "INT8", "INT4", "INT2", "SMALLINT", "TINYINT", "LONG",
            "SIGNED", "SHORT":
            self = .int64
        case "HUGEINT", "INT128": self = .int128
        case "DOUBLE", "DOUBLE PRECISION", "FLOAT8", "FLOAT", "FLOAT4", "REAL", "DECIMAL",
            "NUMERIC":
            self = .float64
        case "VARCHAR", "TEXT", "STRING", "CHAR", "CHARACTER VARYING", "CHARACTER", "BPCHAR":
            self = .text
        case "TIMESTAMP", "DATETIME": self = .timestamp
        case "TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE": self = .instant
        case "DATE": self = .date
        case "INTERVAL": self = .interval
        case "UUID": self = .uuid
        default: return nil
        }
    }

    package var isInteger: Bool { self == .int64 || self == .int128 }
    /// Whether values are numbers.
    public var isNumeric: Bool { isNumber }

    package var isNumber: Bool { isInteger || self == .float64 }
    /// Whether values say when something was.
    package var isTime: Bool { self == .timestamp || self == .instant || self == .date }

    /// The type that both become where they meet: in CASE, lists, unions and comparisons; nil if there
    /// is none.
    package func joined(with other: ValueType) -> ValueType? {
        if self == other { return self }
        switch (self, other) {
        case (.null, let type), (let type, .null): return type
        case (.list(let left), .list(let right)): return left.joined(with: right).map { .list($0) }
        case (.float64, let type) where type.isNumber, (let type, .float64) where type.isNumber:
            return .float64
        case (.int64, .int128), (.int128, .int64): return .int128
        case (.bool, let type) where type.isNumber, (let type, .bool) where type.isNumber:
            return type
        case (.date, .timestamp), (.timestamp, .date): return .timestamp
        case (.date, .instant), (.instant, .date), (.timestamp, .instant), (.instant, .timestamp):
            return .instant
        default: return nil
        }
    }
}
