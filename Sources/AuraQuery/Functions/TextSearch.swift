/// Where a text lies in another, and what stands there instead.
enum TextSearch {
    /// The place in code points from 1 on; 0 if there is none.
    static func position(_ text: String, _ wanted: String) -> Int64 {
        let bytes = Array(text.utf8)
        guard let match = TextFinder(wanted).match(in: bytes, from: 0) else { return 0 }
        // Every code point has one byte that does not continue another.
        return bytes[..<match].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    }

    static func contains(_ text: String, _ wanted: String) -> Bool {
        TextFinder(wanted).match(in: Array(text.utf8), from: 0) != nil
    }

    static func replace(
        _ text: String, _ old: String, _ new: String
    ) throws(ComputationError) -> String {
        guard !old.isEmpty else { return text }
        var result: [UInt8] = []
        try TextFinder(old).forEachPart(of: text) { part throws(ComputationError) in
            result += part
            try TextSize.check(result.count)
            result += new.utf8
        }
        // Nothing is replaced behind the last part.
        return String(decoding: result.dropLast(new.utf8.count), as: UTF8.self)
    }

    /// Each code point of `old` by that at the same place of `new`, or by none if there is none.
    static func translate(_ text: String, _ old: String, _ new: String) -> String {
        var mapping: [Unicode.Scalar: Unicode.Scalar?] = [:]
        let replacements = Array(new.unicodeScalars)
        for (place, scalar) in old.unicodeScalars.enumerated() where mapping[scalar] == nil {
            mapping[scalar] = .some(place < replacements.count ? replacements[place] : nil)
        }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let other = mapping[scalar, default: scalar] { result.append(other) }
        }
        return String(result)
    }
}

/// Finds a text in others, byte by byte, in a time that grows with the sum of their lengths.
///
/// Source: Knuth, Morris, Pratt, "Fast Pattern Matching in Strings", SIAM Journal on Computing 6
/// (1977), <https://doi.org/10.1137/0206024>.
struct TextFinder {
    private let wanted: [UInt8]
    /// For each start of the text, how much of its end is also a start, without being all of it.
    private let borders: [Int]

    init(_ text: String) {
        wanted = Array(text.utf8)
        var borders = [Int](repeating: 0, count: wanted.count)
        var length = 0
        for index in wanted.indices.dropFirst() {
            while length > 0, wanted[index] != wanted[length] { length = borders[length - 1] }
            if wanted[index] == wanted[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// Where the first match begins.
    func match(in bytes: [UInt8], from start: Int) -> Int? {
        guard !wanted.isEmpty else { return start }
        var length = 0
        for index in start..<bytes.count {
            while length > 0, bytes[index] != wanted[length] { length = borders[length - 1] }
            if bytes[index] == wanted[length] { length += 1 }
            if length == wanted.count { return index + 1 - length }
        }
        return nil
    }

    /// Calls `body` with what lies before, between and behind all matches, which are not empty.
    func forEachPart(
        of text: String, _ body: (ArraySlice<UInt8>) throws(ComputationError) -> Void
    ) throws(ComputationError) {
        let bytes = Array(text.utf8)
        var start = 0
        while let match = match(in: bytes, from: start) {
            try body(bytes[start..<match])
            start = match + wanted.count
        }
        try body(bytes[start...])
    }
}
