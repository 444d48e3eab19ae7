import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct PackedIntegersTests {
    private func packed(_ values: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        PackedIntegers.append(values.span, to: &bytes)
        return bytes
    }

    /// Numbers of one shape: what a column may look like.
    private func values(_ random: inout SeededRandom) -> [Int64] {
        let count = random.below(1_200)
        let width = random.below(65)
        let mask = width == 0 ? 0 : UInt64.max >> UInt64(64 - width)
        let outliers = random.element(of: [0, 0, 1, 3, 30])
        var last = Int64(bitPattern: random.next())
        let style = random.below(3)
        return (0..<count).map { _ in
            let drawn = Int64(
                bitPattern: random.chance(outliers) ? random.next() : random.next() & mask)
            switch style {
            case 0: return drawn
            case 1: last &+= Int64(bitPattern: UInt64(bitPattern: drawn) & mask >> 1)
            default: last = last &+ (random.chance(50) ? drawn : 0 &- drawn)
            }
            return last
        }
    }

    @Test func `all values come back, from all frames or from some`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for round in 0..<Effort.count(600) {
            let values = values(&random)
            let bytes = packed(values)
            let reader = try PackedReader(bytes)
            #expect(reader.size == bytes.count, "seed \(seed) round \(round)")
            #expect(reader.values() == values, "seed \(seed) round \(round)")
            guard !values.isEmpty else { continue }
            let first = random.below(values.count)
            let range = first..<first + 1 + random.below(values.count - first)
            #expect(reader.values(in: range) == Array(values[range]), "seed \(seed) round \(round)")
        }
    }

    @Test func `the first that is not below another is found where they ascend`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for round in 0..<Effort.count(600) {
            // Two runs, each ascending, as of two types in one block; some values are many times there.
            let runs = (0..<2).map { _ in
                (0..<1 + random.below(900)).map { _ in
                    Int64(random.below(random.element(of: [3, 2_000, 1 << 40])))
                }.sorted()
            }
            let values = runs[0] + runs[1]
            let reader = try PackedReader(packed(values))
            let run = random.chance(50) ? 0..<runs[0].count : runs[0].count..<values.count
            let first = run.lowerBound + random.below(run.count + 1)
            let range = first..<first + random.below(run.upperBound - first + 1)
            for value in [
                values[random.below(values.count)], Int64(random.below(2_000)), .min, .max,
            ] {
                let expected = range.first { values[$0] >= value } ?? range.upperBound
                #expect(
                    reader.firstIndex(notBelow: value, in: range) == expected,
                    "seed \(seed) round \(round)")
            }
        }
    }

    @Test(
        arguments: [
            [], [0], [.min], [.max], [.min, .max], [.max, .min, .max],
            Array(repeating: 7, count: 600),
            Array(0..<600), Array((0..<600).reversed()),
        ] as [[Int64]])
    func `the ends of the numbers come back`(_ values: [Int64]) throws {
        #expect(try PackedReader(packed(values)).values() == values)
    }

    @Test func `each kind of numbers takes the room it should`() {
        var random = SeededRandom(seed: 1)
        func bits(_ values: [Int64]) -> Double {
            Double(packed(values).count * 8) / Double(values.count)
        }
        let codes = (0..<65_536).map { _ in Int64(random.below(1_000)) }
        #expect(bits(codes) < 10.3)
        let times = (0..<65_536).map { 1_700_000_000_000_000 + Int64($0) * 1_000_000 }
        #expect(bits(times) < 0.4)
        let rare = codes.map { random.chance(1) ? Int64(random.below(1 << 40)) : $0 }
        #expect(bits(rare) < 11.5)
        let waves = (0..<65_536).map { Int64($0) * 1_000 + Int64(random.below(8)) - 4 }
        #expect(bits(waves) < 6)
    }

    @Test func `bytes that are no packed integers are an error and nothing worse`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var refused = 0
        for _ in 0..<Effort.count(3_000) {
            var bytes = packed(values(&random))
            for _ in 0..<1 + random.below(4) {
                let place =
                    random.chance(70)
                    ? random.below(min(bytes.count, 64)) : random.below(bytes.count)
                bytes[place] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.chance(20) { bytes.removeLast(random.below(bytes.count)) }
            do {
                let reader = try PackedReader(bytes)
                #expect(reader.values().count == reader.count, "seed \(seed)")
            } catch { refused += 1 }
        }
        #expect(refused > 100, "seed \(seed)")
    }
}
