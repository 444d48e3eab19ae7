import AuraCore
import AuraServer
import AuraTesting
import AuraWire
import NIOCore
import Testing

@testable import AuraClient

/// Refuses batches that have a type named `bad`.
private struct NoBadTypes: BatchPolicy {
    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let isBad = layout.types.contains {
            layout.strings.bytes(of: $0.name, in: batch).text == "bad"
        }
        return isBad ? .refuse(.unknownType, reason: "bad") : .accept(warnings: [])
    }
    var counters: [StatusInfo.Counter] { [] }
}

/// A refused batch of several callers is divided until those at fault are found.
@Suite struct ClientDivisionTests {
    private func batch(_ id: UInt64, _ numbers: Range<Int>) throws -> SendWindow.Batch {
        let events = numbers.map { ClientEvents.event(1, $0) }
        let body = ByteBuffer(bytes: try EventBatch(of: events).bytes.array)
        return SendWindow.Batch(
            id: id, body: body, rowCount: events.count, part: 0..<events.count)
    }

    private func numbers(_ body: ByteBuffer) throws -> [Int] {
        let batch = try EventBatch(validating: Array(body.readableBytesView))
        return ClientEvents.numbers(batch.events())[1] ?? []
    }

    private func effects(
        of answer: ClientModelServer.Answer, on sender: inout Sender
    ) -> [Sender.Effect] {
        switch answer {
        case .state(let state, let id): sender.received(state, requestID: id)
        case .ack(let ack, let id): sender.received(ack, requestID: id)
        case .failure(let failure, let id): sender.received(failure, requestID: id)
        case .stable: []
        }
    }

    @Test func `exactly the events at fault are refused, all others are stored in order`() throws {
        for seed in 0..<UInt64(Effort.count(100)) {
            var random = SeededRandom(seed: seed)
            var sender = Sender(
                producer: "p", numbering: .drawn, limit: random.element(of: [1, 3, 64]))
            var server = ClientModelServer()
            var firsts: [UInt64: Int] = [:]
            var next = 0
            for id in 1...UInt64(1 + random.below(6)) {
                let count = 1 + random.below(40)
                sender.append(try batch(id, next..<next + count))
                firsts[id] = next
                next += count
            }
            let poison = Set((0..<random.below(6)).map { _ in random.below(next) })
            var bodies: [UInt64: ByteBuffer] = [:]
            var refused: Set<Int> = []
            var answered = 0
            var requests: UInt32 = 1
            var steps = 0
            sender.connected(server.hello)
            while sender.window.unansweredCount > 0, steps < 10_000 {
                steps += 1
                if random.chance(5) {
                    sender.disconnected()
                    sender.connected(server.hello)
                }
                var answers: [ClientModelServer.Answer] = []
                while let output = sender.next(requestID: requests) {
                    if case .append(_, let sent) = output {
                        bodies[sent.hash] = sent.body
                        if try numbers(sent.body).contains(where: poison.contains) {
                            server.poison.insert(sent.hash)
                        }
                    }
                    answers += server.receive(output, requests, isFull: false)
                    requests += 1
                }
                answers += server.commit()
                for answer in answers {
                    for effect in effects(of: answer, on: &sender) {
                        switch effect {
                        case .stored(let batch, _):
                            answered += batch.batch.isRestored ? 0 : batch.batch.rowCount
                        case .refused(let batch, _):
                            let part = try #require(batch.batch.part)
                            let first = firsts[batch.batch.id] ?? 0
                            refused.formUnion(part.map { first + $0 })
                        case .pause: sender.resume()
                        default: continue
                        }
                    }
                }
            }
            let stored = try server.log.flatMap { try numbers(bodies[$0.hash] ?? ByteBuffer()) }
            #expect(stored == (0..<next).filter { !poison.contains($0) }, "seed \(seed)")
            #expect(refused == poison, "seed \(seed)")
            #expect(answered == stored.count, "seed \(seed)")
        }
    }

    @Test func `where every event is at fault the search ends`() throws {
        var sender = Sender(producer: "p", numbering: .drawn, limit: 64)
        var server = ClientModelServer()
        sender.append(try batch(1, 0..<4_096))
        sender.connected(server.hello)
        var (requests, refused, sendings): (UInt32, Int, Int) = (1, 0, 0)
        while sender.window.unansweredCount > 0, sendings < 1_000 {
            while let output = sender.next(requestID: requests) {
                if case .append(_, let batch) = output {
                    server.poison.insert(batch.hash)
                    sendings += 1
                }
                for answer in server.receive(output, requests, isFull: false) + server.commit() {
                    for case .refused(let batch, _) in effects(of: answer, on: &sender) {
                        refused += batch.batch.rowCount
                    }
                }
                requests += 1
            }
        }
        #expect(refused == 4_096)
        #expect(sendings == 2 * Sender.divisionLimit + 1)
    }

    @Test func `of many callers that share a batch only those at fault fail`() async throws {
        try await ClientWorld.run(policy: NoBadTypes()) { world in
            let client = AuraClient(
                world.configuration {
                    $0.linger = .seconds(100)
                    $0.batchRows = 50
                })
            let failed = try await withThrowingTaskGroup(of: (Int, ClientError?).self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let event =
                            number % 17 == 3 ? clientEvent("bad") : ClientEvents.event(1, number)
                        return (number, await clientFailure { try await client.record(event) })
                    }
                }
                var failed: [Int] = []
                for try await (number, error) in group where error != nil {
                    guard case .refused = error else {
                        Issue.record("caller \(number): \(String(reflecting: error))")
                        continue
                    }
                    failed.append(number)
                }
                return failed.sorted()
            }
            #expect(failed == [3, 20, 37])
            let stored = try ClientEvents.numbers(world.storedEvents())[1] ?? []
            #expect(stored.sorted() == (0..<50).filter { $0 % 17 != 3 })
            try await client.flush()
            try await client.close()
        }
    }

    @Test func `of buffered events that nobody waits for only those at fault are lost`()
        async throws
    {
        try await ClientWorld.run(policy: NoBadTypes()) { world in
            let client = AuraClient(world.configuration { $0.linger = .seconds(100) })
            for number in 0..<100 {
                try await client.recordBuffered(
                    number == 40 ? clientEvent("bad") : ClientEvents.event(1, number))
            }
            guard case .undelivered(1, _) = await clientFailure({ try await client.flush() }) else {
                Issue.record("the loss of one event was not told")
                return
            }
            let stored = try ClientEvents.numbers(world.storedEvents())[1] ?? []
            #expect(stored == (0..<100).filter { $0 != 40 })
            try await client.close()
        }
    }
}
