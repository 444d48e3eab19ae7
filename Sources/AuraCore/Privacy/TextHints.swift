/// What a text could hold, from one look at eight bytes at a time.
///
/// Most strings (`completed`, `/api/messages/`, an id) end here: each search of `ValueShapes`
/// needs characters that they lack. About 1.5 ns for every eight bytes.
struct TextHints: OptionSet {
    let rawValue: UInt8

    /// An `@`.
    static let at = TextHints(rawValue: 1)
    /// A `%`, which may hide any other character.
    static let percent = TextHints(rawValue: 2)
    /// Eight digits and something between them.
    static let phone = TextHints(rawValue: 4)
    /// Three dots and four digits.
    static let quad = TextHints(rawValue: 8)
    /// Two colons.
    static let colons = TextHints(rawValue: 16)

    /// The hints of the bytes `[start, start + count)`.
    @inline(__always)
    static func of(_ bytes: RawSpan, _ start: Int, _ count: Int) -> TextHints {
        var tally = ByteTally()
        var offset = 0
        while offset + 8 <= count {
            tally.add(bytes.load(start + offset, as: UInt64.self))
            offset += 8
        }
        if offset < count { tally.add(tail(bytes, start, offset, count)) }
        var hints: TextHints = []
        if tally.at != 0 { hints.insert(.at) }
        if tally.percent != 0 { hints.insert(.percent) }
        if tally.digits >= 8, tally.digits < count { hints.insert(.phone) }
        if tally.dots >= 3, tally.digits >= 4 { hints.insert(.quad) }
        if tally.colons >= 2 { hints.insert(.colons) }
        return hints
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The last bytes, fewer than eight, filled up with zeros.
    @inline(__always)
    private static func tail(_ bytes: RawSpan, _ start: Int, _ offset: Int, _ count: Int) -> UInt64
    {
        let rest = count - offset
        if start + offset >= 8 - rest {
            let word = bytes.load(start + count - 8, as: UInt64.self)
            return word >> UInt64((8 - rest) * 8)
        }
        var word: UInt64 = 0
        for index in 0..<rest {
            word |= UInt64(bytes.byte(start + offset + index)) << UInt64(index * 8)
        }
        return word
    }
}

/// How often the bytes occur that the searches look for.
private struct ByteTally {
    /// Nonzero if there was one.
    var at: UInt64 = 0
    var percent: UInt64 = 0
    var digits = 0
    var dots = 0
    var colons = 0

    @inline(__always)
    mutating func add(_ word: UInt64) {
        at |= matches(word, UInt8(ascii: "@"))
        percent |= matches(word, UInt8(ascii: "%"))
        dots += matches(word, UInt8(ascii: ".")).nonzeroBitCount
        colons += matches(word, UInt8(ascii: ":")).nonzeroBitCount
        let low = word ^ 0x3030_3030_3030_3030
        let above = ((low & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676) | low
        digits += (~above & 0x8080_8080_8080_8080).nonzeroBitCount
    }

    /// The high bit of each byte that equals `byte`.
    @inline(__always)
    private func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(byte))
        let carried = (difference & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F
        return ~(carried | difference) & 0x8080_8080_8080_8080
    }
}
