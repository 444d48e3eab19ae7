import AuraCore

/// Rows with named columns, for one of the output formats, all at once.
struct Answer: Sendable {
    /// A column's name in every format, and how a table lays it out.
    struct Column: Hashable, Sendable {
        /// snake_case: it is a key of the JSON formats.
        let name: String
        /// Numbers stand to the right.
        var isNumeric = false
    }

    /// One value.
    enum Cell: Hashable, Sendable {
        case absent
        case text(String)
        case integer(Int64)
        case count(UInt64)
        case number(Double)
        case bool(Bool)
        /// A whole number of more than 64 bits.
        case wide(Int128)
        /// Several values, and how they stand in a text.
        case list([Cell], text: String)
        /// Of a query, as CAST to VARCHAR writes it.
        case value(Value)

        init(_ value: AttributeValue?) {
            switch value {
            case nil: self = .absent
            case .bool(let value): self = .bool(value)
            case .int64(let value): self = .integer(value)
            case .float64(let value): self = .number(value)
            case .some(let value): self = .text(value.description)
            }
        }

        /// The value as text; nil where there is none.
        var text: String? {
            switch self {
            case .absent: nil
            case .text(let text): text
            case .integer(let value): String(value)
            case .count(let value): String(value)
            case .number(let value): String(value)
            case .bool(let value): String(value)
            case .wide(let value): String(value)
            case .list(_, let text): text
            case .value(let value): value.description
            }
        }

        /// Appends the value as text; nothing where there is none.
        func append(to bytes: inout [UInt8]) {
            switch self {
            case .integer(let value): Value.int64(value).append(to: &bytes)
            case .value(let value): value.append(to: &bytes)
            default: if let text { bytes.append(contentsOf: text.utf8) }
            }
        }

        /// Appends the value as JSON.
        func append(asJSONTo bytes: inout [UInt8]) {
            switch self {
            case .integer, .bool, .count, .wide: append(to: &bytes)
            case .value:
                // Digits, letters and signs, none of which is escaped.
                bytes.append(UInt8(ascii: "\""))
                append(to: &bytes)
                bytes.append(UInt8(ascii: "\""))
            default: bytes.append(contentsOf: json.utf8)
            }
        }

        /// The value as JSON.
        var json: String {
            switch self {
            case .absent: "null"
            case .text(let text): JSONEncoding.quoted(text)
            case .number(let value) where !value.isFinite: JSONEncoding.quoted(String(value))
            case .value(let value): JSONEncoding.quoted(value.description)
            case .list(let cells, _): "[" + cells.map(\.json).joined(separator: ",") + "]"
            case .integer, .count, .number, .bool, .wide: text ?? "null"
            }
        }
    }

    let columns: [Column]
    var rows: [[Cell]] = []
}
