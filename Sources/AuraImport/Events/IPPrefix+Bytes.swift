import AuraCore

extension IPPrefix {
    /// As `init(truncating:)` of a string, for bytes; IPv4 without making a string.
    init?(truncating text: RawSpan) {
        var place = 0
        var octets = InlineArray<4, UInt8>(repeating: 0)
        for index in 0..<4 {
            let start = place
            var octet = 0
            while place - start < 3, text.byte(place) &- 0x30 <= 9 {
                octet = octet * 10 + Int(text.byte(place) &- 0x30)
                place += 1
            }
            let isWhole = place > start && octet <= 255
            guard isWhole, index == 3 || text.byte(place) == UInt8(ascii: ".") else {
                // No plain IPv4 address; perhaps IPv6.
                self.init(truncating: text.text)
                return
            }
            octets[index] = UInt8(octet)
            if index < 3 { place += 1 }
        }
        guard place == text.byteCount || text.byteCount - place == 3, text.hasSuffix24(at: place)
        else {
            self.init(truncating: text.text)
            return
        }
        self.init(v4: octets[0], octets[1], octets[2])
    }
}

extension RawSpan {
    /// Whether the rest is nothing or `/24`.
    fileprivate func hasSuffix24(at place: Int) -> Bool {
        place == byteCount
            || byte(place) == UInt8(ascii: "/") && byte(place + 1) == UInt8(ascii: "2")
                && byte(place + 2) == UInt8(ascii: "4")
    }
}
