import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Files at rest are read over by the store itself.
@Suite struct ScrubTests {
    private func makeStore(on disk: SimulatedFileSystem) async throws {
        var random = SeededRandom(seed: 9)
        let store = try openStore(on: disk, indexPlan: nil)
        for _ in 0..<2 {
            _ = try await store.append(batch(someEvents(100, &random)))
            try await store.flush()
        }
        // Enough for several segments.
        for _ in 0..<40 { _ = try await store.append(batch(someEvents(2_000, &random))) }
        try store.close()
    }

    private func open(
        on disk: SimulatedFileSystem, rate: Int = 1 << 30
    ) throws -> EventStore {
        let clock = StepClock()
        var configuration = EventStoreConfiguration(
            directory: "/data", newIncarnation: 11, fileSystem: disk, clock: { clock.now() })
        configuration.segmentSize = 256 << 10
        configuration.scrubBytesPerSecond = rate
        return try EventStore(configuration)
    }

    private func scrubbed(_ store: EventStore) async throws -> ScrubStatus {
        while store.scrub.rounds == 0 { try await Task.sleep(for: .milliseconds(2)) }
        return store.scrub
    }

    @Test func `a round reads every chunk and full segment and finds nothing wrong`()
        async throws
    {
        let disk = SimulatedFileSystem()
        try await makeStore(on: disk)
        let store = try open(on: disk)
        let status = try await scrubbed(store)
        #expect(status.findings == 0 && status.lastFinding == nil && status.lastRound != nil)
        #expect(status.bytesRead > 0 && status.bytesRead <= status.bytes)
        #expect(store.missing.isEmpty)
        try store.close()
    }

    @Test func `a rotten chunk that nobody asks for is found and set aside`() async throws {
        let disk = SimulatedFileSystem()
        try await makeStore(on: disk)
        try disk.flipBit("/data/chunks/0000000000000002.chunk", 100 * 8)
        let store = try open(on: disk)
        let status = try await scrubbed(store)
        #expect(status.findings == 1)
        guard case .corrupt(let file, _)? = status.lastFinding else {
            Issue.record("\(status)")
            return
        }
        #expect(file == "chunks/0000000000000002.chunk")
        #expect(store.missing.map(\.number) == [2])
        #expect(try !store.count(CountQuery()).isComplete)
        try store.close()
    }

    @Test func `events of a segment that rots while it is served are saved in a chunk`()
        async throws
    {
        let disk = SimulatedFileSystem()
        try await makeStore(on: disk)
        let store = try open(on: disk, rate: 1 << 20)
        // Reading begins with the chunks: there is time to damage what comes last.
        let segments = disk.files.filter { $0.hasSuffix(".log") }
        try #require(segments.count > 2)
        let middle = segments[segments.count - 2]
        try disk.flipBit(middle, (4_096 + 200) * 8)
        while store.snapshot.chunkCount == 2 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(store.scrub.findings >= 1)
        let before = try store.count(CountQuery()).rows
        try store.close()
        let again = try open(on: disk, rate: 0)
        #expect(try again.count(CountQuery()).rows == before)
        #expect(before.first?.count == 80_200)
        try again.close()
    }

    @Test func `a store that is being read over closes at once`() async throws {
        let disk = SimulatedFileSystem()
        try await makeStore(on: disk)
        let store = try open(on: disk, rate: 100)
        try store.close()
        #expect(store.scrub.rounds == 0)
    }
}
