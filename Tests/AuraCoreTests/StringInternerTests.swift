@testable import AuraCore
import AuraTesting
import Testing

@Suite struct StringInternerTests {
    /// The same, obviously right.
    private struct Model {
        var codes: [[UInt8]: Int] = [:]
        var strings: [[UInt8]] = []

        mutating func intern(_ bytes: [UInt8]) -> Int {
            if let code = codes[bytes] { return code }
            codes[bytes] = strings.count
            strings.append(bytes)
            return strings.count - 1
        }

        mutating func truncate(to count: Int) {
            for bytes in strings[count...] { codes[bytes] = nil }
            strings.removeLast(strings.count - count)
        }
    }

    private func expectEqual(_ interner: StringInterner, _ model: Model, _ seed: UInt64) throws {
        try #require(interner.count == model.strings.count, "seed \(seed)")
        try #require(
            interner.byteCount == model.strings.reduce(0) { $0 + $1.count }, "seed \(seed)")
        for (code, bytes) in model.strings.enumerated() {
            try #require(interner[code].array == bytes, "seed \(seed), code \(code)")
        }
        let sorted = interner.sortedCodes().map { model.strings[$0] }
        let expected = model.strings.sorted { $0.lexicographicallyPrecedes($1) }
        try #require(sorted == expected, "seed \(seed)")
    }

    @Test func `codes are those that a dictionary gives`() throws {
        for seed in 0..<UInt64(Effort.count(60)) {
            var random = SeededRandom(seed: seed)
            var interner = StringInterner()
            var model = Model()
            let variety = [3, 100, 5_000][random.below(3)]
            for _ in 0..<random.below(4_000) {
                switch random.below(1_000) {
                case 0:
                    interner.removeAll()
                    model = Model()
                case 1...5:
                    let count = random.below(model.strings.count + 1)
                    interner.truncate(to: count)
                    model.truncate(to: count)
                default:
                    let number = random.below(variety)
                    let bytes =
                        number == 0 ? [] : Array("a string \(number)".utf8.dropFirst(number % 9))
                    try #require(
                        interner.intern(bytes.rawSpan) == model.intern(bytes), "seed \(seed)")
                }
            }
            try expectEqual(interner, model, seed)
        }
    }

    @Test func `strings that end alike, are empty or hold NUL stay apart`() throws {
        var interner = StringInterner()
        var model = Model()
        let strings: [[UInt8]] = [[], [0], [0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [1], [1, 0], [255]]
        for bytes in strings + strings {
            #expect(interner.intern(bytes.rawSpan) == model.intern(bytes))
        }
        try expectEqual(interner, model, 0)
    }

    /// The strings are chosen so that their slot does not depend on their second half, as anybody can
    /// who knows the seed.
    @Test func `strings that meet under one seed part under another`() {
        let other: UInt64 = 0x0123_4567_89AB_CDEF
        for seed in [0, 0x9E37_79B9_7F4A_7C15, .max] as [UInt64] {
            var hashes: [[UInt32]] = [[], []]
            for number in 0..<10_000 as Range<UInt64> {
                var bytes: [UInt8] = []
                bytes.append(little: seed)
                bytes.append(little: number)
                hashes[0].append(StringInterner.hash(bytes.rawSpan, seed: seed))
                hashes[1].append(StringInterner.hash(bytes.rawSpan, seed: seed ^ other))
            }
            #expect(Set(hashes[0]).count == 1)
            #expect(Set(hashes[1]).count > 9_990)
        }
    }

    @Test func `codes do not depend on the seed`() {
        var codes: [[Int]] = []
        for seed in 0..<20 as Range<UInt64> {
            var interner = StringInterner(seed: seed &* 0x9E37_79B9_7F4A_7C15)
            codes.append((0..<3_000).map { interner.intern("number \($0 * 7 % 1_000)") })
            codes.append(interner.sortedCodes())
        }
        #expect(Set(codes).count == 2)
    }

    @Test func `a copy is its own`() {
        var interner = StringInterner()
        _ = interner.intern("a")
        let copy = interner
        _ = interner.intern("b")
        interner.truncate(to: 0)
        #expect(copy.count == 1 && copy[0].text == "a")
    }
}
