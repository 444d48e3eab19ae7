/// An estimate of how many different hashes were seen: 4,096 registers of a byte.
///
/// The standard error is 1.6 %. Registers depend on the set alone: neither on order nor on how often
/// a hash came, and sketches of parts merge into that of the whole. Sources: Flajolet et al., 2007;
/// the estimate is that of Ertl, "New cardinality estimation algorithms for HyperLogLog sketches",
/// 2017, which needs no table of corrections.
package enum HyperLogLog {
    /// Bits of a hash that choose the register.
    @usableFromInline static let precision = 12
    static let registers = 1 << precision
    /// Registers as words, eight in each.
    package static let words = registers / 8
    /// The greatest value of a register.
    static let highestRank = 64 - precision + 1

    /// Takes a hash into the registers that begin at a word.
    @inlinable @inline(__always)
    package static func insert(
        _ hash: UInt64, into words: inout MutableSpan<UInt64>, at offset: Int
    ) {
        let register = Int(hash >> UInt64(64 - precision))
        let rest = hash << UInt64(precision) | 1 << UInt64(precision - 1)
        let rank = UInt64(rest.leadingZeroBitCount + 1)
        let shift = UInt64(register % 8 * 8)
        let word = words[offset + register / 8]
        if word >> shift & 0xFF < rank {
            words[offset + register / 8] = word & ~(0xFF << shift) | rank << shift
        }
    }

    /// The greater of each of the eight registers of two words; all are below 128.
    @inline(__always)
    static func greater(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let high: UInt64 = 0x8080_8080_8080_8080
        let isLeft = ((left | high) &- right) & high
        // From a bit at the top of a register to all of its bits.
        let mask = (isLeft &<< 1) &- (isLeft &>> 7)
        return left & mask | right & ~mask
    }

    /// Takes what other registers have seen into those that begin at a word.
    package static func merge(_ other: ArraySlice<UInt64>, into all: inout [UInt64], at offset: Int)
    {
        precondition(other.count == words && offset >= 0 && offset + words <= all.count)
        // Without bounds checks, four words at once are compared.
        unsafe all.withUnsafeMutableBufferPointer { all in
            let all = unsafe UnsafeMutableBufferPointer(rebasing: all[offset..<offset + words])
            unsafe other.withUnsafeBufferPointer { other in
                for index in 0..<words {
                    unsafe all[index] = greater(all[index], other[index])
                }
            }
        }
    }

    /// Whether each register of a word has a value that a hash can give it.
    static func isValid(_ word: UInt64) -> Bool {
        stride(from: UInt64(0), to: 64, by: 8).allSatisfy { word >> $0 & 0xFF <= highestRank }
    }

    /// How many different hashes the registers have seen.
    package static func estimate(_ words: ArraySlice<UInt64>) -> Double {
        var counts = [Int](repeating: 0, count: 64)
        for word in words {
            for byte in 0..<UInt64(8) { counts[Int(word &>> (byte &* 8) & 0x3F)] &+= 1 }
        }
        let size = Double(registers)
        var sum = size * tau(1 - Double(counts[highestRank]) / size)
        for rank in stride(from: highestRank - 1, through: 1, by: -1) {
            sum = (sum + Double(counts[rank])) / 2
        }
        sum += size * sigma(Double(counts[0]) / size)
        return 0.721_347_520_444_481_7 * size * size / sum
    }

    private static func sigma(_ share: Double) -> Double {
        if share == 1 { return .infinity }
        var power = share
        var weight = 1.0
        var sum = share
        while true {
            power *= power
            let before = sum
            sum += power * weight
            weight += weight
            if sum == before { return sum }
        }
    }

    private static func tau(_ share: Double) -> Double {
        if share == 0 || share == 1 { return 0 }
        var power = share
        var weight = 1.0
        var sum = 1 - share
        while true {
            power.formSquareRoot()
            let before = sum
            weight /= 2
            sum -= (1 - power) * (1 - power) * weight
            if sum == before { return sum / 3 }
        }
    }
}
