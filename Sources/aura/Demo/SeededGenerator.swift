/// Random numbers that a seed determines.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014 (SplitMix64),
/// <https://doi.org/10.1145/2660193.2660195>.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// A generator of its own for one purpose of one seed.
    init(seed: UInt64, _ parts: Int...) {
        var mixer = SeededGenerator(seed: seed)
        for part in parts { mixer.state = mixer.next() ^ UInt64(bitPattern: Int64(part)) }
        state = mixer.next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True that often.
    mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    /// A whole number of the range.
    mutating func whole(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// About that number: uniform within a half of it to either side.
    mutating func about(_ mean: Double) -> Double {
        Double.random(in: mean / 2...mean * 3 / 2, using: &self)
    }

    /// One of the values; the first is the likeliest, each next one half as likely.
    mutating func lean(_ values: [String]) -> String {
        for value in values.dropLast() where chance(0.5) { return value }
        return values[values.count - 1]
    }

    /// How many of something happen where `mean` are expected: it plus or minus its root.
    mutating func occurrences(_ mean: Double) -> Int {
        let spread = Double.random(in: -1...1, using: &self) * mean.squareRoot()
        let drawn = max(0, mean + spread)
        return Int(drawn) + (chance(drawn - drawn.rounded(.down)) ? 1 : 0)
    }
}
