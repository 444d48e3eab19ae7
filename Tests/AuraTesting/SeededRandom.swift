/// Random numbers that a seed fixes for good: SplitMix64.
///
/// Every random test draws from one of these and prints the seed when it fails.
/// Source: Steele, Lea, Flood, 2014, <https://doi.org/10.1145/2660193.2660195>.
public struct SeededRandom: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    /// A sequence of its own for each seed, near seeds included.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of 0 ..< `bound`; traps where `bound` is not positive.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "Nothing is below \(bound)")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True in `percent` of a hundred calls on average.
    public mutating func chance(_ percent: Int) -> Bool {
        below(100) < percent
    }

    /// One of the elements; traps where there is none.
    public mutating func element<Elements: RandomAccessCollection>(
        of elements: Elements
    ) -> Elements.Element {
        elements[elements.index(elements.startIndex, offsetBy: below(elements.count))]
    }

    /// That many random bytes.
    public mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            var word = next()
            for _ in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }

    /// A generator of its own, so that what is drawn from it does not shift what is drawn from this.
    public mutating func fork() -> SeededRandom {
        SeededRandom(seed: next())
    }
}
