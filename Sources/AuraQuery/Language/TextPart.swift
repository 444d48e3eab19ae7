/// A part of a query's text that is shown in a colour of its own.
public struct TextPart: Hashable, Sendable {
    /// What it is.
    public enum Kind: Hashable, Sendable {
        case keyword, text, number, comment
    }

    /// What it is.
    public let kind: Kind
    /// Where: bytes of the text's UTF-8.
    public let bytes: Range<Int>

    /// The parts of a text in their order, up to where it cannot be taken apart.
    public static func all(of text: String) -> [TextPart] {
        let bytes = Array(text.utf8)
        var lexer = Lexer(text)
        var parts: [TextPart] = []
        var end = 0
        while true {
            do throws(TextError) {
                let token = try lexer.next()
                let place = token.place.bytes
                let gap = end..<place.lowerBound
                if !bytes[gap].allSatisfy({ $0 <= 0x20 }) {
                    parts.append(TextPart(kind: .comment, bytes: gap))
                }
                if let kind = kind(of: token) { parts.append(TextPart(kind: kind, bytes: place)) }
                if token.kind == .end { return parts }
                end = place.upperBound
            } catch { return parts }
        }
    }

    private static let keywords = Set(QueryWords.keywords)

    private static func kind(of token: Token) -> Kind? {
        switch token.kind {
        case .word(let word): keywords.contains(word.uppercased()) ? .keyword : nil
        case .text: .text
        case .integer, .float: .number
        case .quoted, .parameter, .sign, .end: nil
        }
    }
}
