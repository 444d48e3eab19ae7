/// The network of an internet address, /24 for IPv4 and /48 for IPv6.
///
/// Aura keeps addresses in no other form; a full one has no representation.
public struct IPPrefix: Hashable, Comparable, Sendable {
    /// `4 << 48 | 24 bits` or `6 << 48 | 48 bits`: the code on disk and wire.
    public let rawValue: UInt64

    /// The prefix of that code; nil if it is not one.
    public init?(rawValue: UInt64) {
        switch rawValue >> 48 {
        case 4 where rawValue & 0xFFFF_FF00_0000 == 0: break
        case 6: break
        default: return nil
        }
        self.rawValue = rawValue
    }

    /// The network of an IPv4 address.
    public init(v4 a: UInt8, _ b: UInt8, _ c: UInt8) {
        rawValue = 4 << 48 | UInt64(a) << 16 | UInt64(b) << 8 | UInt64(c)
    }

    /// The network of an IPv6 address: its first three groups of 16 bits.
    public init(v6 a: UInt16, _ b: UInt16, _ c: UInt16) {
        rawValue = 6 << 48 | UInt64(a) << 32 | UInt64(b) << 16 | UInt64(c)
    }

    /// The network of the address or prefix that the text writes: `192.0.2.17`, `192.0.2.0/24`,
    /// `2001:db8::1`, `2001:db8::/32`, `fe80::1%eth0`.
    ///
    /// Addresses are what `inet_pton` takes: octets without leading zeros, RFC 4291 §2.2. An
    /// IPv4-mapped IPv6 address counts as IPv4. Bits past the prefix's length become zero, bits past
    /// what is kept are cut. nil for any other text.
    public init?(truncating text: some StringProtocol) {
        var text = String(text)
        guard let value = text.withUTF8({ IPPrefix(truncating: unsafe $0.span.bytes) }) else {
            return nil
        }
        self = value
    }

    /// As `init(truncating:)` of a string, for bytes.
    public init?(truncating bytes: RawSpan) {
        var text = bytes
        var length: UInt128?
        if let slash = text.first("/") {
            length = IPPrefix.decimal(text.slice(slash + 1, text.byteCount - slash - 1))
            guard length != nil else { return nil }
            text = text.slice(0, slash)
        }
        if text.first(":") == nil {
            guard let address = IPPrefix.v4(text), length ?? 32 <= 32 else { return nil }
            self.init(mapped: address & ~UInt128(0) << (32 - (length ?? 32)))
            return
        }
        if let zone = text.first("%") {
            guard IPPrefix.isZone(text.slice(zone + 1, text.byteCount - zone - 1)) else {
                return nil
            }
            text = text.slice(0, zone)
        }
        guard var address = IPPrefix.v6(text), length ?? 128 <= 128 else { return nil }
        address &= ~UInt128(0) << (128 - (length ?? 128))
        guard address >> 32 != 0xFFFF else {
            self.init(mapped: address)
            return
        }
        let groups = UInt64(address >> 80)
        self.init(
            v6: UInt16(groups >> 32), UInt16(groups >> 16 & 0xFFFF), UInt16(groups & 0xFFFF))
    }

    /// The network of an IPv4 address in the low 32 bits.
    private init(mapped address: UInt128) {
        rawValue = 4 << 48 | UInt64(address & 0xFFFF_FFFF) >> 8
    }

    /// Orders IPv4 before IPv6, then by network.
    public static func < (left: IPPrefix, right: IPPrefix) -> Bool {
        left.rawValue < right.rawValue
    }
}

// The text forms.
extension IPPrefix {
    /// One to three digits without leading zeros.
    private static func decimal(_ text: RawSpan) -> UInt128? {
        guard (1...3).contains(text.byteCount) else { return nil }
        if text.byteCount > 1, text.load(0, as: UInt8.self) == UInt8(ascii: "0") { return nil }
        var number: UInt128 = 0
        for offset in 0..<text.byteCount {
            let digit = text.load(offset, as: UInt8.self) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + UInt128(digit)
        }
        return number
    }

