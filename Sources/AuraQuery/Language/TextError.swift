import AuraCore

/// What is wrong with the text of a query, and where.
public struct TextError: Error, Hashable, Sendable {
    /// What is wrong, in one line.
    public let message: String
    /// Where: bytes of the text's UTF-8, empty at its end.
    public let bytes: Range<Int>
    /// How to mend it; nil if that is plain.
    public let hint: String?

    init(_ message: String, at place: Place, hint: String? = nil) {
        self.message = TextError.line(message)
        bytes = place.bytes
        self.hint = hint.map { TextError.line($0) }
    }

    /// The same error where its text stands so many bytes into another.
    public func moved(by distance: Int) -> TextError {
        TextError(
            message, at: Place(bytes.lowerBound + distance..<bytes.upperBound + distance),
            hint: hint)
    }

    /// An error at those bytes.
    public init(_ message: String, at bytes: Range<Int>, hint: String? = nil) {
        self.message = message
        self.bytes = bytes
        self.hint = hint
    }

    /// Longest part of a line that is shown.
    private static let shownBytes = 120
    /// Longest part of a message: names and values in it may be as long as the query.
    private static let messageBytes = 400

    /// A message in one line, shortened if it is long.
    private static func line(_ message: String) -> String {
        guard message.utf8.count > messageBytes else { return shown(Array(message.utf8)[...]) }
        var end = messageBytes
        let bytes = Array(message.utf8)
        while bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return shown(bytes[..<end]) + "…"
    }

    /// The message, the line of the text with a mark under the place, and the hint; of a body also
    /// where in it that is, as a JSON pointer.
    ///
    /// - Parameters:
    ///   - text: The text of the query.
    ///   - highlighted: The shown line in colours.
    public func description(
        in text: String, highlighted: (String) -> String = { $0 }
    ) -> String {
        let all = Array(text.utf8)
        let start = min(bytes.lowerBound, all.count)
        let lineStart = all[..<start].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let lineEnd = all[start...].firstIndex(of: UInt8(ascii: "\n")) ?? all.count
        let number = all[..<start].count { $0 == UInt8(ascii: "\n") } + 1
        // Of a long line what stands around the place, from the start of a character on.
        var first = max(lineStart, start - TextError.shownBytes / 2)
        while first > lineStart, all[first] & 0xC0 == 0x80 { first -= 1 }
        var end = min(lineEnd, first + TextError.shownBytes)
        while end < lineEnd, all[end] & 0xC0 == 0x80 { end += 1 }
        let before = TextError.shown(all[first..<start])
        let marked = TextError.shown(all[start..<max(start, min(end, bytes.upperBound))])
        let pointer = QueryBody.pointer(to: bytes, in: text).map { ", " + TextError.line($0) } ?? ""
        var lines = ["line \(number)\(pointer): \(message)"]
        lines.append("  " + highlighted(TextError.shown(all[first..<end])))
        let mark = String(repeating: "^", count: max(1, DisplayWidth.of(marked)))
        lines.append("  " + String(repeating: " ", count: DisplayWidth.of(before)) + mark)
        if let hint { lines.append("hint: \(hint)") }
        return lines.joined(separator: "\n")
    }

    /// Text without what would move the cursor: blanks are in its place.
    private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            text.unicodeScalars.append(DisplayWidth.isControl(scalar) ? " " : scalar)
        }
        return text
    }
}
