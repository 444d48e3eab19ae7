import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Synchronization
import Testing

@Suite struct EventStoreTests {
    @Test func `what was appended is counted at once and after a restart`() async throws {
        let disk = SimulatedFileSystem()
        var random = SeededRandom(seed: 1)
        let events = someEvents(300, &random)
        let store = try openStore(on: disk)
        for start in stride(from: 0, to: 300, by: 100) {
            let outcome = try await store.append(batch(Array(events[start..<start + 100])))
            #expect(outcome == .stored(firstSequence: UInt64(start + 1), rowCount: 100))
            let isSame = try store.allEvents() == Array(events[..<(start + 100)])
            #expect(isSame)
        }
        try store.close()
        let again = try openStore(on: disk)
        #expect(again.recovery.wasClosed)
        #expect(try again.allEvents() == events)
        #expect(again.progress.stable == 300)
        try again.close()
    }

    @Test func `a crash right after an answer loses nothing that was answered`() async throws {
        let disk = SimulatedFileSystem()
        var random = SeededRandom(seed: 2)
        let store = try openStore(on: disk)
        var answered: [Event] = []
        for _ in 0..<40 {
            let events = someEvents(50, &random)
            _ = try await store.append(batch(events))
            answered += events
            let image = disk.crash(image: .allLost)
            let survivor = try openStore(on: image)
            let isSame = try survivor.allEvents() == answered
            #expect(isSame)
            try survivor.close()
        }
        try store.close()
    }

