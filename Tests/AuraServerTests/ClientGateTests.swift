import AuraClient
import AuraCore
import AuraTesting
import Testing

/// A part of an application, as the README has it.
private struct PatientController: AnalyticsRecording {
    let analytics: AuraClient

    func created(patient id: Int, by user: Int) {
        recordAnalyticsEvent(
            PatientCreated(patientID: EntityID(id), createdByUserID: EntityID(user)))
    }
}

/// What happens to an event before it is batched with others'.
@Suite struct ClientGateTests {
    @Test func `an event too far in the future fails alone`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.linger = .seconds(100) })
            let latest = ClientWorld.clock() + Limits.futureTolerance
            var far = clientEvent("a")
            try await client.recordBuffered(clientEvent("a"))
            far.time = Timestamp(microseconds: latest + 1)
            let refusal = await clientFailure { try await client.record(far) }
            #expect(refusal == .event(.timeTooFar(latest + 1)))
            #expect(refusal?.description.contains("future") == true)
            far.time = Timestamp(microseconds: latest)
            try await client.recordBuffered(far)
            try await client.flush()
            #expect(
                try world.storedEvents().map(\.time.microseconds) == [ClientWorld.clock(), latest])
            try await client.close()
        }
    }

    @Test func `what the privacy rules leave out is counted, and told once for each attribute`()
        async throws
    {
        let notices = Notices()
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration { $0.onNotice = notices.add })
            for _ in 0..<3 {
                try await client.recordBuffered(
                    clientEvent(
                        "a",
                        [
                            Attribute("email", .string("anna@example.org")),
                            Attribute("note", .string("call +49 30 901820")),
                            Attribute("ip", .string("192.0.2.17")), Attribute("n", .int64(1)),
                        ]))
            }
            try await client.flush()
            let counters = client.privacyCounters
            #expect(counters.stripped == [.name: ["email": 3], .phone: ["note": 3]])
            #expect(counters.truncatedAddresses == 3)
            #expect(counters.refusedEvents == 0)
            #expect(try world.storedEvents().allSatisfy { $0.attributes.count == 2 })
            let typed = await clientFailure {
                try await client.record(clientEvent("anna@example.org"))
            }
            guard case .forbidden = typed else {
                Issue.record("a type that is an address was taken")
                return
            }
            #expect(client.privacyCounters.refusedEvents == 1)
            #expect(!client.offer(clientEvent("anna@example.org")))
            try await client.close()
        }
        let told = notices.all.compactMap { notice -> String? in
            if case .privacy(let finding) = notice { finding.attribute } else { nil }
        }
        #expect(told == ["email", "note", "ip"])
        #expect(notices.all.allSatisfy { !$0.description.contains("anna@") })
    }

    @Test func `attributes beyond the cap of a type move into its residual`() async throws {
        try await ClientWorld.run { world in
            let client = AuraClient(world.configuration())
            let names = (0..<260).map { "a\($0)" }
            for name in names {
                try await client.recordBuffered(clientEvent("wide", [Attribute(name, .int64(7))]))
            }
            try await client.record(
                clientEvent("wide", names.map { Attribute($0, .int64(7)) }))
            try await client.close()
            let events = try world.storedEvents()
            #expect(events[255].attributes == [Attribute("a255", .int64(7))])
            #expect(events[256].attributes == [Attribute("$residual", .string(#"{"a256":7}"#))])
            #expect(events.last?.attributes.count == 257)
            #expect(
                events.last?["$residual"]
                    == .string(#"{"a256":7,"a257":7,"a258":7,"a259":7}"#))
        }
    }

    @Test func `an application records beside its work, and nothing happens to that`() async throws
    {
        let notices = Notices()
        try await ClientWorld.run { world in
            let client = AuraClient(
                world.configuration {
                    $0.onNotice = notices.add
                    $0.bufferBytes = 400
                })
            let controller = PatientController(analytics: client)
            controller.created(patient: 7, by: 3)
            try await controller.recordDurableAnalyticsEvent(UserLogin(userID: 3))
            #expect(try world.storedEvents().map(\.type) == ["patient.created", "user.login"])
            #expect(try world.storedEvents().first?["created_by_user_id"] == .int64(3))
            // Neither a full buffer nor a closed client throws or waits.
            try await world.stop()
            for number in 0..<1_000 { controller.created(patient: number, by: 3) }
            try await world.start()
            try await client.flush()
            try await client.close()
            controller.created(patient: 8, by: 3)
            let closed = await clientFailure {
                try await controller.recordDurableAnalyticsEvent(UserLogin(userID: 3))
            }
            #expect(closed == .closed)
            let isTold = { (kind: ClientError) in
                notices.all.contains(.unrecorded(type: "patient.created", kind))
            }
            while !isTold(.closed) { await Task.yield() }
            #expect(isTold(.overloaded(reason: "it may not wait")))
        }
    }
}
