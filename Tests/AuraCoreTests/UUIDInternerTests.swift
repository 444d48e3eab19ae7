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
}