    @Test func `many writers at once are all stored once each`() async throws {
        let store = try openStore(on: SimulatedFileSystem())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    let opened = await open("writer-\(writer)", in: store)
                    guard case .success(.opened(let producer, let epoch, 1)) = opened else {
                        Issue.record("not opened: \(opened)")
                        return
                    }
                    for number in 1...50 {
                        let event = Event(
                            type: "t", time: Timestamp(seconds: Int64(number)),
                            attributes: [Attribute("writer", .int64(Int64(writer)))])
                        let one = try batch([event])
                        let origin = BatchOrigin(
                            producer: producer, epoch: epoch, sequence: UInt64(number),
                            clientHash: Checksum.hash64(one.bytes))
                        guard
                            case .success(.stored(let first, 1)) = await submit(
                                one, origin, to: store)
                        else {
                            Issue.record("not stored")
                            return
                        }
                        // Sent again, it is the same event.
                        let again = await submit(one, origin, to: store)
                        #expect(again == .success(.duplicate(firstSequence: first, rowCount: 1)))
                    }
                }
            }
            try await group.waitForAll()
        }
        var query = CountQuery()
        query.groupings = [.attribute("writer")]
        let result = try store.count(query)
        #expect(result.rows.map(\.count) == Array(repeating: 50, count: 8))
        #expect(result.watermark == 400)
        try store.close()
    }

    @Test func `a snapshot does not change while the store grows`() async throws {
        let store = try openStore(on: SimulatedFileSystem())
        var random = SeededRandom(seed: 3)
        var expected: [Event] = []
        var held: [(Snapshot, Int)] = []
        for _ in 0..<600 {
            let events = someEvents(3, &random)
            _ = try await store.append(batch(events))
            expected += events
            if random.chance(5) { held.append((store.snapshot, expected.count)) }
        }
        for (snapshot, count) in held {
            var seen: [Event] = []
            try snapshot.forEachStrip { strip in
                seen += strip.batch.events()
                return true
            }
            let isSame = seen == Array(expected[..<count])
            #expect(isSame)
            #expect(snapshot.watermark == UInt64(count))
        }
        try store.close()
    }

    @Test func `spent memory refuses batches and keeps serving`() async throws {
        let store = try openStore(on: SimulatedFileSystem(), memoryLimit: 40_000)
        var random = SeededRandom(seed: 4)
        var stored = 0
        var refusal: Refusal?
        while refusal == nil, stored < 10_000 {
            let one = try batch(someEvents(100, &random))
            switch await submit(one, BatchOrigin(clientHash: 0), to: store) {
            case .success: stored += 100
            case .failure(let error): refusal = error
            }
        }
        #expect(refusal == .memoryFull)
        #expect(stored > 0)
        #expect(store.memoryBytes <= 40_000 + 8_192)
        #expect(try store.count(CountQuery()).rows.first?.count == UInt64(stored))
        try store.close()
    }

    @Test func `an idle store promises its last batch by itself`() async throws {
        let store = try openStore(on: SimulatedFileSystem())
        let seen = Mutex<[Progress]>([])
        let observation = store.observe { progress in seen.withLock { $0.append(progress) } }
        var random = SeededRandom(seed: 5)
        _ = try await store.append(batch(someEvents(10, &random)))
        #expect(store.progress.visible == 10)
        let deadline = ContinuousClock.now + .seconds(10)
        while store.progress.stable < 10, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(store.progress.stable == 10)
        #expect(seen.withLock { $0.last?.stable } == 10)
        withExtendedLifetime(observation) {}
        try store.close()
    }

    @Test func `a disk that fails for good refuses writes and still answers reads`() async throws {
        let disk = SimulatedFileSystem()
        let store = try openStore(on: disk)
        var random = SeededRandom(seed: 6)
        let first = someEvents(20, &random)
        _ = try await store.append(batch(first))
        disk.failures = [
            .failOperation(index: disk.operationCount, reason: .other(5), sticky: true)
        ]
        let failed = await submit(
            try batch(someEvents(20, &random)), BatchOrigin(clientHash: 0), to: store)
        #expect(failed == .failure(.failed))
        #expect(store.failure != nil)
        #expect(try store.allEvents() == first)
        let next = await submit(
            try batch(someEvents(20, &random)), BatchOrigin(clientHash: 0), to: store)
        #expect(next == .failure(.failed))
        try store.close()
        let healthy = try openStore(on: disk.crash(image: .allKept))
        #expect(try healthy.allEvents() == first)
        try healthy.close()
    }

    @Test func `a directory in use is refused by name`() throws {
        let disk = SimulatedFileSystem()
        let store = try openStore(on: disk)
        #expect(throws: EngineError.storage(.inUse(directory: "/data"))) {
            _ = try openStore(on: disk)
        }
        try store.close()
    }

    @Test func `a closed store refuses and says so`() async throws {
        let store = try openStore(on: SimulatedFileSystem())
        try store.close()
        var random = SeededRandom(seed: 7)
        let refused = await submit(
            try batch(someEvents(1, &random)), BatchOrigin(clientHash: 0), to: store)
        #expect(refused == .failure(.closed))
    }

    @Test func `while batches follow each other no group is written for a promise alone`()
        async throws
    {
        let disk = SimulatedFileSystem()
        let store = try openStore(on: disk)
        var random = SeededRandom(seed: 8)
        let start = ContinuousClock.now
        let batches = 2_000
        for _ in 0..<batches { _ = try await store.append(batch(someEvents(1, &random))) }
        let elapsed = ContinuousClock.now - start
        try store.close()
        let again = try openStore(on: disk)
        // One timer at a time, which fires after 20 ms: more promises than that fit into no time.
        let promises = again.recovery.groups - UInt64(batches)
        #expect(promises <= 2 + UInt64(elapsed / .milliseconds(20)))
        try again.close()
    }

    @Test func `a nearly full disk is left to the writer`() async throws {
        // Room for the log's first segment and one more, not for a spare beside it.
        let disk = SimulatedFileSystem(diskCapacity: 700 << 10)
        let store = try openStore(on: disk)
        var random = SeededRandom(seed: 9)
        for _ in 0..<10 { _ = try await store.append(batch(someEvents(1, &random))) }
        try store.close()
        let names = try disk.list("/data/log")
        #expect(names.count == 1, "\(names)")
    }
}