    /// Four decimal octets.
    private static func v4(_ text: RawSpan) -> UInt128? {
        var rest = text
        var address: UInt128 = 0
        for index in 0..<4 {
            let end = index == 3 ? rest.byteCount : rest.first(".") ?? rest.byteCount
            guard let octet = decimal(rest.slice(0, end)), octet < 256 else { return nil }
            address = address << 8 | octet
            if index == 3 { break }
            guard end < rest.byteCount else { return nil }
            rest = rest.slice(end + 1, rest.byteCount - end - 1)
        }
        return address
    }

    /// Eight groups, of which `::` may stand for one or more of zeros, and the last two of which
    /// may be written as an IPv4 address.
    private static func v6(_ text: RawSpan) -> UInt128? {
        var rest = text
        var address: UInt128 = 0
        var count = 0
        // Groups before `::`.
        var gap: Int?
        if rest.byteCount >= 2, rest.load(0, as: UInt16.self) == 0x3A3A {
            gap = 0
            rest = rest.slice(2, rest.byteCount - 2)
        }
        while rest.byteCount > 0 {
            let end = rest.first(":") ?? rest.byteCount
            if end == rest.byteCount, let tail = v4(rest) {
                address = address << 32 | tail
                count += 2
                break
            }
            guard let group = group(rest.slice(0, end)), count < 8 else { return nil }
            address = address << 16 | group
            count += 1
            if end == rest.byteCount { break }
            rest = rest.slice(end + 1, rest.byteCount - end - 1)
            // A colon is followed by a group, or by the second colon of `::`.
            guard rest.byteCount > 0 else { return nil }
            if rest.load(0, as: UInt8.self) == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = count
                rest = rest.slice(1, rest.byteCount - 1)
            }
        }
        guard let gap else { return count == 8 ? address : nil }
        guard count <= 7 else { return nil }
        let tailBits = (count - gap) * 16
        let tail = address & ~(~UInt128(0) << tailBits)
        return (address >> tailBits) << ((8 - gap) * 16) | tail
    }

    /// One to four hexadecimal digits.
    private static func group(_ text: RawSpan) -> UInt128? {
        guard (1...4).contains(text.byteCount) else { return nil }
        var group: UInt128 = 0
        for offset in 0..<text.byteCount {
            let byte = text.load(offset, as: UInt8.self)
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                group = group << 4 | UInt128(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                group = group << 4 | UInt128(byte & 0xDF - UInt8(ascii: "A") + 10)
            default:
                return nil
            }
        }
        return group
    }

    /// The name or number of an interface, RFC 4007 §11.2: 1 to 32 letters, digits and `-._~`.
    private static func isZone(_ text: RawSpan) -> Bool {
        guard (1...32).contains(text.byteCount) else { return false }
        for offset in 0..<text.byteCount {
            switch text.load(offset, as: UInt8.self) {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                continue
            default:
                return false
            }
        }
        return true
    }
}

extension IPPrefix: CustomStringConvertible {
    /// `192.0.2.0/24` or `2001:db8::/48`, canonical (RFC 5952).
    public var description: String { text.bytes.text }

    /// The same as bytes.
    package var text: ShortText {
        var text = ShortText()
        guard rawValue >> 48 == 6 else {
            for shift: UInt64 in [16, 8, 0] {
                text.append(decimal: rawValue >> shift & 255)
                text.append(".")
            }
            for character: Unicode.Scalar in ["0", "/", "2", "4"] { text.append(character) }
            return text
        }
        // The five groups that are not kept are zero, so the longest run of zeros ends the address.
        for shift: UInt64 in [32, 16, 0] where rawValue & ((1 << (shift + 16)) - 1) != 0 {
            if shift < 32 { text.append(":") }
            for digit in String(rawValue >> shift & 0xFFFF, radix: 16).unicodeScalars {
                text.append(digit)
            }
        }
        for character: Unicode.Scalar in [":", ":", "/", "4", "8"] { text.append(character) }
        return text
    }
}

extension RawSpan {
    /// Where that ASCII character is first found.
    fileprivate func first(_ character: Unicode.Scalar) -> Int? {
        for offset in 0..<byteCount where load(offset, as: UInt8.self) == UInt8(ascii: character) {
            return offset
        }
        return nil
    }
}
