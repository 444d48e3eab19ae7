/// Takes the text of a query apart into tokens: `Formats/query.md`, "Tokens".
struct Lexer {
    private let bytes: [UInt8]
    private var offset = 0

    /// Longer texts are refused.
    static let textLimit = 1 << 20

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// All tokens of a text, the last being its end.
    static func tokens(of text: String) throws(TextError) -> [Token] {
        guard text.utf8.count <= textLimit else {
            throw TextError(
                "a query of \(text.utf8.count) bytes; the limit is \(textLimit)", at: .none,
                hint: "ask for less at once, or in several queries")
        }
        var lexer = Lexer(text)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    /// Whether nothing is left: an error here may be mended by more text.
    var isAtEnd: Bool { offset >= bytes.count }

    /// Goes on behind what is wrong.
    mutating func skip(_ error: TextError) { offset = max(offset, error.bytes.upperBound) }

    private func byte(_ distance: Int = 0) -> UInt8 {
        offset + distance < bytes.count ? bytes[offset + distance] : 0
    }

    /// The next token, or the end.
    mutating func next() throws(TextError) -> Token {
        try skipSpace()
        let start = offset
        let kind = try read()
        return Token(kind: kind, place: Place(start..<offset))
    }

    /// Moves behind blanks and comments.
    private mutating func skipSpace() throws(TextError) {
        while offset < bytes.count {
            if byte() == UInt8(ascii: " ") || (9...13).contains(byte()) {
                offset += 1
            } else if byte() == UInt8(ascii: "-"), byte(1) == UInt8(ascii: "-") {
                while offset < bytes.count, byte() != UInt8(ascii: "\n") { offset += 1 }
            } else if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                try skipComment()
            } else {
                return
            }
        }
    }

