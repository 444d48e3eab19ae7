import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Testing

@Suite(.serialized) struct ServerPolicyTests {
    private func event(_ attributes: [Attribute]) -> Event {
        Event(
            type: "user.login", time: Timestamp(microseconds: TestClock.start),
            attributes: attributes)
    }

    @Test func `a clean batch goes in byte for byte`() async throws {
        try await withServer(policy: PrivacyScreen(PrivacyRules())) { world in
            let client = try world.greeted()
            let batch = try encoded([event([Attribute("user_id", .int64(7))])])
            #expect(try client.append(batch).flags == [])
            var stored: [[UInt8]] = []
            try world.store.snapshot.forEachStrip { strip in
                stored.append(strip.batch.bytes.array)
                return true
            }
            #expect(stored == [batch])
        }
    }

    @Test func `what breaks a rule is taken out, with a warning and a count`() async throws {
        try await withServer(policy: PrivacyScreen(PrivacyRules())) { world in
            let client = try world.greeted()
            let producer = try client.openProducer("p")
            let head = AppendHead(
                producer: producer.producer, epoch: producer.epoch, sequence: 1)
            let batch = try encoded([
                event([
                    Attribute("first_name", .string("Ada")), Attribute("user_id", .int64(7)),
                ]),
                event([Attribute("note", .string("write to ada@example.org"))]),
            ])
            let ack = try client.append(batch, head)
            #expect(ack.flags == .rewritten)
            #expect(ack.rowCount == 2)
            #expect(ack.warnings.count == 2)
            #expect(ack.warnings.allSatisfy { $0.code == Warning.privacy })
            #expect(!ack.warnings.contains { $0.text.contains("Ada") })
            // The repeated batch is told by what was sent, not by what was stored.
            #expect(try client.append(batch, head).flags.contains(.duplicate))
            var events: [Event] = []
            try world.store.snapshot.forEachStrip { strip in
                events += strip.batch.events()
                return true
            }
            #expect(events == [event([Attribute("user_id", .int64(7))]), event([])])
            try client.send(StatusRequest(), id: 4)
            let counters = try client.next(StatusInfo.self).counters
            #expect(counters.contains { $0.name == "privacy.stripped.email" && $0.value > 0 })
            #expect(counters.contains { $0.name == "privacy.stripped.name" && $0.value > 0 })
            // A batch that is sent again counts again.
            #expect(counters.contains(StatusInfo.Counter("privacy.stripped.email.note", 2)))
            #expect(counters.contains(StatusInfo.Counter("privacy.stripped.name.first_name", 2)))
        }
    }

    @Test func `a strict policy refuses the batch`() async throws {
        var policy = PrivacyPolicy()
        policy.batchAction = .refuse
        try await withServer(policy: PrivacyScreen(PrivacyRules(policy))) { world in
            let client = try world.greeted()
            let batch = try encoded([event([Attribute("email", .string("x"))])])
            try client.append(batch, AppendHead(sequence: 1), id: 2)
            let failure = try client.next(WireFailure.self, id: 2)
            #expect(failure.code == .privacyRefused)
            #expect(failure.failureClass == .fixRequest)
            #expect(failure.message.contains("'email'"))
            #expect(try client.count() == 0)
            try client.send(StatusRequest(), id: 4)
            let counters = try client.next(StatusInfo.self, id: 4).counters
            #expect(counters.contains(StatusInfo.Counter("privacy.refused_batches", 1)))
            #expect(counters.contains(StatusInfo.Counter("privacy.refused_batches.name", 1)))
        }
    }

    @Test func `a policy of one's own refuses and warns`() async throws {
        try await withServer(policy: KnownTypes()) { world in
            let client = try world.greeted()
            try client.append(someBatch(1, type: "odd"), AppendHead(sequence: 1), id: 2)
            let failure = try client.next(WireFailure.self, id: 2)
            #expect(failure.code == .unknownType)
            #expect(failure.message.contains("odd"))
            let ack = try client.append(someBatch(1))
            #expect(ack.warnings == [Warning(code: Warning.schema, text: "column x is new")])
        }
    }
}
