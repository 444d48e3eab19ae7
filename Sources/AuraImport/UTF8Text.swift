import AuraCore

/// UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing beyond U+10FFFF.
enum UTF8Text {
    /// Bytes of the well-formed character at a place, which is no ASCII; 0 if it is malformed.
    static func size(_ bytes: RawSpan, at place: Int) -> Int {
        func isTail(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            range.contains(bytes.byte(place + offset))
        }
        // Table 3-7 of the Unicode Standard.
        switch bytes.byte(place) {
        case 0xC2...0xDF: return isTail(1) ? 2 : 0
        case 0xE0: return isTail(1, 0xA0...0xBF) && isTail(2) ? 3 : 0
        case 0xED: return isTail(1, 0x80...0x9F) && isTail(2) ? 3 : 0
        case 0xE1...0xEF: return isTail(1) && isTail(2) ? 3 : 0
        case 0xF0: return isTail(1, 0x90...0xBF) && isTail(2) && isTail(3) ? 4 : 0
        case 0xF1...0xF3: return isTail(1) && isTail(2) && isTail(3) ? 4 : 0
        case 0xF4: return isTail(1, 0x80...0x8F) && isTail(2) && isTail(3) ? 4 : 0
        default: return 0
        }
    }

    /// Where the first malformed character begins; nil if the bytes are UTF-8.
    static func firstMalformed(_ bytes: RawSpan) -> Int? {
        var place = 0
        while place < bytes.byteCount {
            let beyond = Lanes.nonASCII(bytes.word(place))
            if beyond == 0 {
                place &+= 8
                continue
            }
            place += Lanes.first(beyond)
            let size = size(bytes, at: place)
            if size == 0 { return place }
            place += size
        }
        return nil
    }

    /// Appends a scalar value, which is no surrogate.
    static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        func tail(_ shift: UInt32) -> UInt8 {
            0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F)
        }
        switch scalar {
        case 0..<0x80:
            output.append(UInt8(scalar))
        case 0x80..<0x800:
            output.append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            output.append(tail(0))
        case 0x800..<0x1_0000:
            output.append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
            output.append(tail(6))
            output.append(tail(0))
        default:
            output.append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18))
            output.append(tail(12))
            output.append(tail(6))
            output.append(tail(0))
        }
    }
}
