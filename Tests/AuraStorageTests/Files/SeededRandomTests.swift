import AuraTesting
import Testing

@Suite struct SeededRandomTests {
    @Test func `the sequence is that of SplitMix64`() {
        var random = SeededRandom(seed: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect((0..<5).map { _ in random.next() } == expected)
    }

    @Test func `numbers below a bound are even and stay below`() {
        var random = SeededRandom(seed: 1)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<7000 { counts[random.below(7)] += 1 }
        #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
        #expect((0..<100).allSatisfy { _ in random.below(1) == 0 })
    }

    @Test func `a chance is a percentage`() {
        var random = SeededRandom(seed: 2)
        #expect((0..<100).allSatisfy { _ in !random.chance(0) && random.chance(100) })
        #expect((2700...3300).contains((0..<10_000).count { _ in random.chance(30) }))
    }

    @Test func `bytes and forks follow from the seed`() {
        var random = SeededRandom(seed: 3)
        var again = SeededRandom(seed: 3)
        #expect(random.bytes(13) == again.bytes(13))
        #expect(random.bytes(0).isEmpty)
        var fork = random.fork()
        var sameFork = again.fork()
        _ = fork.bytes(100)
        #expect(random.next() == again.next())
        #expect(sameFork.bytes(100).count == 100)
        #expect(fork.next() == sameFork.next())
        #expect(SeededRandom(seed: 3) != random)
    }
}
