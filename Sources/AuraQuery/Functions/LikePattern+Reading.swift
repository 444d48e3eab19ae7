extension LikePattern {
    /// Reads a pattern of LIKE: `%` for any characters, `_` for one, and what follows the escape
    /// for itself.
    init(like pattern: [UInt8], escape: UInt8?) {
        self.init()
        var place = 0
        while place < pattern.count {
            let byte = pattern[place]
            place += 1
            switch byte {
            case escape:
                guard place < pattern.count else {
                    endsInEscape = true
                    appendAnything()
                    break
                }
                append(byte: pattern[place])
                place += 1
            case UInt8(ascii: "%"): appendAnything()
            case UInt8(ascii: "_"): append(.character)
            default: append(byte: byte)
            }
        }
        finish()
    }

    /// Reads a pattern of GLOB: `*` for any bytes, `?` for one, `[a-z]` and `[!a-z]` for one out of
    /// a set or out of all others, and what follows a backslash for itself.
    ///
    /// - Returns: nil for a pattern that no text matches, as its set or its backslash has no end.
    init?(glob pattern: [UInt8]) {
        self.init()
        var place = 0
        while place < pattern.count {
            let byte = pattern[place]
            place += 1
            switch byte {
            case UInt8(ascii: "*"): appendAnything()
            case UInt8(ascii: "?"): append(.byte)
            case UInt8(ascii: "["):
                guard let set = LikePattern.set(of: pattern, &place) else { return nil }
                append(set: set)
            case UInt8(ascii: "\\"):
                guard place < pattern.count else { return nil }
                append(byte: pattern[place])
                place += 1
            default: append(byte: byte)
            }
        }
        finish()
    }

    /// The bytes of the set that begins at a place, behind its bracket; nil if it does not end.
    ///
    /// A bracket that closes stands for itself as the first, and at the end of a range.
    private static func set(of pattern: [UInt8], _ place: inout Int) -> [Bool]? {
        func byte(_ place: Int) -> UInt8? { place < pattern.count ? pattern[place] : nil }
        let isInverted = byte(place) == UInt8(ascii: "!")
        if isInverted { place += 1 }
        var set = [Bool](repeating: isInverted, count: 256)
        let start = place
        while let first = byte(place) {
            if first == UInt8(ascii: "]"), place > start {
                place += 1
                return set
            }
            var last = first
            place += 1
            if byte(place) == UInt8(ascii: "-") {
                guard let end = byte(place + 1) else { return nil }
                last = end
                place += 2
            }
            // Ranges go by the order of signed bytes, in which those beyond ASCII come first.
            let (lower, upper) = (Int8(bitPattern: first), Int8(bitPattern: last))
            guard lower <= upper else { continue }
            for member in lower...upper { set[Int(UInt8(bitPattern: member))] = !isInverted }
        }
        return nil
    }
}
