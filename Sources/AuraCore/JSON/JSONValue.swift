/// A value of a JSON document (RFC 8259), and where it stands in the text.
package struct JSONValue: Sendable {
    package indirect enum Form: Sendable {
        case null
        case bool(Bool)
        /// Without fraction and exponent, of at most 128 bits.
        case integer(Int128)
        case float(Double)
        case text(String)
        case array([JSONValue])
        case object([Member])
    }

    /// A member of an object.
    package struct Member: Sendable {
        package let name: String
        /// Of the name, with its quotes.
        package let nameBytes: Range<Int>
        package let value: JSONValue

        package init(_ name: String, _ value: JSONValue, at nameBytes: Range<Int> = 0..<0) {
            self.name = name
            self.nameBytes = nameBytes
            self.value = value
        }
    }

    package let form: Form
    /// From its first byte to its last; empty for what no text says.
    package let bytes: Range<Int>

    package init(_ form: Form, at bytes: Range<Int> = 0..<0) {
        self.form = form
        self.bytes = bytes
    }

    /// What it is, as messages name it.
    package var kind: String {
        switch form {
        case .null: "null"
        case .bool: "a bool"
        case .integer, .float: "a number"
        case .text: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value as JSON without blanks; floats must be finite.
    package var json: String {
        switch form {
        case .null: "null"
        case .bool(let value): value.description
        case .integer(let value): value.description
        case .float(let value): value.description
        case .text(let text): JSONEncoding.quoted(text)
        case .array(let items): "[\(items.map(\.json).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { JSONEncoding.quoted($0.name) + ":" + $0.value.json }.joined(separator: ","))}"
        }
    }

    /// The JSON pointer (RFC 6901) of the smallest value around some bytes of the text, a name
    /// being its member's.
    package func pointer(to place: Range<Int>) -> String {
        func holds(_ bytes: Range<Int>) -> Bool {
            bytes.lowerBound <= place.lowerBound && place.upperBound <= bytes.upperBound
        }
        switch form {
        case .array(let items):
            guard let index = items.firstIndex(where: { holds($0.bytes) }) else { return "" }
            return "/\(index)" + items[index].pointer(to: place)
        case .object(let members):
            let around = members.first { holds($0.nameBytes) || holds($0.value.bytes) }
            guard let around else { return "" }
            let name = around.name.replacing("~", with: "~0").replacing("/", with: "~1")
            return "/" + name + around.value.pointer(to: place)
        default: return ""
        }
    }
}
