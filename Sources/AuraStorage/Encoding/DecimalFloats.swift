import AuraCore

/// Floats that were written as decimals, as whole numbers and a power of ten.
///
/// After ALP (Afroozeh, Kuffo, Boncz, "ALP: Adaptive Lossless Floating-Point Compression", SIGMOD
/// 2024), with one exponent a block: a float qualifies if the whole number over the power of ten is
/// the float again, bit by bit. The others are kept beside it.
struct DecimalFloats {
    /// Digits behind the point.
    let exponent: Int
    /// The whole numbers; of an exception the one before, which is cheap to pack.
    private(set) var numbers: [Int64] = []
    /// Where the whole number is not the float.
    private(set) var exceptions: [(position: Int, bits: UInt64)] = []

    /// Powers of ten are exact in a float up to 10²², and products up to 2⁵³.
    static let greatestExponent = 14

    /// The floats of these bits as decimals; nil if more than one in sixteen is none.
    init?(_ bits: Span<Int64>) {
        guard let exponent = DecimalFloats.exponent(of: bits) else { return nil }
        self.exponent = exponent
        let power = DecimalFloats.power(exponent)
        numbers.reserveCapacity(bits.count)
        var last: Int64 = 0
        for index in bits.indices {
            let pattern = UInt64(bitPattern: bits[index])
            if let number = DecimalFloats.number(pattern, power) {
                last = number
            } else {
                exceptions.append((index, pattern))
            }
            numbers.append(last)
        }
        if exceptions.count * 16 > bits.count { return nil }
    }

    /// 10 to that exponent, exactly.
    static func power(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    /// The whole number that stands for the float; nil if none does.
    @inline(__always)
    private static func number(_ bits: UInt64, _ power: Double) -> Int64? {
        let value = Double(bitPattern: bits)
        let scaled = (value * power).rounded(.toNearestOrEven)
        guard abs(scaled) < 9_007_199_254_740_992 else { return nil }
        // By way of the whole number, which has no negative zero.
        let number = Int64(scaled)
        return (Double(number) / power).bitPattern == bits ? number : nil
    }

    /// The least exponent that serves nearly all of a sample.
    private static func exponent(of bits: Span<Int64>) -> Int? {
        let step = max(1, bits.count / 256)
        for exponent in 0...greatestExponent {
            let power = power(exponent)
            var misses = 0
            var tries = 0
            for index in stride(from: 0, to: bits.count, by: step) {
                tries += 1
                if number(UInt64(bitPattern: bits[index]), power) == nil { misses += 1 }
            }
            if misses * 32 <= tries { return exponent }
        }
        return nil
    }
}
