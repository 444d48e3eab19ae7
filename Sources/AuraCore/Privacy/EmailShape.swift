/// Finding e-mail addresses in text.
///
/// An `@` with something of a local part before it and a domain of two or more labels behind it,
/// the last of letters: `a.b+c@example.org`, `müller@müller.de`; not `@name`, `react@18.2.0`,
/// `root@localhost`.
enum EmailShape {
    /// Whether the text holds an e-mail address.
    static func occurs(in text: RawSpan) -> Bool {
        guard text.byteCount > 1 else { return false }
        for index in 1..<text.byteCount
        where text.byte(index) == UInt8(ascii: "@") && isLocal(text.byte(index - 1))
            && hasDomain(text, from: index + 1)
        {
            return true
        }
        return false
    }

    /// A character of a local part: RFC 5322 `atext`, a dot, or beyond ASCII (RFC 6531).
    private static func isLocal(_ byte: UInt8) -> Bool {
        if byte.isWord { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "%"),
            UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "="), UInt8(ascii: "?"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
            UInt8(ascii: "}"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    /// Whether labels with dots between them follow, one after the first of letters alone.
    private static func hasDomain(_ text: RawSpan, from start: Int) -> Bool {
        var labelSize = 0
        var index = start
        while index < text.byteCount {
            let byte = text.byte(index)
            if byte == UInt8(ascii: ".") {
                guard labelSize > 0, index + 1 < text.byteCount else { return false }
                if isTopLevel(text, from: index + 1) { return true }
                labelSize = 0
            } else if byte.isLetter || byte.isDigit || byte >= 0x80 || byte == UInt8(ascii: "-") {
                labelSize += 1
            } else {
                return false
            }
            index += 1
        }
        return false
    }

    /// Whether a label of letters alone begins here (or `xn--…`), and ends at something else.
    private static func isTopLevel(_ text: RawSpan, from start: Int) -> Bool {
        var index = start
        while index < text.byteCount, text.byte(index).isLetter || text.byte(index) >= 0x80 {
            index += 1
        }
        guard index > start else { return false }
        guard index < text.byteCount else { return true }
        if index == start + 2, text.byteCount >= index + 2, text.byte(start) | 0x20 == 0x78,
            text.byte(start + 1) | 0x20 == 0x6E, text.byte(index) == UInt8(ascii: "-"),
            text.byte(index + 1) == UInt8(ascii: "-")
        {
            return true
        }
        return !text.byte(index).isDigit && text.byte(index) != UInt8(ascii: "-")
    }
}
