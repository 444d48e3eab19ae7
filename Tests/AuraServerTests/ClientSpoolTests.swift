import AuraCore
import AuraFiles
import AuraServer
import AuraTesting
import AuraWire
import Foundation
import NIOCore
import Testing

@testable import AuraClient

/// Refuses batches that have the event of that number.
private struct Choosy: BatchPolicy {
    let number: Int64

    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let events = (try? EventBatch(validating: batch.array))?.events() ?? []
        return events.contains { $0["number"] == .int64(number) }
            ? .refuse(.unknownType, reason: "not this one") : .accept(warnings: [])
    }
    var counters: [StatusInfo.Counter] { [] }
}

/// Clients whose events lie on disk until the server has them for sure.
@Suite struct ClientSpoolTests {
    @Test func `what was recorded without a server is sent by the next client, once and in order`()
        async throws
    {
        try await ClientWorld.run { world in
            let spool = SpoolWorld()
            try await world.stop()
            let first = spool.client(of: world)
            for number in 0..<50 { try await first.record(ClientEvents.event(1, number)) }
            try await first.close()
            #expect(try spool.batches().reduce(0) { $0 + $1.rowCount } == 50)
            try await world.start()
            let second = spool.client(of: world)
            for number in 50..<60 { try await second.record(ClientEvents.event(1, number)) }
            try await second.flush()
            try await second.close()
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<60)])
            let third = spool.client(of: world)
            try await third.flush()
            try await third.close()
            #expect(try world.storedEvents().count == 60)
        }
    }

    @Test func `power failures of client and server lose and double nothing that was recorded`()
        async throws
    {
        for seed in 0..<UInt64(Effort.count(6)) {
            var random = SeededRandom(seed: seed)
            let mood = ClientChaosProxy.Mood(cutAfter: 3_000, delay: 2_000, splits: true)
            try await ClientWorld.run(seed: seed, mood: mood) { world in
                var spool = SpoolWorld()
                var next = 0
                var recorded: [Int] = []
                for _ in 0..<6 {
                    let client = spool.client(of: world) { $0.batchRows = 3 }
                    for _ in 0..<random.below(40) {
                        try await client.record(ClientEvents.event(1, next))
                        recorded.append(next)
                        next += 1
                        if random.chance(3) {
                            try await world.kill(image: random.next())
                            try await world.start()
                        }
                    }
                    // Some are on their way and nobody knows what becomes of them.
                    for _ in 0..<random.below(10) {
                        try await client.recordBuffered(ClientEvents.event(1, next))
                        next += 1
                    }
                    if random.chance(50) {
                        await client.link.close()
                        spool.disk = spool.disk.crash(image: .random(random.next()))
                    } else {
                        try await client.close()
                    }
                }
                let last = spool.client(of: world)
                try await last.flush()
                try await last.close()
                let stored = try ClientEvents.numbers(world.storedEvents())[1] ?? []
                #expect(stored == stored.sorted(), "seed \(seed)")
                #expect(Set(stored).count == stored.count, "seed \(seed): doubled")
                let lost = Set(recorded).subtracting(stored)
                #expect(lost.isEmpty, "seed \(seed): lost \(lost.sorted())")
            }
        }
    }

    @Test func `an event survives the end of the process at once, a power failure after the sync`()
        async throws
    {
        try await ClientWorld.run { world in
            let spool = SpoolWorld()
            try await world.stop()
            func kept(_ image: SimulatedFileSystem.CrashImage) throws -> Int {
                try SpoolWorld.batches(on: spool.disk.crash(image: image)).reduce(0) {
                    $0 + $1.rowCount
                }
            }
            let patient = spool.client(of: world) { $0.spool?.sync = .every(.seconds(3_600)) }
            try await patient.record(ClientEvents.event(1, 0))
            #expect(try kept(.processKilled) == 1)
            #expect(try kept(.allLost) == 0)
            try await patient.close()
            #expect(try kept(.allLost) == 1)
            let prompt = spool.client(of: world)
            try await prompt.record(ClientEvents.event(1, 1))
            #expect(try kept(.allLost) == 2)
            try await prompt.close()
        }
    }

    @Test func `a full disk refuses events with its error, and takes them when there is room`()
        async throws
    {
        let notices = Notices()
        try await ClientWorld.run { world in
            let spool = SpoolWorld()
            try await world.stop()
            let client = spool.client(of: world) { $0.onNotice = notices.add }
            try await client.record(ClientEvents.event(1, 0))
            spool.disk.diskCapacity = spool.disk.usedBytes + 100
            let error = await #expect(throws: ClientError.self) {
                try await client.record(ClientEvents.event(1, 1))
            }
            guard case .spool(.file(let reason)) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.reason == .noSpace)
            spool.disk.diskCapacity = nil
            await notices.wait { $0 == .spoolWorking }
            try await client.record(ClientEvents.event(1, 2))
            try await client.close()
            try await world.start()
            let next = spool.client(of: world)
            try await next.flush()
            try await next.close()
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: [0, 2]])
        }
    }

    @Test func `a spool that is full or too old refuses events, and keeps what it has`()
        async throws
    {
        try await ClientWorld.run { world in
            let spool = SpoolWorld()
            try await world.stop()
            let client = spool.client(of: world) { $0.spool?.maximumBytes = 0 }
            let text = String(repeating: "x", count: 100_000)
            var taken = 0
            let error = await #expect(throws: ClientError.self) {
                for _ in 0..<400 {
                    try await client.record(clientEvent("t", [Attribute("text", .string(text))]))
                    taken += 1
                }
            }
            #expect(error?.description.contains("the spool is full") == true, "\(error as Any)")
            #expect((130...170).contains(taken))
            try await client.close()
            #expect(try spool.batches().reduce(0) { $0 + $1.rowCount } == taken)
            let late = spool.client(of: world) {
                $0.clock = {
                    Timestamp(microseconds: ClientWorld.clock() + 8 * 86_400_000_000)
                }
            }
            let old = await #expect(throws: ClientError.self) {
                try await late.record(ClientEvents.event(1, 0))
            }
            #expect(old?.description.contains("waits since 2023-11-14") == true, "\(old as Any)")
            try await late.close()
            try await world.start()
            // A segment of this world has room for few such batches at a time.
            let next = spool.client(of: world) { $0.inFlight = 4 }
            try await next.flush()
            try await next.close()
            #expect(try world.storedEvents().count == taken)
        }
    }

    @Test func `a second client of the same spool is told that it is in use`() async throws {
        try await ClientWorld.run { world in
            let spool = SpoolWorld()
            let first = spool.client(of: world)
            try await first.record(ClientEvents.event(1, 0))
            let second = spool.client(of: world)
            let error = await #expect(throws: ClientError.self) {
                try await second.record(ClientEvents.event(1, 1))
            }
            #expect(error?.description.contains("in use by another process") == true)
            try await second.close()
            try await first.close()
            let third = spool.client(of: world) { $0.producer = "other" }
            let foreign = await #expect(throws: ClientError.self) {
                try await third.record(ClientEvents.event(1, 1))
            }
            #expect(foreign?.description.contains("of the producer 'spooled'") == true)
            try await third.close()
        }
    }

    @Test func `an event that the server refuses is told, and the rest of its batch is stored`()
        async throws
    {
        let notices = Notices()
        try await ClientWorld.run(policy: Choosy(number: 5)) { world in
            var spool = SpoolWorld()
            try await world.stop()
            let first = spool.client(of: world) { $0.batchRows = 100 }
            for number in 0..<9 { try await first.recordBuffered(ClientEvents.event(1, number)) }
            try await first.close()
            spool.disk = spool.disk.crash(image: .allLost)
            try await world.start()
            let second = spool.client(of: world) { $0.onNotice = notices.add }
            let error = await #expect(throws: ClientError.self) { try await second.flush() }
            guard case .undelivered(1, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            try await second.close()
            #expect(
                try ClientEvents.numbers(world.storedEvents()) == [1: [0, 1, 2, 3, 4, 6, 7, 8]])
            let third = spool.client(of: world)
            try await third.flush()
            try await third.close()
            #expect(try world.storedEvents().count == 8)
        }
    }

    @Test func `a store restored from an older copy gets what the spool still has, and says so`()
        async throws
    {
        let notices = Notices()
        try await ClientWorld.run { world in
            let spool = SpoolWorld()
            let first = spool.client(of: world)
            for number in 0..<5 { try await first.record(ClientEvents.event(1, number)) }
            try await first.flush()
            try await first.close()
            try await world.stop()
            let offline = spool.client(of: world)
            for number in 5..<8 { try await offline.record(ClientEvents.event(1, number)) }
            try await offline.close()
            // The copy is from before the first event, and has an incarnation of its own.
            world.restore(emptied: 2)
            try await world.start()
            let second = spool.client(of: world) { $0.onNotice = notices.add }
            try await second.record(ClientEvents.event(1, 8))
            try await second.flush()
            try await second.close()
            let stored = try ClientEvents.numbers(world.storedEvents())[1] ?? []
            #expect(stored.suffix(4) == [5, 6, 7, 8])
            #expect(Set(stored).count == stored.count)
            let lost = notices.all.contains { if case .lost = $0 { true } else { false } }
            #expect(lost, "\(notices.all)")
        }
    }
}
