/// Counts the users of an hour; one is used hour after hour, so that its memory is taken once.
struct UserCounter {
    private var few: [UInt64] = []
    private var isFew = true
    private var registers = [UInt64](repeating: 0, count: HyperLogLog.words)
    /// Hashes that came, however often the same.
    private(set) var rowCount = 0

    /// Begins with another hour.
    mutating func reset() {
        few.removeAll(keepingCapacity: true)
        isFew = true
        rowCount = 0
        for index in registers.indices { registers[index] = 0 }
    }

    /// Adds the hashes of some rows.
    mutating func insert(_ hashes: Span<UInt64>) {
        rowCount += hashes.count
        var words = registers.mutableSpan
        for index in hashes.indices {
            HyperLogLog.insert(hashes[index], into: &words, at: 0)
        }
        for index in hashes.indices where isFew {
            if few.contains(hashes[index]) { continue }
            few.append(hashes[index])
            isFew = few.count <= HourUsers.exactUsers
        }
    }

    /// What came, in its shortest form.
    var form: HourUsers.Form {
        if isFew { return .hashes(few.sorted()) }
        var found: [UInt32] = []
        for (place, word) in registers.enumerated() where word != 0 {
            for byte in 0..<8 {
                let rank = UInt32(truncatingIfNeeded: word >> UInt64(byte * 8) & 0xFF)
                if rank > 0 { found.append(UInt32(place * 8 + byte) << 8 | rank) }
            }
        }
        return found.count <= HourUsers.mostRegisters ? .registers(found) : .sketch(registers)
    }
}

extension HyperLogLog {
    /// The value of a register.
    @inline(__always)
    static func rank(of register: Int, in words: [UInt64]) -> UInt64 {
        words[register / 8] >> UInt64(register % 8 * 8) & 0xFF
    }
}
