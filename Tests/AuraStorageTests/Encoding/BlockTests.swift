import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct BlockTests {
    private func reader(_ content: BlockContent) throws -> BlockReader {
        try BlockReader(encoding: content.encoding, count: content.count, bytes: content.bytes)
    }

    /// Random places below a number, some of which are neighbours.
    private func ranges(_ random: inout SeededRandom, below count: Int) -> RowRanges {
        let ends = (0..<2 * (1 + random.below(4))).map { _ in random.below(count + 1) }.sorted()
        return RowRanges(stride(from: 0, to: ends.count, by: 2).map { ends[$0]..<ends[$0 + 1] })
    }

    private func bits(_ floats: [Double]) -> [Int64] {
        floats.map { Int64(bitPattern: $0.bitPattern) }
    }

    @Test func `floats come back bit by bit, whatever they are`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let odd: [Double] = [
            .nan, .signalingNaN, .infinity, -.infinity, -0.0, 0.0, .leastNonzeroMagnitude,
            .greatestFiniteMagnitude, 0.1 + 0.2, 9_007_199_254_740_994, -9_007_199_254_740_992,
        ]
        for round in 0..<Effort.count(300) {
            let digits = [1.0, 10, 100, 1_000, 1e6, 1e12][random.below(6)]
            let strange = random.element(of: [0, 0, 2, 50])
            let floats = (0..<1 + random.below(700)).map { _ -> Double in
                if random.chance(strange) {
                    return random.chance(50)
                        ? random.element(of: odd) : Double(bitPattern: random.next())
                }
                return Double(random.below(2_000_000) - 1_000_000) / digits
            }
            let content = BlockContent(floats: bits(floats).span)
            let reader = try reader(content)
            #expect(try reader.integers() == bits(floats), "seed \(seed) round \(round)")
            let some = ranges(&random, below: floats.count)
            #expect(
                try reader.integers(in: some) == some.ranges.flatMap { bits(Array(floats[$0])) },
                "seed \(seed) round \(round)")
        }
    }

    @Test func `decimals are packed as numbers, other floats are left alone`() {
        var random = SeededRandom(seed: 2)
        let prices = (0..<10_000).map { _ in Double(random.below(10_000)) / 100 }
        let content = BlockContent(floats: bits(prices).span)
        #expect(content.encoding == .decimal)
        #expect(content.bytes.count < 10_000 * 15 / 8)
        let noise = (0..<10_000).map { _ in Double.random(in: 0..<1, using: &random) }
        #expect(BlockContent(floats: bits(noise).span).encoding == .plain)
    }

    @Test func `truths, UUIDs and texts come back`() throws {
        var random = SeededRandom(seed: 3)
        let truths = (0..<1_001).map { _ in Int64(random.below(2)) }
        let bits = try reader(BlockContent(bits: truths.span))
        #expect(try bits.integers() == truths)
        for _ in 0..<100 {
            let some = ranges(&random, below: truths.count)
            #expect(try bits.integers(in: some) == some.ranges.flatMap { truths[$0] })
            let (ones, all) = try bits.ones(at: some)
            #expect(all == Int(truths.reduce(0, +)))
            let expected = some.ranges.map { range in
                let before = Int(truths[..<range.lowerBound].reduce(0, +))
                return before..<before + Int(truths[range].reduce(0, +))
            }
            #expect(ones == expected)
        }
        let uuids = (0..<100).map { _ in UUIDBytes(high: random.next(), low: random.next()) }
        #expect(try reader(BlockContent(uuids: uuids)).uuids() == uuids)
        let texts = ["", "a", "ab", "zz", "é"]
        var ends: [Int64] = []
        var bytes: [UInt8] = []
        for text in texts {
            bytes += Array(text.utf8)
            ends.append(Int64(bytes.count))
        }
        let table = try reader(BlockContent(ends: ends, bytes: bytes)).texts()
        #expect((0..<table.count).map { table.text($0) } == texts)
        #expect(texts.map { table.code(of: $0) } == [0, 1, 2, 3, 4])
        #expect(table.code(of: "b") == nil)
    }

    @Test func `a block is compressed where that saves an eighth, and comes back`() throws {
        var random = SeededRandom(seed: 4)
        let text = Array(String(repeating: "appointment ", count: 1_000).utf8)
        let compressed = Compression.compress(text.rawSpan)
        let packed = try #require(compressed)
        #expect(packed.count < text.count / 10)
        #expect(Compression.decompress(packed.rawSpan, size: text.count) == text)
        #expect(Compression.decompress(packed.rawSpan, size: text.count - 1) == nil)
        #expect(Compression.decompress(packed.rawSpan, size: text.count + 1) == nil)
        #expect(Compression.compress(random.bytes(10_000).rawSpan) == nil)
    }

    @Test func `bytes that are no block are an error and nothing worse`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<Effort.count(3_000) {
            let encodings: [BlockEncoding] = [
                .constant, .packed, .plain, .wide, .decimal, .bits, .texts, .derived,
            ]
            let reader = try? BlockReader(
                encoding: random.element(of: encodings), count: random.below(300),
                bytes: random.bytes(random.below(600)))
            guard let reader else { continue }
            _ = try? reader.integers()
            _ = try? reader.ones(at: RowRanges(upTo: reader.count))
            _ = try? reader.uuids()
            _ = try? reader.texts()
            _ = try? reader.derivation(in: RowRanges(upTo: reader.count))
        }
    }
}
