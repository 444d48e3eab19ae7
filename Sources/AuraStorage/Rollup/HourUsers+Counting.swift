/// Counts the users of an hour; one is used hour after hour, so that its memory is taken once.
struct UserCounter {
    /// All hashes, while they are few.
    private var few: [UInt64] = []
    /// Whether the registers have what came, because `few` could not take it.
    private var isMany = false
    private var registers = [UInt64](repeating: 0, count: HyperLogLog.words)

    /// Adds the hashes of some rows.
    mutating func insert(_ hashes: Span<UInt64>) {
        var index = 0
        while !isMany, index < hashes.count {
            let hash = hashes[index]
            index += 1
            if few.contains(hash) { continue }
            few.append(hash)
            if few.count > HourUsers.exactUsers {
                isMany = true
                let known = few
                UserCounter.insert(known.span, into: &registers)
            }
        }
        if isMany { UserCounter.insert(hashes.extracting(index...), into: &registers) }
    }

    private static func insert(_ hashes: Span<UInt64>, into registers: inout [UInt64]) {
        var words = registers.mutableSpan
        for index in hashes.indices { HyperLogLog.insert(hashes[index], into: &words, at: 0) }
    }

    /// What came, in its shortest form, nil for nothing; the next hour begins.
    mutating func takeForm() -> HourUsers.Form? {
        defer { few.removeAll(keepingCapacity: true) }
        guard isMany else { return few.isEmpty ? nil : .hashes(few.sorted()) }
        defer {
            isMany = false
            for index in registers.indices { registers[index] = 0 }
        }
        var found: [UInt32] = []
        found.reserveCapacity(HourUsers.mostRegisters + 8)
        for (place, word) in registers.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                let byte = rest.trailingZeroBitCount / 8
                let rank = rest >> UInt64(byte * 8) & 0xFF
                found.append(UInt32(place * 8 + byte) << 8 | UInt32(rank))
                rest &= ~(0xFF << UInt64(byte * 8))
            }
            if found.count > HourUsers.mostRegisters { return .sketch(registers) }
        }
        return .registers(found)
    }
}

extension HyperLogLog {
    /// The value of a register.
    @inline(__always)
    static func rank(of register: Int, in words: [UInt64]) -> UInt64 {
        words[register / 8] >> UInt64(register % 8 * 8) & 0xFF
    }
}
