import AuraCore
import AuraTesting
import Testing

@Suite struct UUIDInternerTests {
    @Test func `codes are those of first appearance`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        // Some differ in one half alone.
        let pool = (0..<3_000).map { (number: Int) -> UUIDBytes in
            let high: UInt64 = number % 3 == 0 ? 7 : random.next()
            let low: UInt64 = number % 3 == 1 ? 7 : UInt64(number)
            return UUIDBytes(high: high, low: low)
        }
        var interner = UUIDInterner()
        var expected: [UUIDBytes: Int] = [:]
        for _ in 0..<20_000 {
            let uuid = random.element(of: pool)
            let code = expected[uuid] ?? expected.count
            expected[uuid] = code
            #expect(interner.intern(uuid) == code, "seed \(seed)")
        }
        #expect(interner.uuids.count == expected.count)
        for (uuid, code) in expected { #expect(interner.uuids[code] == uuid) }
    }

    @Test func `UUIDs that come together have the codes that they would have one by one`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var together = UUIDInterner(capacity: random.below(3_000))
        var alone = UUIDInterner()
        for _ in 0..<20 {
            let uuids = (0..<random.below(600)).map { _ in
                UUIDBytes(high: UInt64(random.below(2_000)), low: 7)
            }
            #expect(
                together.intern(uuids) == uuids.map { Int64(alone.intern($0)) }, "seed \(seed)")
        }
        #expect(together.uuids == alone.uuids, "seed \(seed)")
    }
}
