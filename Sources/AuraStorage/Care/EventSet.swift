/// Some sequence numbers.
struct EventSet: Sendable {
    /// 64 numbers each, by the number divided by 64.
    private var words: [UInt64: UInt64] = [:]

    func contains(_ number: UInt64) -> Bool {
        words[number / 64, default: 0] >> (number % 64) & 1 == 1
    }

    /// Whether it was not there.
    mutating func insert(_ number: UInt64) -> Bool {
        let bit = UInt64(1) << (number % 64)
        let word = words[number / 64, default: 0]
        words[number / 64] = word | bit
        return word & bit == 0
    }

    /// How many there are.
    var count: Int { words.values.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The greatest; 0 if there is none.
    var last: UInt64 {
        guard let word = words.keys.max(), let bits = words[word] else { return 0 }
        return word * 64 + 63 - UInt64(bits.leadingZeroBitCount)
    }

    /// The numbers from 1 to `last` that it lacks.
    func gaps(through last: UInt64) -> [ClosedRange<UInt64>] {
        var gaps: [ClosedRange<UInt64>] = []
        var next: UInt64 = 1
        func close(before number: UInt64) {
            if next < number { gaps.append(next...number - 1) }
        }
        for word in words.keys.sorted() {
            guard var bits = words[word], bits != .max || next < word * 64 else {
                next = word * 64 + 64
                continue
            }
            while bits != 0 {
                let number = word * 64 + UInt64(bits.trailingZeroBitCount)
                close(before: number)
                next = number + 1
                bits &= bits - 1
            }
        }
        if next <= last { gaps.append(next...last) }
        return gaps
    }
}
