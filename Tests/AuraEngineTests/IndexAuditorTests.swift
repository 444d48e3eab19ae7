import AuraCore
import AuraQuery
import AuraStorage
import AuraTesting
import Logging
import Testing

@testable import AuraEngine

/// The index is recounted in the background, within limits.
@Suite struct IndexAuditorTests {
    private func store() async throws -> EventStore {
        var random = SeededRandom(seed: 5)
        let store = try openStore(on: SimulatedFileSystem())
        for _ in 0..<3 { _ = try await store.append(batch(someEvents(400, &random))) }
        return store
    }

    @Test func `what was recounted is told by the status`() async throws {
        let store = try await store()
        let index = try #require(store.index)
        #expect(store.indexStatus?.auditedCells == 0)
        store.auditor.audit(index)
        try await store.flush()
        store.auditor.audit(index)
        let status = try #require(store.indexStatus)
        #expect(status.auditedCells == 32 && status.auditMismatches == 0)
        #expect(status.watermark == 1_200 && status.bytes > 0)
        try store.close()
        store.auditor.audit(index)
        #expect(store.indexStatus?.auditedCells == 32, "one that is closed stops")
    }

    @Test func `cells of times with too many events in chunks are left out`() async throws {
        let store = try await store()
        let index = try #require(store.index)
        #expect(try IndexAudit.run(cells: 20, seed: 1, rowLimit: 0, on: index.view).cells == 20)
        try await store.flush()
        let few = try IndexAudit.run(cells: 20, seed: 1, rowLimit: 1_199, on: index.view)
        #expect(few.cells < 20, "those of the chunk's times are left out")
        let all = try IndexAudit.run(cells: 20, seed: 1, rowLimit: 1_200, on: index.view)
        #expect(all.cells == 20 && all.mismatches.isEmpty)
        try store.close()
    }

    @Test func `ranges of times are merged where they touch`() {
        let times = TimeRanges([30..<40, 0..<10, 10..<12, 35..<38, 50..<50])
        #expect(times.ranges == [0..<12, 30..<40])
        for time in -5..<60 as Range<Int64> {
            let expected = (0..<12).contains(time) || (30..<40).contains(time)
            #expect(times.contains(time) == expected, "\(time)")
            for length in [1, 7, 20] as [Int64] {
                let range = time...time + length
                #expect(
                    times.overlaps(range) == range.contains { times.contains($0) }, "\(range)")
            }
        }
    }
}
