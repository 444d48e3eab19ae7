/// A word, number, text or sign of a query.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A name or keyword, as it was written.
        case word(String)
        /// A name between double quotes.
        case quoted(String)
        case integer(Int128)
        case float(Double)
        case text(String)
        /// The number or name behind `$`; empty of `?`.
        case parameter(String)
        case sign(Sign)
        case end
    }

    /// What is not letters; the longest that fits is taken.
    enum Sign: String, Hashable, Sendable, CaseIterable {
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case comma = ","
        case semicolon = ";"
        case dot = "."
        case castTo = "::"
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case doubleSlash = "//"
        case percent = "%"
        case caret = "^"
        case doubleStar = "**"
        case equal = "="
        case doubleEqual = "=="
        case notEqual = "<>"
        case exclamationEqual = "!="
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
        case concatenation = "||"
        case matches = "~"
        case matchesNot = "!~"
        case matchesAnyCase = "~*"
        case matchesNotAnyCase = "!~*"
        case and = "&"
        case or = "|"
        case shiftLeft = "<<"
        case shiftRight = ">>"
        case named = ":="
        case arrow = "=>"
    }

    let kind: Kind
    let place: Place

    /// As messages name it.
    var description: String {
        switch kind {
        case .word(let text): "\"\(Token.short(text))\""
        case .quoted(let text): "the name \"\(Token.short(text))\""
        case .integer(let value): "the number \(value)"
        case .float(let value): "the number \(value)"
        case .text: "a text"
        case .parameter(let name):
            name.isEmpty ? "the parameter ?" : "the parameter $\(Token.short(name))"
        case .sign(let sign): "\"\(sign.rawValue)\""
        case .end: "the end"
        }
    }

    /// As much of a name as fits into a message.
    private static func short(_ text: String) -> String {
        text.utf8.count <= 64 ? text : String(text.unicodeScalars.prefix(40)) + "…"
    }
}
