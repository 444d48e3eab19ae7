import AuraTesting
import Foundation
import Testing

@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// Those that found something: an edit that a full disk kept from being durable, and a group in
    /// the segment that it names; a checkpoint without a chunk, and another of its number.
    private static let known: [UInt64] = [
        8_422_493_020_380_579_901, 6_048_918_145_177_543_251, 6_048_918_145_177_544_800,
    ]

    /// Fresh ones each time: the seed is printed if one fails.
    private static let firstSeed = UInt64.random(in: 1_000...(.max >> 1))
    /// 200,000 in the long run, unless `AURA_HISTORIES` names another number.
    private static let count =
        environment["AURA_HISTORIES"].flatMap { UInt64($0) } ?? (Effort.isLong ? 200_000 : 200)

    @Test(arguments: 0..<2 as Range<UInt64>)
    func `histories of stores, clients and disks hold what was promised`(_ half: UInt64) throws {
        let fixed: [UInt64] = Array(1 + half * 20...20 + half * 20)
        let first = Self.firstSeed + half * Self.count
        try run(Self.known + fixed + Array(first..<first + Self.count / 2))
    }

    @Test(.enabled(if: environment["AURA_SEED"] != nil))
    func `the history that AURA_SEED names`() throws {
        let seed = try #require(UInt64(Self.environment["AURA_SEED"] ?? ""))
        try run([seed])
    }

    private func run(_ seeds: [UInt64]) throws {
        var tally = Simulation.Tally()
        let clock = ContinuousClock()
        let start = clock.now
        var violations: [Violation] = []
        for seed in seeds where violations.count < 3 {
            do throws(Violation) { tally += try Simulation.run(seed: seed) } catch {
                violations.append(error)
            }
        }
        let time = clock.now - start
        let rate = Int(Double(seeds.count) / (time / .seconds(1)))
        print("histories: \(seeds.count) in \(time), \(rate) a second, \(tally)")
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
        #expect(seeds.count == 1 || tally.crashes > seeds.count && tally.refusals > 0)
    }
}
