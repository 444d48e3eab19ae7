/// Damages bytes as fuzzers do: a few small changes each time, reproducible from the seed.
public struct Mutator: Sendable {
    private var random: SeededRandom

    /// A sequence of mutations of its own for each seed.
    public init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    /// A copy of the bytes with one to four changes; it may come out equal.
    ///
    /// `donor` lends pieces to splice in: another valid input, or by default the bytes themselves.
    public mutating func mutate(_ bytes: [UInt8], donor: [UInt8]? = nil) -> [UInt8] {
        var result = bytes
        let donor = donor ?? bytes
        for _ in 0...random.below(4) {
            // Changes of size end most inputs early, so changes in place come more often.
            switch random.below(16) {
            case 0...3: flip(&result)
            case 4...5: set(&result)
            case 6...9: plant(&result)
            case 10...11: overwrite(&result, from: donor)
            case 12: insert(&result, from: donor)
            case 13: remove(&result)
            case 14: truncate(&result)
            default: swap(&result)
            }
        }
        return result
    }

    /// One bit the other way round.
    private mutating func flip(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
    }

    /// One byte set to any value.
    private mutating func set(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
    }

    /// An integer of 1, 2, 4 or 8 bytes, little-endian, of those that programs trip over; mostly
    /// aligned, as fields are.
    private mutating func plant(_ bytes: inout [UInt8]) {
        let size = 1 << random.below(4)
        guard bytes.count >= size else { return }
        var place = random.below(bytes.count - size + 1)
        if random.chance(75) { place = place / size * size }
        var value = interesting(bits: size * 8)
        for offset in 0..<size {
            bytes[place + offset] = UInt8(truncatingIfNeeded: value)
            value >>= 8
        }
    }

    /// Powers of two and their neighbours, ends of signed ranges, small numbers, both signs.
    private mutating func interesting(bits: Int) -> UInt64 {
        let value: UInt64 =
            switch random.below(4) {
            case 0: UInt64(random.below(17))
            case 1: 1 << UInt64(random.below(bits))
            case 2: (1 << UInt64(random.below(bits))) &- 1
            default: (1 << UInt64(random.below(bits))) &+ 1
            }
        return random.chance(25) ? 0 &- value : value
    }

    /// A piece of the donor over a piece of as many bytes.
    private mutating func overwrite(_ bytes: inout [UInt8], from donor: [UInt8]) {
        let piece = piece(of: donor)
        guard piece.count <= bytes.count else { return }
        let place = random.below(bytes.count - piece.count + 1)
        bytes.replaceSubrange(place..<place + piece.count, with: piece)
    }

    /// A piece of the donor between two bytes.
    private mutating func insert(_ bytes: inout [UInt8], from donor: [UInt8]) {
        bytes.insert(contentsOf: piece(of: donor), at: random.below(bytes.count + 1))
    }

    private mutating func remove(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let start = random.below(bytes.count)
        bytes.removeSubrange(start..<start + 1 + random.below(min(16, bytes.count - start)))
    }

    private mutating func truncate(_ bytes: inout [UInt8]) {
        bytes.removeLast(random.below(bytes.count + 1))
    }

    /// Two bytes exchanged.
    private mutating func swap(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        bytes.swapAt(random.below(bytes.count), random.below(bytes.count))
    }

    /// 0 to 64 bytes, short ones more often.
    private mutating func piece(of donor: [UInt8]) -> ArraySlice<UInt8> {
        guard !donor.isEmpty else { return [] }
        let start = random.below(donor.count)
        let longest = random.chance(25) ? 64 : 8
        return donor[start..<start + random.below(min(longest, donor.count - start) + 1)]
    }
}
