import AuraQuery
import AuraTesting
import Foundation
import Testing

/// Random questions, answered by Aura and by somebody else.
///
/// A failure names the seed of its world and the question; `DifferentialTrial(seed:questionCount:)` of
/// that seed asks it again.
@Suite struct DifferentialTests {
    /// Seeds of worlds, and how many questions about each.
    private static let perWorld = 50
    private static let seeds = 1...UInt64(Effort.count(6))

    /// Questions that DuckDB is asked, `AURA_DUCKDB_QUESTIONS` of them.
    private static let duckDBSeeds: ClosedRange<UInt64> = {
        let wanted = ProcessInfo.processInfo.environment["AURA_DUCKDB_QUESTIONS"].flatMap {
            Int($0)
        }
        return 1...UInt64(max(1, (wanted ?? Effort.count(500)) / perWorld))
    }()

    @Test(arguments: seeds)
    func `answers follow from the plan row by row, however events are kept`(seed: UInt64) throws {
        let trial = DifferentialTrial(
            seed: seed, questionCount: Self.perWorld, hasOwn: true)
        let memory = try Keeping().source(of: trial.world.events)
        let wanted = try trial.referenceAnswers(about: memory.snapshot)
        expectNone(trial.differences(trial.answers(from: memory), from: wanted), "in memory")
        var random = SeededRandom(seed: seed)
        for _ in 0..<3 {
            let keeping = Keeping(&random)
            let source = try keeping.source(of: trial.world.events)
            let partRows = random.element(of: [1, 10, 1 << 16])
            let alone = trial.answers(from: source, partRows: partRows)
            let words = keeping.description + ", parts of \(partRows)"
            expectNone(trial.differences(alone, from: wanted), words)
            let together = trial.answers(
                from: source, threads: 2 + random.below(3), partRows: partRows)
            for (question, both) in zip(trial.questions, zip(alone, together))
            where "\(both.0)" != "\(both.1)" {
                Issue.record("seed \(seed), \(words): threads change \(question.text)")
            }
        }
    }

    @Test(arguments: duckDBSeeds)
    func `answers are DuckDB's`(seed: UInt64) throws {
        // Other worlds than those of the plans.
        let trial = DifferentialTrial(seed: 1_000_000 + seed, questionCount: Self.perWorld)
        let source = try Keeping().source(of: trial.world.events)
        let wanted = try DuckDBOracle.answers(to: trial.questions, about: trial.world)
        expectNone(trial.differences(trial.answers(from: source), from: wanted), "DuckDB")
    }

    private func expectNone(_ differences: [DifferentialTrial.Difference], _ words: String) {
        for difference in differences { Issue.record("\(words): \(difference)") }
    }
}
