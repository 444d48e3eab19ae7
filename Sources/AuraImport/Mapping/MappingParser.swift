/// Splits the text form of a `ColumnMapping` into items.
struct MappingParser {
    /// One item as it is written.
    struct Item {
        /// The field, or `*`.
        var name: String
        var source = ColumnMapping.Source.column("")
        var type: String?
        var format: String?
        /// Of `when`.
        var value: String?
    }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// Reads the next item.
    mutating func item() throws(MappingError) -> Item {
        var item = Item(name: try word(until: "=,"))
        if item.name == "*" { return item }
        guard !item.name.isEmpty, take("=") else {
            throw MappingError("'\(item.name)': expected FIELD=SOURCE or '*', found '\(rest)'")
        }
        if item.name == "when" {
            item.source = .column(try word(until: "=,"))
            guard take("=") else { throw MappingError("'when' needs COLUMN=VALUE") }
            item.value = try word(until: ",")
            return item
        }
        skipSpaces()
        if rest.first == "'" {
            item.source = .constant(try quoted("'"))
        } else {
            let column = try word(until: ":,")
            guard !column.isEmpty else {
                throw MappingError("'\(item.name)': the source is missing")
            }
            item.source = .column(column)
        }
        if take(":") {
            let type = try word(until: ":,")
            item.type = type.isEmpty ? nil : type
        }
        if take(":") { item.format = try word(until: ",") }
        return item
    }

    /// Moves over a comma, if one follows.
    mutating func takeComma() -> Bool { take(",") }

    func expectEnd() throws(MappingError) {
        guard rest.isEmpty else { throw MappingError("expected ',' before '\(rest)'") }
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpaces()
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipSpaces() {
        rest = rest.drop { $0 == " " }
    }

    /// A quoted text, or everything up to one of the characters without the spaces around.
    private mutating func word(until ends: String) throws(MappingError) -> String {
        skipSpaces()
        if let quote = rest.first, quote == "\"" || quote == "'" { return try quoted(quote) }
        let word = rest.prefix { !ends.contains($0) }
        rest = rest[word.endIndex...]
        return String(word.reversed().drop { $0 == " " }.reversed())
    }

    /// A text in quotes; a doubled quote is one.
    private mutating func quoted(_ quote: Character) throws(MappingError) -> String {
        let start = rest
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            if character != quote {
                text.append(character)
            } else if rest.first == quote {
                text.append(quote)
                rest.removeFirst()
            } else {
                return text
            }
        }
        throw MappingError("the quote before '\(start.dropFirst())' is not closed")
    }
}
