import AuraTesting
import Foundation
import Testing

@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test func `histories of stores, clients and disks hold what was promised`() throws {
        let fixed: [UInt64] = Array(1...40)
        // Fresh ones each time: the seed is printed if one fails.
        let first = UInt64.random(in: 1_000...(.max >> 1))
        let count: UInt64 = Self.environment["AURA_TEST_LONG"] == nil ? 200 : 20_000
        try run(fixed + Array(first..<first + count))
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
        print("histories: \(seeds.count) in \(clock.now - start), \(tally)")
        #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
        #expect(seeds.count == 1 || tally.crashes > seeds.count && tally.refusals > 0)
    }
}
