import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// What readers see of events that move from memory into chunks.
@Suite struct FlushTests {
    private func questions() -> [CountQuery] {
        var byType = CountQuery()
        byType.groupings = [.type, .attribute("status")]
        var filtered = CountQuery()
        filtered.filters = [.init(attribute: "user_id", text: "3")]
        filtered.groupings = [.bucket(microseconds: 60_000_000)]
        var ranged = CountQuery()
        ranged.start = Timestamp(microseconds: 1_700_000_000_000_000)
        ranged.groupings = [.attribute("x"), .attribute("done")]
        return [CountQuery(), byType, filtered, ranged]
    }

    @Test func `events and counts are the same before and after a flush and a restart`()
        async throws
    {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let disk = SimulatedFileSystem()
        let clock = StepClock()
        var store = try openStore(on: disk, clock: clock)
        var events: [Event] = []
        for round in 0..<6 {
            let some = someEvents(1 + random.below(200), &random)
            _ = try await store.append(batch(some))
            events += some
            let before = try questions().map { try store.count($0).rows }
            let held = store.snapshot
            if round % 2 == 0 { try await store.flush() }
            #expect(try questions().map { try store.count($0).rows } == before, "seed \(seed)")
            #expect(Event.firstDifference(try store.allEvents(), events) == nil, "seed \(seed)")
            if round == 3 {
                try store.close()
                store = try openStore(on: disk, clock: clock)
                #expect(try questions().map { try store.count($0).rows } == before, "seed \(seed)")
                #expect(
                    Event.firstDifference(try store.allEvents(), events) == nil, "seed \(seed)")
            }
            // Who has a snapshot keeps it.
            #expect(held.watermark == UInt64(events.count))
        }
        #expect(store.snapshot.chunkCount == 3)
        #expect(store.auditIsClean(seed: seed))
        try store.close()
    }

    @Test func `a store flushes by itself and gives memory back`() async throws {
        var random = SeededRandom(seed: 2)
        let store = try openStore(on: SimulatedFileSystem(), flushRows: 500)
        for _ in 0..<30 { _ = try await store.append(batch(someEvents(100, &random))) }
        try await store.flush()
        #expect(store.snapshot.chunkCount >= 2)
        #expect(store.memoryBytes == 0)
        #expect(try store.count(CountQuery()).rows.first?.count == 3_000)
        try store.close()
    }
}

extension EventStore {
    fileprivate func auditIsClean(seed: UInt64) -> Bool {
        do throws(EngineError) {
            let audit = try auditIndex(cells: 200, seed: seed)
            return audit.cells > 0 && audit.mismatches.isEmpty
        } catch { return false }
    }
}