    /// Comments nest.
    private mutating func skipComment() throws(TextError) {
        let start = offset
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                offset += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                offset += 2
            } else {
                offset += 1
            }
            guard offset <= bytes.count, depth == 0 || offset < bytes.count else {
                throw TextError(
                    "a comment that does not end", at: Place(start..<start + 2),
                    hint: "close it with */")
            }
        } while depth > 0
    }

    private mutating func read() throws(TextError) -> Token.Kind {
        let first = byte()
        switch first {
        case 0 where offset >= bytes.count: return .end
        case UInt8(ascii: "'"): return .text(try quotedText(UInt8(ascii: "'"), "a text"))
        case UInt8(ascii: "\""):
            let name = try quotedText(UInt8(ascii: "\""), "a name")
            guard !name.isEmpty else {
                throw TextError("a name without letters", at: Place(offset - 2..<offset))
            }
            return .quoted(name)
        case UInt8(ascii: "e") where byte(1) == UInt8(ascii: "'"),
            UInt8(ascii: "E") where byte(1) == UInt8(ascii: "'"):
            offset += 1
            return .text(try escapedText())
        case UInt8(ascii: "$"): return try dollar()
        case UInt8(ascii: "?"):
            offset += 1
            return .parameter("")
        case _ where Lexer.isDigit(first),
            UInt8(ascii: ".") where Lexer.isDigit(byte(1)):
            return try number()
        case _ where Lexer.isLetter(first): return .word(word())
        default: return try sign()
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Letters of names; of other alphabets all bytes are.
    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
            || byte >= 0x80
    }

    /// Whether a text is read as one word.
    static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        return isLetter(first) && text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }

    private mutating func word() -> String {
        let start = offset
        while Lexer.isLetter(byte()) || Lexer.isDigit(byte()) || byte() == UInt8(ascii: "$") {
            offset += 1
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func sign() throws(TextError) -> Token.Kind {
        for length in [3, 2, 1] where offset + length <= bytes.count {
            let text = String(decoding: bytes[offset..<offset + length], as: UTF8.self)
            if let sign = Token.Sign(rawValue: text) {
                offset += length
                return .sign(sign)
            }
        }
        let place = Place(offset..<offset + 1)
        throw TextError("a sign that means nothing here", at: place)
    }

    /// What stands between two marks, of which two in a row stand for one.
    private mutating func quotedText(_ mark: UInt8, _ what: String) throws(TextError) -> String {
        let start = offset
        var text: [UInt8] = []
        offset += 1
        while offset < bytes.count {
            if byte() == mark {
                guard byte(1) == mark else {
                    offset += 1
                    return String(decoding: text, as: UTF8.self)
                }
                offset += 1
            }
            text.append(byte())
            offset += 1
        }
        throw TextError(
            "\(what) that does not end", at: Place(start..<start + 1),
            hint: "close it with \(Character(Unicode.Scalar(mark)))")
    }

    /// `E'…'`: backslashes begin what C writes so.
    private mutating func escapedText() throws(TextError) -> String {
        let start = offset
        var text: [UInt8] = []
        offset += 1
        while offset < bytes.count {
            switch byte() {
            case UInt8(ascii: "'") where byte(1) == UInt8(ascii: "'"):
                text.append(byte())
                offset += 2
            case UInt8(ascii: "'"):
                offset += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                text.append(Lexer.escaped[byte(1)] ?? byte(1))
                offset += 2
            default:
                text.append(byte())
                offset += 1
            }
        }
        throw TextError("a text that does not end", at: Place(start..<start + 1))
    }

    private static let escaped: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "b"): 8,
        UInt8(ascii: "f"): 12,
    ]

    /// A parameter, or a text between `$$` or `$tag$`.
    private mutating func dollar() throws(TextError) -> Token.Kind {
        let start = offset
        offset += 1
        if Lexer.isDigit(byte()) {
            while Lexer.isDigit(byte()) { offset += 1 }
            return .parameter(String(decoding: bytes[start + 1..<offset], as: UTF8.self))
        }
        while Lexer.isLetter(byte()) || Lexer.isDigit(byte()) { offset += 1 }
        guard byte() == UInt8(ascii: "$") else {
            guard offset > start + 1 else {
                throw TextError(
                    "a $ without a name", at: Place(start..<start + 1),
                    hint: "a parameter is $1 or $name")
            }
            return .parameter(String(decoding: bytes[start + 1..<offset], as: UTF8.self))
        }
        offset += 1
        let tag = bytes[start..<offset]
        let first = offset
        while offset + tag.count <= bytes.count {
            if byte() == UInt8(ascii: "$"), bytes[offset..<offset + tag.count] == tag {
                let text = String(decoding: bytes[first..<offset], as: UTF8.self)
                offset += tag.count
                return .text(text)
            }
            offset += 1
        }
        offset = bytes.count
        throw TextError("a text that does not end", at: Place(start..<first))
    }

    /// Digits with single `_` between them, a fraction, an exponent.
    private mutating func number() throws(TextError) -> Token.Kind {
        let start = offset
        var isFloat = false
        skipDigits()
        if byte() == UInt8(ascii: ".") {
            isFloat = true
            offset += 1
            skipDigits()
        }
        if byte() | 0x20 == UInt8(ascii: "e") {
            let sign = byte(1) == UInt8(ascii: "-") || byte(1) == UInt8(ascii: "+")
            if Lexer.isDigit(byte(sign ? 2 : 1)) {
                isFloat = true
                offset += sign ? 2 : 1
                skipDigits()
            }
        }
        let place = Place(start..<offset)
        guard !Lexer.isLetter(byte()) else {
            throw TextError(
                "a number with letters", at: Place(start..<offset + 1),
                hint: "a name that begins with a digit needs double quotes")
        }
        let digits = String(
            decoding: bytes[start..<offset].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
        if isFloat {
            guard let value = Double(digits), value.isFinite else {
                throw TextError("a number that is too large", at: place)
            }
            return .float(value)
        }
        guard let value = Int128(digits) else {
            throw TextError("a whole number of more than 128 bits", at: place)
        }
        return .integer(value)
    }

    private mutating func skipDigits() {
        while Lexer.isDigit(byte()) || byte() == UInt8(ascii: "_") && Lexer.isDigit(byte(1)) {
            offset += 1
        }
    }
}
