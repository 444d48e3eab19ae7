import AuraCore
import AuraTesting
import Testing

@testable import aura

/// What a load is made of, before anything is sent.
struct BenchPlanTests {
    private func batches(rows: Int, seed: UInt64, run: UInt64 = 1) throws -> BenchBatches {
        try BenchBatches(
            rows: rows, types: Catalogue.seed.map(\.type), seed: seed,
            now: Timestamp(microseconds: 1_700_000_000_000_000),
            run: UUIDBytes(high: run, low: 0))
    }

    @Test func `batches of an open loop are due evenly, and the connections take turns`() {
        var plan = BenchPlan(connections: 3, batchRows: 125)
        #expect(plan.due(5, connection: 1) == nil)
        plan.eventsPerSecond = 1_000
        let due = (0..<4).flatMap { index in
            (0..<3).compactMap { plan.due(index, connection: $0) }
        }
        #expect(due == (0..<12).map { .milliseconds(125 * $0) })
    }

    @Test func `a schedule measures what is due after the warm-up, up to its end`() {
        let start = ContinuousClock.now
        var plan = BenchPlan(length: .time(.seconds(10)), warmUp: .seconds(2))
        let timed = BenchSchedule(plan, start: start)
        let roles = [0, 1_999, 2_000, 11_999, 12_000].map {
            timed.take(due: start + .milliseconds($0))
        }
        #expect(roles == [.warmUp, .warmUp, .measured, .measured, .over])
        plan.length = .batches(2)
        let counted = BenchSchedule(plan, start: start)
        #expect(
            [1, 2, 3, 4, 5].map { counted.take(due: start + .seconds($0)) } == [
                .warmUp, .measured, .measured, .over, .over,
            ])
    }

    @Test func `a seed gives the same events under types of their own, marked with the run`() throws
    {
        let first = try batches(rows: 40, seed: 7)
        #expect(first.batches == (try batches(rows: 40, seed: 7).batches))
        #expect(first.batches != (try batches(rows: 40, seed: 8).batches))
        let run = try batches(rows: 40, seed: 7, run: 2)
        var types: Set<String> = []
        for (bytes, others) in zip(first.batches, run.batches) {
            let events = try EventBatch(validating: bytes).events()
            #expect(events.count == 40)
            #expect(events.map(\.time.microseconds).max() == 1_700_000_000_000_000)
            for (event, other) in zip(events, try EventBatch(validating: others).events()) {
                types.insert(event.type)
                #expect(event[BenchBatches.runAttribute] == .uuid(UUIDBytes(high: 1, low: 0)))
                #expect(other[BenchBatches.runAttribute] == .uuid(UUIDBytes(high: 2, low: 0)))
                #expect(event.type == other.type)
            }
        }
        #expect(types.sorted() == first.types)
        #expect(first.types == Catalogue.seed.map { "bench.\($0.type)" }.sorted())
    }

    @Test func `more events than a batch holds are told`() throws {
        let error = #expect(throws: CommandFailure.self) { try batches(rows: 65_537, seed: 1) }
        #expect(error?.status == .usage)
        #expect(error?.message.hasPrefix("65537 events do not fit into a batch; ") == true)
    }

    @Test func `a count that does not fit the acknowledgements is a finding`() {
        func finding(stored: UInt64, trouble: String? = nil) -> String? {
            let tally = BenchTally(sent: 1_200, acknowledged: 1_000)
            let result = BenchRun.Result(tally: tally, elapsed: .seconds(1), trouble: trouble)
            return BenchReport(plan: BenchPlan(), result: result, stored: stored).finding
        }
        #expect(finding(stored: 1_000) == nil)
        #expect(
            finding(stored: 999)
                == "1,000 events were acknowledged, and the server counts 999")
        #expect(finding(stored: 1_001) != nil)
        // What was under way at an early end may be stored or not.
        #expect(finding(stored: 1_200, trouble: "gone") == nil)
        #expect(finding(stored: 1_201, trouble: "gone") != nil)
        #expect(finding(stored: 999, trouble: "gone") != nil)
    }
}
