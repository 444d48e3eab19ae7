import AuraClient
import AuraCore
import AuraServer
import AuraWire
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

/// What goes wrong, and what callers are told.
@Suite struct ClientFailureTests {
    @Test func `a batch refused for good fails its callers alone`() async throws {
        let notices = Notices()
        try await ClientWorld.run(policy: PickyPolicy()) { world in
            let client = AuraClient(
                world.configuration {
                    $0.batchRows = 1
                    $0.onNotice = notices.add
                })
            for number in 0..<5 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            let refusal = await clientFailure { try await client.record(clientEvent("bad")) }
            guard case .refused(let reason) = refusal else {
                Issue.record("a bad batch was stored")
                return
            }
            #expect(reason.contains("not registered"))
            try await client.recordBuffered(clientEvent("bad"))
            for number in 5..<10 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            try await client.record(clientEvent("odd"))
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<10)])
            guard case .undelivered(1, _) = await clientFailure({ try await client.flush() }) else {
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
            await notices.wait { $0.description.contains("memory") }
            try await world.stop()
            world.set(memoryLimit: 1 << 20)
            try await world.start()
            try await done
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: [1]])
            try await client.close()
        }
    }

    @Test func `without the right key the client stops, and says why`() async throws {
        let authenticator: Authenticator = { credential in
            credential == .key("good")
                ? .success(AccessGrant(scopes: [.ingest, .read], keyID: "k"))
                : .failure(.unknown)
        }
        try await ClientWorld.run(authenticator: authenticator) { world in
            for key in [nil, "bad"] {
                let client = AuraClient(world.configuration { $0.apiKey = key })
                let error = await clientFailure { try await client.record(clientEvent("a")) }
                guard case .unauthorised(let reason) = error else {
                    Issue.record("key \(key ?? "none"): \(String(reflecting: error))")
                    return
                }
                #expect(reason.contains("key"))
                guard case .unauthorised = await clientFailure({ _ = try await client.ping() })
                else {
                    Issue.record("a stopped client asks")
                    return
                }
                try await client.close()
            }
            let client = AuraClient(world.configuration { $0.apiKey = "good" })
            try await client.record(clientEvent("a"))
            try await client.close()
            #expect(try world.storedEvents().count == 1)
        }
    }

    @Test func `of two clients of one name the first is fenced`() async throws {
        try await ClientWorld.run { world in
            let first = AuraClient(world.configuration(producer: "same"))
            try await first.record(clientEvent("a"))
            let second = AuraClient(world.configuration(producer: "same"))
            try await second.record(clientEvent("b"))
            let third = await clientFailure { try await first.record(clientEvent("c")) }
            #expect(third == .fenced(producer: "same"))
            #expect(
                await clientFailure { try await first.recordBuffered(clientEvent("c")) }
                    == .fenced(producer: "same"))
            // It may still ask.
            #expect(try await first.status().visible == 2)
            try await second.record(clientEvent("d"))
            #expect(try world.storedEvents().map(\.type) == ["a", "b", "d"])
            try await first.close()
            try await second.close()
        }
    }

    @Test func `no answer in time is unknown, and the event still arrives`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.deadline = .milliseconds(300) })
            try await world.stop()
            let silence = await clientFailure { try await client.record(clientEvent("a")) }
            guard case .unknown(nil, let reason) = silence else {
                Issue.record("an answer without a server")
                return
            }
            #expect(!reason.isEmpty)
            guard case .unreachable = await clientFailure({ _ = try await client.ping() }) else {
                Issue.record("a pong without a server")
                return
            }
            try await world.start()
            while await clientFailure({ try await client.flush() }) != nil {}
            #expect(try world.storedEvents().map(\.type) == ["a"])
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
                refusal = await clientFailure {
                    try await client.recordBuffered(ClientEvents.event(1, number))
                }
                if refusal == nil { taken += 1 }
            }
            guard case .overloaded = refusal else {
                Issue.record("the buffer has no end: \(taken)")
                return
            }
            try await world.start()
            while await clientFailure({ try await client.flush() }) != nil {}
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<taken)])
            try await client.close()
        }
    }

    @Test func `a cancelled caller is let go`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            try await world.stop()
            let task = Task { await clientFailure { try await client.record(clientEvent("a")) } }
            let asking = Task { await clientFailure { _ = try await client.status() } }
            try await Task.sleep(for: .milliseconds(20))
            task.cancel()
            asking.cancel()
            #expect(await task.value == .cancelled)
            #expect(await asking.value == .cancelled)
            try await world.start()
            try await client.close()
            #expect(try world.storedEvents().count == 1)
        }
    }

    @Test func `close tells what could not be stored`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.deadline = .milliseconds(300) })
            try await world.stop()
            for number in 0..<7 { try await client.recordBuffered(ClientEvents.event(1, number)) }
            guard case .undelivered(7, _) = await clientFailure({ try await client.close() }) else {
                Issue.record("a loss was kept secret")
                return
            }
            let late = await clientFailure { try await client.record(clientEvent("a")) }
            #expect(late == .closed)
            #expect(await clientFailure { _ = try await client.ping() } == .closed)
            try await client.close()
            try await world.start()
        }
    }
}
