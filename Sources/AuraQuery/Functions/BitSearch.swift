import AuraCore

/// Finds a row of bytes of which some may differ, in a time that hardly grows with its length.
///
/// A bit for each byte of the row says whether the row up to there ends at the current place of the
/// text; one shift moves all of them on.
///
/// Source: Baeza-Yates, Gonnet, "A New Approach to Text Searching", Communications of the ACM 35
/// (1992), <https://doi.org/10.1145/135239.135243>.
struct BitSearch: Sendable {
    private let wordCount: Int
    /// For each of 256 bytes the places where it may stand.
    private var allowed: [UInt64]
    /// The places of whole characters, which go on over the bytes behind their first.
    private var lasting: [UInt64]
    /// How many bytes, or characters, the row has so far.
    private var count = 0

    /// - Parameter capacity: How many bytes and characters will be appended.
    init(capacity: Int) {
        wordCount = (capacity + 63) / 64
        allowed = Array(repeating: 0, count: 256 * wordCount)
        lasting = Array(repeating: 0, count: wordCount)
    }

    /// Appends one byte of those for which `isAllowed` is true.
    mutating func append(where isAllowed: (UInt8) -> Bool) {
        for byte in UInt8.min...UInt8.max where isAllowed(byte) {
            allowed[Int(byte) * wordCount + count / 64] |= 1 << UInt64(count % 64)
        }
        count += 1
    }

    /// Appends one character.
    mutating func appendCharacter() {
        lasting[count / 64] |= 1 << UInt64(count % 64)
        append { !BitSearch.continues($0) }
    }

    /// Where the row ends first that begins at a place or behind it; nil if there is none.
    func end(in text: RawSpan, from start: Int) -> Int? {
        var state = [UInt64](repeating: 0, count: wordCount)
        let last = (word: (count - 1) / 64, bit: 1 << UInt64((count - 1) % 64) as UInt64)
        for place in start..<text.byteCount {
            let byte: UInt8 = text.load(place)
            let first = Int(byte) * wordCount
            let kept: UInt64 = BitSearch.continues(byte) ? .max : 0
            var carry: UInt64 = 1
            for word in 0..<wordCount {
                let before = state[word]
                state[word] =
                    (before &<< 1 | carry) & allowed[first + word] | before & lasting[word] & kept
                carry = before &>> 63
            }
            guard state[last.word] & last.bit != 0 else { continue }
            return lasting[last.word] & last.bit == 0 ? place + 1 : text.characterEnd(place)
        }
        return nil
    }

    /// Whether a byte is one behind the first of a character.
    private static func continues(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
