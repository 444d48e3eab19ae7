import AuraClient
import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import NIOCore
import Synchronization
import Testing

/// Refuses batches that have a type named `bad`, and warns of those that have one named `odd`.
private struct PickyPolicy: BatchPolicy {
    func inspect(_ batch: RawSpan, layout: BatchLayout) -> BatchVerdict {
        let names = layout.types.map { layout.strings.bytes(of: $0.name, in: batch).text }
        if names.contains("bad") { return .refuse(.unknownType, reason: "bad") }
        if names.contains("odd") { return .accept(warnings: [Warning(code: 2, text: "odd!")]) }
        return .accept(warnings: [])
    }
    var counters: [StatusInfo.Counter] { [] }
}

/// What a client said beside its calls.
private final class Notices: Sendable {
    private let list = Mutex<[ClientNotice]>([])
    var all: [ClientNotice] { list.withLock { $0 } }
    func add(_ notice: ClientNotice) { list.withLock { $0.append(notice) } }
}

private func event(_ type: String, _ attributes: [Attribute] = []) -> Event {
    Event(type: type, time: Timestamp(microseconds: ClientWorld.clock()), attributes: attributes)
}

/// The error that the body throws.
private func failure(_ body: () async throws -> Void) async -> ClientError? {
    do {
        try await body()
        return nil
    } catch let error as ClientError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}

@Suite struct ClientTests {
    @Test func `a record of the catalogue is one line, and durable when it returns`() async throws {
        try await ClientWorld.run { world in
            let aura = AuraClient(world.configuration())
            try await aura.record(UserLogin(userID: 7))
            #expect(world.storedEvents().map(\.type) == ["user.login"])
            #expect(world.storedEvents().first?.time.microseconds == ClientWorld.clock())
            try await aura.close()
        }
    }

