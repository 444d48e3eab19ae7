/// A UUID: 128 bits.
public struct UUIDBytes: Hashable, Comparable, Sendable {
    /// The half that the text form shows first.
    public var high: UInt64
    /// The other half.
    public var low: UInt64

    /// A UUID of two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The UUID written as 36 characters, 8-4-4-4-12 hexadecimal digits in lower case; nil for any
    /// other text, so that what is stored as a UUID always reads back as it was written.
    public init?(canonical text: some StringProtocol) {
        var text = String(text)
        guard let value = text.withUTF8({ unsafe UUIDBytes(canonical: $0.span.bytes) }) else {
            return nil
        }
        self = value
    }

    /// As `init(canonical:)` of a string, for bytes.
    public init?(canonical bytes: RawSpan) {
        guard bytes.byteCount == 36 else { return nil }
        func word(_ first: Int, _ second: Int) -> UInt64 {
            UInt64(bytes.load(first, as: UInt32.self))
                | UInt64(bytes.load(second, as: UInt32.self)) << 32
        }
        func isDash(_ offset: Int) -> Bool {
            bytes.load(offset, as: UInt8.self) == UInt8(ascii: "-")
        }
        guard isDash(8), isDash(13), isDash(18), isDash(23),
            let first = HexadecimalDigits.number(word(0, 4)),
            let second = HexadecimalDigits.number(word(9, 14)),
            let third = HexadecimalDigits.number(word(19, 24)),
            let fourth = HexadecimalDigits.number(word(28, 32))
        else { return nil }
        self.init(high: first << 32 | second, low: third << 32 | fourth)
    }

    /// Orders as the text form does.
    public static func < (left: UUIDBytes, right: UUIDBytes) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension UUIDBytes: CustomStringConvertible {
    /// 36 characters in lower case.
    public var description: String { text.bytes.text }

    /// The same as bytes.
    package var text: ShortText {
        let first = HexadecimalDigits.text(UInt32(truncatingIfNeeded: high >> 32))
        let second = HexadecimalDigits.text(UInt32(truncatingIfNeeded: high))
        let third = HexadecimalDigits.text(UInt32(truncatingIfNeeded: low >> 32))
        var text = ShortText()
        text.append(first, count: 8)
        text.append("-")
        text.append(second, count: 4)
        text.append("-")
        text.append(second >> 32, count: 4)
        text.append("-")
        text.append(third, count: 4)
        text.append("-")
        text.append(third >> 32, count: 4)
        text.append(HexadecimalDigits.text(UInt32(truncatingIfNeeded: low)), count: 8)
        return text
    }
}

/// Eight hexadecimal digits at once: reading a UUID digit by digit took seven times as long, a
/// fifteenth of an import of the benchmark workload.
private enum HexadecimalDigits {
    /// The number that eight digits in lower case write, the first in the lowest byte; nil if one
    /// is none.
    @inline(__always)
    static func number(_ text: UInt64) -> UInt64? {
        // Seven bits of each byte, so that no sum carries into the next one.
        let low = text & 0x7F7F_7F7F_7F7F_7F7F
        // The top bit says: at least the bound.
        func reaches(_ bound: UInt64) -> UInt64 {
            low &+ (0x80 - bound) &* 0x0101_0101_0101_0101
        }
        let isDigit = reaches(0x30) & ~reaches(0x3A)
        let isLetter = reaches(0x61) & ~reaches(0x67)
        let tops: UInt64 = 0x8080_8080_8080_8080
        guard (isDigit | isLetter) & ~text & tops == tops else { return nil }
        let values = (low & 0x0F0F_0F0F_0F0F_0F0F) &+ (low >> 6 & 0x0101_0101_0101_0101) &* 9
        // The digits of a byte side by side, then bytes, then pairs of bytes.
        let pairs = (values & 0x000F_000F_000F_000F) << 4 | values >> 8 & 0x000F_000F_000F_000F
        let fours = pairs & 0x0000_00FF_0000_00FF | pairs >> 8 & 0x0000_FF00_0000_FF00
        let eight = UInt32(truncatingIfNeeded: fours | fours >> 16)
        return UInt64(eight.byteSwapped)
    }

    /// The eight digits in lower case that write a number, the first in the lowest byte.
    @inline(__always)
    static func text(_ number: UInt32) -> UInt64 {
        // Pairs of bytes apart, then bytes, then the digits of a byte.
        let word = UInt64(number.byteSwapped)
        let fours = (word | word << 16) & 0x0000_FFFF_0000_FFFF
        let pairs = (fours | fours << 8) & 0x00FF_00FF_00FF_00FF
        let digits = (pairs >> 4 | pairs << 8) & 0x0F0F_0F0F_0F0F_0F0F
        let isLetter = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return digits &+ 0x3030_3030_3030_3030 &+ isLetter &* 39
    }
}
