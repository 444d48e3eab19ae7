import AuraCore

extension IPPrefix {
    /// As `init(truncating:)`, faster for the forms that logs hold: `192.0.2.17`, `192.0.2.0/24`.
    ///
    /// An octet's digits are read as one word. It took a third of the instructions of the general
    /// way, 7 % of an import of the benchmark workload.
    ///
    /// - Parameter size: Bytes of the text; what follows it is not read.
    init?(text: RawSpan, size: Int) {
        var place = 0
        var network: UInt64 = 0
        for index in 0..<4 {
            let word = text.word(place)
            let (octet, count) = Number.leadingDigits(word)
            guard count > 0, count <= 3, octet <= 255, count == 1 || word & 0xFF != 0x30 else {
                self.init(truncating: text.slice(0, size))
                return
            }
            place += count
            guard index < 3 else { break }
            network = network << 8 | octet
            guard text.byte(place) == UInt8(ascii: ".") else {
                self.init(truncating: text.slice(0, size))
                return
            }
            place += 1
        }
        let isNetwork = size == place + 3 && text.word(place) & 0xFF_FFFF == 0x34_322F
        guard place == size || isNetwork else {
            self.init(truncating: text.slice(0, size))
            return
        }
        self.init(rawValue: 4 << 48 | network)
    }
}
