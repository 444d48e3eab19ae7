import AuraClient
import AuraCore
import AuraEngine
import AuraStorage
import AuraTesting
import AuraWire
import Testing

/// An event of that type.
func clientEvent(_ type: String, _ attributes: [Attribute] = []) -> Event {
    Event(type: type, time: Timestamp(microseconds: ClientWorld.clock()), attributes: attributes)
}

/// The error that the body throws.
func clientFailure(_ body: () async throws -> Void) async -> ClientError? {
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
            #expect(try world.storedEvents().map(\.type) == ["user.login"])
            #expect(try world.storedEvents().first?.time.microseconds == ClientWorld.clock())
            try await aura.close()
        }
    }

    @Test func `flush makes what was buffered durable`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.linger = .seconds(100) })
            for number in 0..<1_000 {
                try await client.recordBuffered(ClientEvents.event(1, number))
            }
            #expect(try world.storedEvents().isEmpty)
            try await client.flush()
            #expect(try ClientEvents.numbers(world.storedEvents()) == [1: Array(0..<1_000)])
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
            try world.store?.snapshot.forEachStrip {
                rows.append($0.batch.rowCount)
                return true
            }
            #expect(rows == [100, 100, 50])

            let prompt = AuraClient(world.configuration(producer: "prompt"))
            try await prompt.recordBuffered(ClientEvents.event(2, 0))
            while try world.storedEvents().count < 251 {
                try await Task.sleep(for: .milliseconds(2))
            }
            let text = String(repeating: "x", count: 10_000)
            let large = AuraClient(
                world.configuration(producer: "large") {
                    $0.batchBytes = 50_000
                    $0.linger = .seconds(100)
                })
            for number in 0..<20 {
                try await large.recordBuffered(
                    clientEvent("t", [Attribute("text", .string(text + String(number)))]))
            }
            try await large.close()
            #expect(world.store?.progress.visible == 271)
            try await prompt.close()
        }
    }

    @Test func `an impossible or forbidden event is refused, and nothing else`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let long = clientEvent(String(repeating: "x", count: 129))
            #expect(
                await clientFailure { try await client.record(long) } == .event(.badName(long.type))
            )
            #expect(
                await clientFailure { try await client.recordBuffered(long) }
                    == .event(.badName(long.type)))
            let mail = clientEvent("mail.to.jane@example.org")
            guard case .forbidden = await clientFailure({ try await client.record(mail) }) else {
                Issue.record("an address went through")
                return
            }
            try await client.record(
                clientEvent(
                    "a",
                    [
                        Attribute("email", .string("jane@example.org")),
                        Attribute("n", .int64(1)),
                    ]))
            #expect(try world.storedEvents().map(\.attributes) == [[Attribute("n", .int64(1))]])
            try await client.close()
        }
    }

    @Test func `a batch can be appended whole`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            var builder = BatchBuilder()
            for number in 0..<10 { _ = try builder.append(ClientEvents.event(1, number)) }
            let batch = try EventBatch(validating: builder.finish() ?? [])
            try await client.recordBuffered(clientEvent("before"))
            let receipt = try await client.append(batch)
            #expect(receipt.firstSequence == 2 && receipt.rowCount == 10 && !receipt.isDuplicate)
            try await client.close()
        }
    }

    @Test func `questions are answered, over broken connections too`() async throws {
        let mood = ClientChaosProxy.Mood(cutAfter: 3_000, delay: 200, splits: true)
        try await ClientWorld.run(seed: 3, mood: mood) { world in
            let client = AuraClient(world.configuration())
            for number in 0..<300 {
                try await client.recordBuffered(ClientEvents.event(number % 3, number))
            }
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
            guard case .question = await clientFailure({ _ = try await client.count(wrong) }) else {
                Issue.record("a bucket of one microsecond was counted")
                return
            }
            #expect(world.proxy.counts.cuts > 3)
            try await client.close()
        }
    }

    @Test func `a client that is let go delivers what it has`() async throws {
        try await ClientWorld.run { world in
            var client: AuraClient?
            client = AuraClient(world.configuration { $0.linger = .milliseconds(50) })
            try await client?.recordBuffered(clientEvent("a"))
            client = nil
            while try world.storedEvents().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}