    @Test func `flush makes what was buffered durable`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.linger = .seconds(100) })
            for number in 0..<1_000 {
                try await client.recordBuffered(ClientEvents.event(1, number))
            }
            #expect(world.storedEvents().isEmpty)
            try await client.flush()
            #expect(ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<1_000)])
            try await client.close()
        }
    }

    @Test func `batches are cut by rows, by bytes and by time`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(
                world.configuration {
                    $0.batchRows = 100
                    $0.linger = .seconds(100)
                })
            for number in 0..<250 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            try await client.flush()
            try await client.close()
            var rows: [Int] = []
            world.store?.snapshot.forEachStrip {
                rows.append($0.batch.rowCount)
                return true
            }
            #expect(rows == [100, 100, 50])

            let prompt = AuraClient(world.configuration(producer: "prompt"))
            try await prompt.recordBuffered(ClientEvents.event(2, 0))
            while world.storedEvents().count < 251 { try await Task.sleep(for: .milliseconds(2)) }
            let text = String(repeating: "x", count: 10_000)
            let large = AuraClient(
                world.configuration(producer: "large") {
                    $0.batchBytes = 50_000
                    $0.linger = .seconds(100)
                })
            for number in 0..<20 {
                try await large.recordBuffered(
                    event("t", [Attribute("text", .string(text + String(number)))]))
            }
            try await large.close()
            #expect(world.store?.progress.visible == 271)
            try await prompt.close()
        }
    }

    @Test func `an impossible or forbidden event is refused, and nothing else`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let long = event(String(repeating: "x", count: 129))
            #expect(await failure { try await client.record(long) } == .event(.badName(long.type)))
            #expect(
                await failure { try await client.recordBuffered(long) }
                    == .event(.badName(long.type)))
            let mail = event("mail.to.jane@example.org")
            guard case .forbidden = await failure({ try await client.record(mail) }) else {
                Issue.record("an address went through")
                return
            }
            try await client.record(
                event("a", [Attribute("email", .string("jane@example.org")), Attribute("n", .int64(1))]))
            #expect(world.storedEvents().map(\.attributes) == [[Attribute("n", .int64(1))]])
            try await client.close()
        }
    }

    @Test func `a batch refused for good fails its callers alone`() async throws {
        let notices = Notices()
        try await ClientWorld.run(policy: PickyPolicy()) { world in
            let client = AuraClient(
                world.configuration {
                    $0.batchRows = 1
                    $0.onNotice = notices.add
                })
            for number in 0..<5 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            guard case .refused(let reason) = await failure({ try await client.record(event("bad")) })
            else {
                Issue.record("a bad batch was stored")
                return
            }
            #expect(reason.contains("not registered"))
            try await client.recordBuffered(event("bad"))
            for number in 5..<10 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            try await client.record(event("odd"))
            #expect(ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<10)])
            guard case .undelivered(1, _) = await failure({ try await client.flush() }) else {
                Issue.record("the loss of a buffered event was not told")
                return
            }
            try await client.flush()
            try await client.close()
        }
        #expect(notices.all.contains(.warning("odd!")))
        #expect(
            notices.all.contains {
                if case .undelivered(1, _) = $0 { true } else { false }
            })
    }

    @Test func `a full server is waited for`() async throws {
        let notices = Notices()
        try await ClientWorld.run(memoryLimit: 100) { world in
            let client = AuraClient(world.configuration { $0.onNotice = notices.add })
            async let done: Void = client.record(ClientEvents.event(1, 1))
            while !notices.all.contains(where: { $0.description.contains("memory") }) {
                try await Task.sleep(for: .milliseconds(5))
            }
            try await world.stop()
            world.set(memoryLimit: 1 << 20)
            try await world.start()
            try await done
            #expect(ClientEvents.numbers(world.storedEvents()) == [1: [1]])
            try await client.close()
        }
    }

    @Test func `without the right key the client stops, and says why`() async throws {
        let authenticator: Authenticator = { key in
            key == "good"
                ? .success(AccessGrant(scopes: [.ingest, .read], keyID: "k"))
                : .failure(.unknown)
        }
        try await ClientWorld.run(authenticator: authenticator) { world in
            for key in [nil, "bad"] {
                let client = AuraClient(world.configuration { $0.apiKey = key })
                let error = await failure { try await client.record(event("a")) }
                guard case .unauthorised(let reason) = error else {
                    Issue.record("key \(key ?? "none"): \(String(reflecting: error))")
                    return
                }
                #expect(reason.contains("key"))
                guard case .unauthorised = await failure({ _ = try await client.ping() }) else {
                    Issue.record("a stopped client asks")
                    return
                }
                try await client.close()
            }
            let client = AuraClient(world.configuration { $0.apiKey = "good" })
            try await client.record(event("a"))
            try await client.close()
            #expect(world.storedEvents().count == 1)
        }
    }

    @Test func `of two clients of one name the first is fenced`() async throws {
        try await ClientWorld.run { world in
            let first = AuraClient(world.configuration(producer: "same"))
            try await first.record(event("a"))
            let second = AuraClient(world.configuration(producer: "same"))
            try await second.record(event("b"))
            let third = await failure { try await first.record(event("c")) }
            #expect(third == .fenced(producer: "same"))
            #expect(
                await failure { try await first.recordBuffered(event("c")) }
                    == .fenced(producer: "same"))
            // It may still ask.
            #expect(try await first.status().visible == 2)
            try await second.record(event("d"))
            #expect(world.storedEvents().map(\.type) == ["a", "b", "d"])
            try await first.close()
            try await second.close()
        }
    }

    @Test func `no answer in time is unknown, and the event still arrives`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.deadline = .milliseconds(300) })
            try await world.stop()
            guard
                case .unknown(nil, let reason) = await failure({ try await client.record(event("a")) })
            else {
                Issue.record("an answer without a server")
                return
            }
            #expect(!reason.isEmpty)
            guard case .unreachable = await failure({ _ = try await client.ping() }) else {
                Issue.record("a pong without a server")
                return
            }
            try await world.start()
            while await failure({ try await client.flush() }) != nil {}
            #expect(world.storedEvents().map(\.type) == ["a"])
            try await client.close()
        }
    }

    @Test func `a full buffer makes callers wait, and then refuses`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(
                world.configuration {
                    $0.deadline = .milliseconds(400)
                    $0.bufferBytes = 20_000
                    $0.batchRows = 10
                })
            try await world.stop()
            var taken = 0
            var refusal: ClientError?
            for number in 0..<10_000 where refusal == nil {
                refusal = await failure {
                    try await client.recordBuffered(ClientEvents.event(1, number))
                }
                if refusal == nil { taken += 1 }
            }
            guard case .overloaded = refusal else {
                Issue.record("the buffer has no end: \(taken)")
                return
            }
            try await world.start()
            while await failure({ try await client.flush() }) != nil {}
            #expect(ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<taken)])
            try await client.close()
        }
    }

    @Test func `a cancelled caller is let go`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            try await world.stop()
            let task = Task { await failure { try await client.record(event("a")) } }
            let asking = Task { await failure { _ = try await client.status() } }
            try await Task.sleep(for: .milliseconds(20))
            task.cancel()
            asking.cancel()
            #expect(await task.value == .cancelled)
            #expect(await asking.value == .cancelled)
            try await world.start()
            try await client.close()
            #expect(world.storedEvents().count == 1)
        }
    }

    @Test func `close tells what could not be stored`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.deadline = .milliseconds(300) })
            try await world.stop()
            for number in 0..<7 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            guard case .undelivered(7, _) = await failure({ try await client.close() }) else {
                Issue.record("a loss was kept secret")
                return
            }
            let late = await failure { try await client.record(event("a")) }
            #expect(late == .closed)
            #expect(await failure { _ = try await client.ping() } == .closed)
            try await client.close()
            try await world.start()
        }
    }

    @Test func `a batch can be appended whole`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            var builder = BatchBuilder()
            for number in 0..<10 { _ = try builder.append(ClientEvents.event(1, number)) }
            let batch = try EventBatch(validating: builder.finish() ?? [])
            try await client.recordBuffered(event("before"))
            let receipt = try await client.append(batch)
            #expect(receipt.firstSequence == 2 && receipt.rowCount == 10 && !receipt.isDuplicate)
            try await client.close()
        }
    }

    @Test func `questions are answered, over broken connections too`() async throws {
        let mood = ClientChaosProxy.Mood(cutAfter: 3_000, delay: 200, splits: true)
        try await ClientWorld.run(seed: 3, mood: mood) { world in
            let client = AuraClient(world.configuration())
            for number in 0..<300 { try await client.recordBuffered(ClientEvents.event(number % 3, number)) }
            try await client.flush()
            for _ in 0..<30 {
                #expect(try await client.ping() > .zero)
                #expect(try await client.status().visible == 300)
                var request = CountRequest()
                request.groupings = [.attribute("task")]
                let counts = try await client.count(request)
                #expect(counts.rows.map(\.count) == [100, 100, 100] && counts.isComplete)
            }
            var wrong = CountRequest()
            wrong.groupings = [.bucket(microseconds: 1)]
            guard case .question = await failure({ _ = try await client.count(wrong) }) else {
                Issue.record("a bucket of one microsecond was counted")
                return
            }
            #expect(world.proxy.counts.cuts > 3)
            try await client.close()
        }
    }

    @Test func `a client that is let go delivers what it has`() async throws {
        try await ClientWorld.run { world in
            var client: AuraClient? = AuraClient(world.configuration { $0.linger = .milliseconds(50) })
            try await client?.recordBuffered(event("a"))
            client = nil
            while world.storedEvents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}
