import AuraCore

/// Texts taken apart and put together.
enum TextPieces {
    // MARK: By places

    /// From a place on, which counts from 1, or from the end if it is negative.
    static func rest(_ text: String, _ place: Int64) throws(ComputationError) -> String {
        try part(text, place, maximumLength)
    }

    /// So many code points from a place on; of those before it, if their number is negative.
    ///
    /// The place 0 lies before the first code point, and takes one of the number.
    static func part(
        _ text: String, _ place: Int64, _ length: Int64
    ) throws(ComputationError) -> String {
        let start = try offset(place, Int64(text.unicodeScalars.count))
        let end = start + (try supported(length, "length"))
        return points(of: text, min(start, end), max(start, end))
    }

    /// The code point at a place, or an empty text where there is none.
    static func element(_ text: String, _ place: Int64) throws(ComputationError) -> String {
        try part(text, place, 1)
    }

    /// The first code points; all but the last so many, if their number is negative.
    static func left(_ text: String, _ length: Int64) throws(ComputationError) -> String {
        if length >= 0 { return try part(text, 1, length) }
        return points(of: text, 0, Int64(text.unicodeScalars.count) + length)
    }

    /// The last code points; all but the first so many, if their number is negative.
    static func right(_ text: String, _ length: Int64) -> String {
        let count = Int64(text.unicodeScalars.count)
        // The least number has no opposite, but is close to one.
        return points(of: text, length < 0 ? -max(length, -.max) : count - length, count)
    }

    /// How many code points lie before a place.
    private static func offset(_ place: Int64, _ count: Int64) throws(ComputationError) -> Int64 {
        let place = try supported(place, "place")
        return place < 0 ? count + place : place - 1
    }

    private static let maximumLength = Int64(UInt32.max)

    /// As large as places and lengths may be.
    private static func supported(
        _ number: Int64, _ what: String
    ) throws(ComputationError) -> Int64 {
        guard (-maximumLength - 1...maximumLength).contains(number) else {
            throw ComputationError("\(number) is too large for a \(what) of a text")
        }
        return number
    }

    /// Those code points that lie from `start` up to `end`.
    private static func points(of text: String, _ start: Int64, _ end: Int64) -> String {
        let scalars = text.unicodeScalars
        let start = max(0, start)
        guard start < end else { return "" }
        return String(scalars.dropFirst(Int(start)).prefix(Int(end - start)))
    }

    // MARK: By separators

    /// What lies between separators; the whole text if the separator is NULL.
    ///
    /// An empty separator parts all code points.
    static func split(
        _ text: String, _ separator: String?
    ) throws(ComputationError) -> [String] {
        guard let separator, !text.isEmpty else { return [text] }
        if separator.isEmpty {
            try ListSize.check(text.unicodeScalars.count)
            return text.unicodeScalars.map { String($0) }
        }
        var parts: [String] = []
        try TextFinder(separator).forEachPart(of: text) { part throws(ComputationError) in
            parts.append(String(decoding: part, as: UTF8.self))
            try ListSize.check(parts.count)
        }
        return parts
    }

    /// One of what lies between separators, which counts from 1, or from the end if it is negative;
    /// an empty text if there are not so many.
    static func splitPart(
        _ text: String, _ separator: String, _ place: Int64
    ) throws(ComputationError) -> String {
        let parts = try split(text, separator)
        return ListItems.index(of: place, count: parts.count).map { parts[$0] } ?? ""
    }

    /// The texts that are there behind the first value, which stands between them.
    static func joined(_ values: [Value]) throws(ComputationError) -> Value {
        guard case .text(let separator) = values[0] else { return .null }
        let parts = values.dropFirst().compactMap { String(of: $0) }
        return .text(try join(parts, separator))
    }

    static func join(_ parts: [String], _ separator: String) throws(ComputationError) -> String {
        // No sum of so few and so short texts leaves 64 bits.
        let bytes = parts.reduce(separator.utf8.count * parts.count) { $0 + $1.utf8.count }
        try TextSize.check(bytes)
        return parts.joined(separator: separator)
    }
}
