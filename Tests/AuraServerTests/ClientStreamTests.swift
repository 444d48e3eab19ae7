import AuraClient
import AuraCore
import AuraTesting
import Synchronization
import Testing

@Suite struct ClientStreamTests {
    private func batch(_ number: UInt64) throws -> (bytes: [UInt8], rows: Int) {
        var builder = BatchBuilder()
        let rows = Int(number % 7) + 1
        for row in 0..<rows { _ = try builder.append(ClientEvents.event(Int(number), row)) }
        return (builder.finish() ?? [], rows)
    }

    // MARK: - Tails

    @Test(arguments: 0..<UInt64(Effort.count(6)))
    func `a tail has every event once and in order, whatever breaks`(seed: UInt64) async throws {
        let mood = ClientChaosProxy.Mood(cutAfter: 5_000, delay: 500, splits: true)
        try await ClientWorld.run(seed: seed, mood: mood) { world in
            let client = AuraClient(world.configuration { $0.batchRows = 10 })
            let reading = Task {
                var events: [TailedEvent] = []
                for try await event in client.tail(from: 1, types: ["test.event"]) {
                    events.append(event)
                    if events.count == 400 { break }
                }
                return events
            }
            for number in 0..<400 {
                try await client.recordBuffered(ClientEvents.event(1, number))
                if number % 10 == 0 {
                    try await client.recordBuffered(
                        Event(type: "other", time: Timestamp(microseconds: ClientWorld.clock())))
                }
            }
            try await client.flush()
            let events = try await reading.value
            #expect(ClientEvents.numbers(events.map(\.event)) == [1: Array(0..<400)])
            let stored = try world.storedEvents()
            for event in events { #expect(stored[Int(event.sequence) - 1] == event.event) }
            try await client.close()
        }
    }

    @Test func `a tail from now on has what comes`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            try await client.record(ClientEvents.event(1, 0))
            let first = Mutex<TailedEvent?>(nil)
            let reading = Task {
                for try await event in client.tail() {
                    first.withLock { $0 = event }
                    return
                }
            }
            var number = 1
            while first.withLock({ $0 == nil }) {
                try await client.record(ClientEvents.event(1, number))
                number += 1
                try await Task.sleep(for: .milliseconds(2))
            }
            try await reading.value
            #expect((first.withLock { $0?.sequence } ?? 0) > 1)
            try await client.close()
        }
    }

    @Test func `a tail that begins beyond the end is refused, a cancelled one ends`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let beyond = Task { () async -> ClientError? in
                do throws(ClientError) {
                    var tail = client.tail(from: 10).makeAsyncIterator()
                    _ = try await tail.next()
                    return nil
                } catch { return error }
            }
            guard case .question = await beyond.value else {
                Issue.record("a tail from nowhere")
                return
            }
            let waiting = Task { () async -> ClientError? in
                do throws(ClientError) {
                    var tail = client.tail(from: 1).makeAsyncIterator()
                    _ = try await tail.next()
                    return nil
                } catch { return error }
            }
            try await Task.sleep(for: .milliseconds(20))
            waiting.cancel()
            #expect(await waiting.value == .cancelled)
            try await client.close()
        }
    }

    // MARK: - Imports

    @Test(arguments: 0..<UInt64(Effort.count(20)))
    func `an import goes on where it was, over breaks, restarts and its own end`(
        seed: UInt64
    ) async throws {
        var random = SeededRandom(seed: seed)
        let mood = ClientChaosProxy.Mood(
            cutAfter: random.element(of: [nil, 2_000, 10_000]), delay: random.below(800),
            splits: true)
        try await ClientWorld.run(seed: seed, mood: mood) { world in
            let total: UInt64 = 200
            var isDone = false
            while !isDone {
                let acknowledged = Mutex<[UInt64]>([])
                let client = AuraClient(world.configuration())
                let session = try await client.openImport(producer: "file.ndjson") { stored in
                    acknowledged.withLock { $0.append(stored.number) }
                }
                // Where to give up this time, as a killed process would.
                let end = min(total + 1, session.nextNumber + UInt64(1 + random.below(150)))
                let isKilled = random.chance(40)
                for number in session.nextNumber..<max(end, session.nextNumber) {
                    let (bytes, rows) = try batch(number)
                    try await session.send(bytes, rowCount: rows, number: number)
                    if isKilled, random.below(30) == 0 {
                        try await world.kill(image: seed)
                        try await world.start()
                    }
                }
                if end > total, random.chance(70) {
                    try await session.finish()
                    isDone = true
                    let numbers = acknowledged.withLock { $0 }
                    #expect(numbers == Array(session.nextNumber..<total + 1), "seed \(seed)")
                } else {
                    await session.cancel()
                }
                try await client.close()
            }
            var expected: [Int: [Int]] = [:]
            for number in 1...total { expected[Int(number)] = Array(0..<(Int(number % 7) + 1)) }
            #expect(try ClientEvents.numbers(world.storedEvents()) == expected, "seed \(seed)")
            let order = try world.storedEvents().compactMap { event -> Int64? in
                if case .int64(let task) = event["task"] { task } else { nil }
            }
            #expect(order == order.sorted(), "seed \(seed)")
        }
    }

    @Test func `the batches of an import must come in order`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let session = try await client.openImport(producer: "p")
            #expect(session.nextNumber == 1)
            let (bytes, rows) = try batch(1)
            await #expect(throws: ClientError.outOfOrder(expected: 1)) {
                try await session.send(bytes, rowCount: rows, number: 2)
            }
            try await session.send(bytes, rowCount: rows, number: 1)
            try await session.finish()
            await #expect(throws: ClientError.closed) {
                try await session.send(bytes, rowCount: rows, number: 2)
            }
            try await client.close()
        }
    }

    @Test func `a second import of the same name takes over`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let first = try await client.openImport(producer: "p")
            let (bytes, rows) = try batch(1)
            try await first.send(bytes, rowCount: rows, number: 1)
            let second = try await client.openImport(producer: "p")
            var error: ClientError?
            for number in UInt64(2)..<10_000 where error == nil {
                do throws(ClientError) {
                    try await first.send(bytes, rowCount: rows, number: number)
                    try await first.finish()
                } catch let thrown { error = thrown }
            }
            #expect(error == .fenced(producer: "p"))
            await second.cancel()
            try await client.close()
        }
    }
}
