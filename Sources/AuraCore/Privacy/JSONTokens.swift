/// Takes a text that looks like JSON apart: its strings, each as key or value, and what stands
/// between them.
///
/// Not a parser: text that merely begins like JSON is taken apart just the same, and nothing of it
/// is left out. Quotes are boundaries for every shape, so looking at the pieces finds all that
/// looking at the whole would.
struct JSONTokens: ~Escapable {
    /// What a piece of the text is.
    enum Kind: Equatable {
        /// A string before a colon, and the first byte of what the colon leads to.
        case key(leadsTo: UInt8)
        /// Any other string.
        case value
        /// Numbers, literals and marks between strings, and whether an object or list ends there.
        case between(closes: Bool)
    }

    private let text: RawSpan
    private var offset = 0

    @_lifetime(copy text)
    init(_ text: RawSpan) {
        self.text = text
    }

    /// Whether the text begins as a JSON object or list does.
    static func fits(_ text: RawSpan) -> Bool {
        var index = 0
        while index < text.byteCount, isSpace(text.byte(index)) { index += 1 }
        guard index < text.byteCount else { return false }
        return text.byte(index) == UInt8(ascii: "{") || text.byte(index) == UInt8(ascii: "[")
    }

    /// The next piece, as a range of bytes of the text, without its quotes.
    mutating func next() -> (kind: Kind, start: Int, end: Int)? {
        guard offset < text.byteCount else { return nil }
        let start = offset
        guard text.byte(offset) == UInt8(ascii: "\"") else {
            var closes = false
            while offset < text.byteCount, text.byte(offset) != UInt8(ascii: "\"") {
                let byte = text.byte(offset)
                if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { closes = true }
                offset += 1
            }
            return (.between(closes: closes), start, offset)
        }
        let end = stringEnd(from: start + 1)
        offset = min(end + 1, text.byteCount)
        return (kind(after: offset), start + 1, end)
    }

    /// Where the string's closing quote is, or the end of the text.
    private func stringEnd(from start: Int) -> Int {
        var index = start
        while index < text.byteCount {
            let byte = text.byte(index)
            if byte == UInt8(ascii: "\"") { return index }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return text.byteCount
    }

    private func kind(after end: Int) -> Kind {
        var index = end
        while index < text.byteCount, JSONTokens.isSpace(text.byte(index)) { index += 1 }
        guard index < text.byteCount, text.byte(index) == UInt8(ascii: ":") else { return .value }
        index += 1
        while index < text.byteCount, JSONTokens.isSpace(text.byte(index)) { index += 1 }
        return .key(leadsTo: index < text.byteCount ? text.byte(index) : 0)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// The string with its escapes undone; nil if it has none.
    static func unescaped(_ string: RawSpan) -> [UInt8]? {
        var out: [UInt8] = []
        var index = 0
        while index < string.byteCount {
            let byte = string.byte(index)
            guard byte == UInt8(ascii: "\\"), index + 1 < string.byteCount else {
                out.append(byte)
                index += 1
                continue
            }
            let mark = string.byte(index + 1)
            index += 2
            switch mark {
            case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "b"),
                UInt8(ascii: "f"):
                out.append(0x20)
            case UInt8(ascii: "u"):
                if let unit = codeUnit(string, index) {
                    out.append(contentsOf: String(unit).utf8)
                    index += 4
                } else {
                    out.append(mark)
                }
            default:
                out.append(mark)
            }
        }
        return out.count == string.byteCount ? nil : out
    }

    /// The character of four hexadecimal digits; halves of a pair, which no shape contains, become
    /// U+FFFD.
    private static func codeUnit(_ string: RawSpan, _ start: Int) -> Unicode.Scalar? {
        guard start + 4 <= string.byteCount else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            guard let digit = string.byte(index).hexadecimal else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
