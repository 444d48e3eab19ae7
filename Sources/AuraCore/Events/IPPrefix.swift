/// The only form in which Aura keeps an internet address: its network, /24 for IPv4 and /48 for
/// IPv6. A full address has no representation.
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
    /// `2001:db8::1`, `2001:db8::/32`; an IPv4-mapped IPv6 address counts as IPv4. nil if the text
    /// is none of these. A prefix longer than what is kept is cut; a shorter one is kept as zeros.
    public init?(truncating text: some StringProtocol) {
        var text = Substring(text)
        if let slash = text.lastIndex(of: "/") {
            guard let bits = UInt8(text[text.index(after: slash)...]), bits <= 128 else {
                return nil
            }
            text = text[..<slash]
            if !text.contains(":"), bits > 32 { return nil }
        }
        if text.contains(":") {
            guard let groups = IPPrefix.groups(text) else { return nil }
            if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
                self.init(
                    v4: UInt8(groups[6] >> 8), UInt8(groups[6] & 255), UInt8(groups[7] >> 8))
            } else {
                self.init(v6: groups[0], groups[1], groups[2])
            }
        } else {
            guard let octets = IPPrefix.octets(text) else { return nil }
            self.init(v4: octets[0], octets[1], octets[2])
        }
    }

    /// Orders IPv4 before IPv6, then by network.
    public static func < (left: IPPrefix, right: IPPrefix) -> Bool {
        left.rawValue < right.rawValue
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count),
                part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let octet = UInt8(part)
            else { return nil }
            octets.append(octet)
        }
        return octets
    }

    /// The eight groups of an IPv6 address, RFC 4291 §2.2.
    private static func groups(_ text: Substring) -> [UInt16]? {
        var text = text
        if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
        let halves = text.components(around: "::")
        guard halves.count <= 2, let head = run(halves[0]) else { return nil }
        guard halves.count == 2 else { return head.count == 8 ? head : nil }
        guard let tail = run(halves[1]), head.count + tail.count <= 7 else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func run(_ text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let octets = octets(part) else { return nil }
                groups.append(UInt16(octets[0]) << 8 | UInt16(octets[1]))
                groups.append(UInt16(octets[2]) << 8 | UInt16(octets[3]))
                continue
            }
            guard (1...4).contains(part.utf8.count), part.first != "+",
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups.count <= 8 ? groups : nil
    }
}

extension IPPrefix: CustomStringConvertible {
    /// `192.0.2.0/24` or `2001:db8:0::/48`, zeros written out.
    public var description: String {
        if rawValue >> 48 == 4 {
            return "\(rawValue >> 16 & 255).\(rawValue >> 8 & 255).\(rawValue & 255).0/24"
        }
        let groups = [rawValue >> 32 & 0xFFFF, rawValue >> 16 & 0xFFFF, rawValue & 0xFFFF]
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/48"
    }
}

extension Substring {
    /// The parts around every occurrence of `::`.
    fileprivate func components(around separator: String) -> [Substring] {
        var parts: [Substring] = []
        var start = startIndex
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(separator) {
                parts.append(self[start..<index])
                index = self.index(index, offsetBy: separator.count)
                start = index
            } else {
                index = self.index(after: index)
            }
        }
        return parts + [self[start...]]
    }
}
