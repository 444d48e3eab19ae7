/// Other shapes of a text: longer, shorter or backwards.
enum TextShape {
    /// Backwards, with what is seen as one character in its own order.
    static func reverse(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else {
            return String(decoding: text.utf8.reversed(), as: UTF8.self)
        }
        return String(text.reversed())
    }

    static func repeated(_ text: String, _ count: Int64) throws(ComputationError) -> String {
        let count = max(count, 0)
        try TextSize.check(text.utf8.count, times: count)
        return text.isEmpty ? "" : String(repeating: text, count: Int(count))
    }

    // MARK: Padding

    static func padLeft(
        _ text: String, _ length: Int64, _ padding: String
    ) throws(ComputationError) -> String {
        let (start, added) = try padded(text, length, padding, "lpad")
        return added + start
    }

    static func padRight(
        _ text: String, _ length: Int64, _ padding: String
    ) throws(ComputationError) -> String {
        let (start, added) = try padded(text, length, padding, "rpad")
        return start + added
    }

    /// As much of a text as `length` code points hold, and the padding that makes it so long.
    private static func padded(
        _ text: String, _ length: Int64, _ padding: String, _ name: String
    ) throws(ComputationError) -> (start: String, added: String) {
        let start = String(text.unicodeScalars.prefix(Int(max(length, 0))))
        let missing = length - Int64(start.unicodeScalars.count)
        guard missing > 0 else { return (start, "") }
        let unit = padding.unicodeScalars
        guard !unit.isEmpty else {
            throw ComputationError("\(name) has nothing to fill up with: its padding is empty")
        }
        let (whole, rest) = missing.quotientAndRemainder(dividingBy: Int64(unit.count))
        return (start, try repeated(padding, whole) + String(unit.prefix(Int(rest))))
    }

    // MARK: Trimming

    enum Ends {
        case both, leading, trailing
    }

    /// Without the spaces at its ends, of any width but no line break or tab.
    static func trim(_ text: String, _ ends: Ends) -> String {
        trim(text, ends) { $0 == " " || $0.properties.generalCategory == .spaceSeparator }
    }

    /// Without the code points of another text at its ends.
    static func trim(_ text: String, _ ends: Ends, of taken: String) -> String {
        let taken = Set(taken.unicodeScalars)
        return trim(text, ends) { taken.contains($0) }
    }

    private static func trim(
        _ text: String, _ ends: Ends, where isTaken: (Unicode.Scalar) -> Bool
    ) -> String {
        var scalars = text.unicodeScalars[...]
        if ends != .trailing { scalars = scalars.drop(while: isTaken) }
        if ends != .leading {
            while let last = scalars.last, isTaken(last) { scalars.removeLast() }
        }
        return String(scalars)
    }
}
