import AuraCore
import AuraTesting
import Foundation
import Testing

@Suite struct IPPrefixTests {
    /// What the C library makes of an address: its 16 bytes, IPv4 as IPv4-mapped; nil if it is none.
    private func reference(_ bytes: [UInt8]) -> [UInt8]? {
        guard !bytes.contains(0) else { return nil }
        let text = (bytes + [0]).map { CChar(bitPattern: $0) }
        var v4 = [UInt8](repeating: 0, count: 4)
        if unsafe inet_pton(AF_INET, text, &v4) == 1 {
            return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + v4
        }
        var v6 = [UInt8](repeating: 0, count: 16)
        return unsafe inet_pton(AF_INET6, text, &v6) == 1 ? v6 : nil
    }

    private func prefix(_ address: [UInt8]) -> IPPrefix {
        if address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
            return IPPrefix(v4: address[12], address[13], address[14])
        }
        let groups = [0, 2, 4].map { UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]) }
        return IPPrefix(v6: groups[0], groups[1], groups[2])
    }

    @Test func `addresses are cut to their network`() {
        let networks = [
            "192.0.2.17": "192.0.2.0/24", "0.0.0.0": "0.0.0.0/24",
            "255.255.255.255": "255.255.255.0/24",
            "2001:db8::1": "2001:db8::/48", "2001:DB8:1:2:3:4:5:6": "2001:db8:1::/48",
            "::": "::/48", "::1": "::/48", "1::": "1::/48", "0:1::": "0:1::/48",
            "0:0:1::": "0:0:1::/48",
            "2001:0:1::": "2001:0:1::/48", "::ffff:192.0.2.17": "192.0.2.0/24",
            "::ffff:c000:211": "192.0.2.0/24", "::192.0.2.17": "::/48",
            "64:ff9b::192.0.2.17": "64:ff9b::/48", "1:2:3:4:5:6:7::": "1:2:3::/48",
            "::2:3:4:5:6:7:8": "0:2:3::/48", "1:2:3:4:5:6:192.0.2.17": "1:2:3::/48",
            "fe80::1%eth0": "fe80::/48", "fe80::1%25": "fe80::/48",
        ]
        for (text, network) in networks {
            #expect(IPPrefix(truncating: text)?.description == network, "\(text)")
        }
    }

    @Test func `a prefix loses what lies past its length`() {
        let networks = [
            "192.0.2.17/32": "192.0.2.0/24", "192.0.2.17/24": "192.0.2.0/24",
            "192.0.2.17/23": "192.0.2.0/24", "192.0.3.17/23": "192.0.2.0/24",
            "192.168.3.17/8": "192.0.0.0/24", "192.0.2.17/0": "0.0.0.0/24",
            "2001:db8:ffff::/48": "2001:db8:ffff::/48", "2001:db8:ffff::/47": "2001:db8:fffe::/48",
            "2001:db8:ffff::1/128": "2001:db8:ffff::/48", "2001:db8::/32": "2001:db8::/48",
            "2001:db8::/0": "::/48", "::ffff:192.0.2.17/128": "192.0.2.0/24",
            "::ffff:192.0.2.17/112": "192.0.0.0/24", "::ffff:192.0.2.17/96": "0.0.0.0/24",
            "::ffff:192.0.2.17/64": "::/48", "fe80::1%eth0/64": "fe80::/48",
        ]
        for (text, network) in networks {
            #expect(IPPrefix(truncating: text)?.description == network, "\(text)")
        }
    }

    @Test func `no other text is an address`() {
        let others = [
            "", " ", "a", "::x", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04",
            "1.2.3.",
            ".1.2.3", "1..2.3", "+1.2.3.4", "-0.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n",
            "1.2.3.4\u{0}", "0x1.2.3.4", "1,2,3,4", "1.2.3.4:80", "[::1]", "::1]",
            "\u{661}.2.3.4", "1.2.3.\u{FF14}", "1.2.3.4\u{301}", "1\u{301}.2.3.4",
            ":", ":::", "1:", ":1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:",
            ":1:2:3:4:5:6:7:8", "1::2::3", "::1::", "1:::2", "12345::", "g::", "::-0", "-0::",
            "+1::",
            "2001:-0:1::", "::1.2.3", "::1.2.3.256", "1.2.3.4::", "1:1.2.3.4::5", "::1.2.3.4:5",
            "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "::1\u{301}",
            "\u{FF11}::",
            "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/+24", "1.2.3.4/-0", "1.2.3.4/024", "1.2.3.4/ 24",
            "1.2.3.4/24/24", "1.2.3.4/a", "/24", "/", "::/", "::/129", "::/256", "::/+1", "::/1e1",
            "::/00", "::/64%eth0", "fe80::1%", "fe80::1%a b", "fe80::1%%", "1.2.3.4%eth0", "%eth0",
            "fe80::1%Anna Schmidt, born 1970", "fe80::1%" + String(repeating: "x", count: 33),
            "localhost", "user@1.2.3.4", "12:30", "12:30:45", "2024-01-01T00:00:00", "dead:beef",
        ]
        for text in others { #expect(IPPrefix(truncating: text) == nil, "\(text)") }
    }

    @Test func `damaged addresses are read exactly as the C library reads them`() {
        let seeds = [
            "192.0.2.17", "255.255.255.255", "0.0.0.0", "2001:db8::1", "::", "::1", "1::",
            "1:2:3:4:5:6:7:8", "::ffff:192.0.2.17", "1:2:3:4:5:6:1.2.3.4", "fe80::a:b", "1:2::7:8",
        ].map { Array($0.utf8) }
        let donor = Array("0123456789abcdefABCDEF:::::.....255.1:0:ffff:::1.2.3.4::+-".utf8)
        var accepted = 0
        for seed in 0..<UInt64(Effort.count(100_000)) {
            var mutator = Mutator(seed: seed)
            let bytes = mutator.mutate(seeds[Int(seed) % seeds.count], donor: donor)
            // The C library knows neither lengths nor zones.
            if bytes.contains(UInt8(ascii: "/")) || bytes.contains(UInt8(ascii: "%")) { continue }
            let expected = reference(bytes).map(prefix)
            let read = IPPrefix(truncating: bytes.rawSpan)
            #expect(read == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
            if read != nil { accepted += 1 }
        }
        #expect(accepted > 5_000)
    }

    @Test func `every prefix is printed canonically and read back`() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<Effort.count(5_000) {
            func group() -> UInt16 { UInt16(random.below(3) == 0 ? 0 : random.below(65_536)) }
            let v6 = IPPrefix(v6: group(), group(), group())
            let v4 = IPPrefix(
                v4: UInt8(random.below(256)), UInt8(random.below(256)), UInt8(random.below(256)))
            for prefix in [v4, v6] {
                #expect(IPPrefix(truncating: prefix.description) == prefix)
                #expect(IPPrefix(rawValue: prefix.rawValue) == prefix)
            }
            // RFC 5952 is what inet_ntop writes.
            let text = String(v6.description.dropLast(3))
            let address = try #require(reference(Array(text.utf8)))
            #expect(printed(address) == text)
            #expect(v4 < v6)
        }
    }

    private func printed(_ address: [UInt8]) -> String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard unsafe inet_ntop(AF_INET6, address, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    @Test func `only codes of prefixes are prefixes`() {
        #expect(IPPrefix(rawValue: 4 << 48)?.description == "0.0.0.0/24")
        #expect(IPPrefix(rawValue: 4 << 48 | 0xFF_FFFF)?.description == "255.255.255.0/24")
        #expect(
            IPPrefix(rawValue: 6 << 48 | 0xFFFF_FFFF_FFFF)?.description == "ffff:ffff:ffff::/48")
        // A whole IPv4 address would need a bit more.
        #expect(IPPrefix(rawValue: 4 << 48 | 1 << 24) == nil)
        for family in 0..<0x1_0000 as Range<UInt64> where family != 4 && family != 6 {
            #expect(IPPrefix(rawValue: family << 48) == nil)
        }
    }
}
