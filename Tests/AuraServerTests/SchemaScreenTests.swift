import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Testing

/// The schemas as clients meet them.
@Suite(.serialized) struct SchemaScreenTests {
    private func event(_ type: String, _ attributes: Attribute...) -> Event {
        Event(
            type: type, time: Timestamp(microseconds: TestClock.start), attributes: attributes)
    }

    private func storedEvents(_ world: TestServer) throws -> [Event] {
        var events: [Event] = []
        try world.store.snapshot.forEachStrip { strip in
            events += strip.batch.events()
            return true
        }
        return events
    }

    @Test func `what differs from its schema is stored, and the acknowledgement says so`()
        async throws
    {
        try await withServer(policy: SchemaScreen(SchemaRegistry())) { world in
            let client = try world.greeted()
            let clean = try client.append(
                encoded([event("user.login", Attribute("user_id", .int64(7)))]))
            #expect(clean.warnings == [])
            let wrong = try encoded([
                event("user.login", Attribute("user_id", .bool(true))), event("user.login"),
            ])
            let ack = try client.append(wrong)
            #expect(ack.flags == [])
            #expect(ack.rowCount == 2)
            #expect(
                ack.warnings == [
                    Warning(
                        code: Warning.schema,
                        text: "user.login: attribute 'user_id' is bool, expected int64 or string "
                            + "or uuid (1 events)"),
                    Warning(
                        code: Warning.schema,
                        text: "user.login: required attribute 'user_id' is missing (1 events)"),
                ])
            #expect(try storedEvents(world).count == 3)
        }
    }

    @Test func `what a type showed first is what is expected of it`() async throws {
        try await withServer(policy: SchemaScreen(SchemaRegistry())) { world in
            let client = try world.greeted()
            let first = try encoded([event("door.opened", Attribute("floor", .int64(3)))])
            let later = try encoded([event("door.opened", Attribute("floor", .string("3a")))])
            #expect(try client.append(first).warnings == [])
            for _ in 0..<2 {
                let warnings = try client.append(later).warnings
                #expect(warnings.map(\.code) == [Warning.schema])
                #expect(
                    warnings.map(\.subject) == [
                        "door.opened: attribute 'floor' is string, expected int64"
                    ])
                #expect(warnings.map(\.events) == [1])
            }
            try client.send(StatusRequest(), id: 4)
            let counters = try client.next(StatusInfo.self, id: 4).counters
            #expect(counters.contains(StatusInfo.Counter("schema.learnt_types", 1)))
            #expect(counters.contains(StatusInfo.Counter("schema.warned_batches", 2)))
        }
    }

    @Test func `a screen that learnt from the store knows its types`() async throws {
        let screen = SchemaScreen(SchemaRegistry())
        try screen.learn(
            EventBatch(of: [event("door.opened", Attribute("floor", .int64(3)))]))
        try await withServer(policy: screen) { world in
            let client = try world.greeted()
            let batch = try encoded([event("door.opened", Attribute("floor", .bool(true)))])
            #expect(try client.append(batch).warnings.count == 1)
        }
    }

    @Test func `an unknown type is refused with the way to register it`() async throws {
        var registry = SchemaRegistry(unknownTypes: .refuse)
        try registry.register(EventSchema("door.opened", "Somebody came in."))
        try await withServer(policy: SchemaScreen(registry)) { world in
            let client = try world.greeted()
            #expect(try client.append(encoded([event("door.opened")])).rowCount == 1)
            try client.append(
                encoded([event("door.closed"), event("door.opened")]), AppendHead(sequence: 1),
                id: 2)
            let failure = try client.next(WireFailure.self, id: 2)
            #expect(failure.code == .unknownType)
            #expect(failure.message.contains("'door.closed'"))
            #expect(failure.message.contains("event_types"))
            #expect(try client.count() == 1)
        }
    }

    @Test func `attributes beyond the cap of a type move into its residual`() async throws {
        try await withServer(policy: SchemaScreen(SchemaRegistry())) { world in
            let client = try world.greeted()
            let producer = try client.openProducer("p")
            let head = AppendHead(
                producer: producer.producer, epoch: producer.epoch, sequence: 1)
            let names = (0..<300).map { String(1_000 + $0) }
            let batch = try encoded([
                Event(
                    type: "wide", time: Timestamp(microseconds: TestClock.start),
                    attributes: names.map { Attribute("a\($0)", .int64(1)) })
            ])
            let ack = try client.append(batch, head)
            #expect(ack.flags == .rewritten)
            #expect(ack.warnings.count == SchemaReport.warningLimit + 1)
            #expect(ack.warnings.dropLast().allSatisfy { $0.code == Warning.cap })
            let others = 300 - Limits.attributesPerType - SchemaReport.warningLimit
            #expect(ack.warnings.last?.text == "and \(others) further differences")
            #expect(try client.append(batch, head).flags.contains(.duplicate))
            // The room is that of the type, not of the batch.
            let more = try client.append(encoded([event("wide", Attribute("b", .bool(true)))]))
            #expect(more.flags == .rewritten)
            let events = try storedEvents(world)
            #expect(events.map(\.attributes.count) == [257, 1])
            #expect(events.last?["$residual"] == .string(#"{"b":true}"#))
            guard case .string(let text) = events.first?["$residual"] else {
                Issue.record("nothing was moved")
                return
            }
            #expect(text.hasPrefix(#"{"a1256":1,"a1257":1,"#))
            #expect(text.hasSuffix(#""a1299":1}"#))
        }
    }

    @Test func `what the privacy rules leave is what the schemas see`() async throws {
        let policy = PolicySequence([
            PrivacyScreen(PrivacyRules()), SchemaScreen(SchemaRegistry()),
        ])
        try await withServer(policy: policy) { world in
            let client = try world.greeted()
            let batch = try encoded([
                event("visit", Attribute("email", .int64(1)), Attribute("n", .int64(1)))
            ])
            let ack = try client.append(batch)
            #expect(ack.flags == .rewritten)
            #expect(ack.warnings.map(\.code) == [Warning.privacy])
            try client.send(StatusRequest(), id: 4)
            let counters = try client.next(StatusInfo.self, id: 4).counters
            #expect(counters.contains(StatusInfo.Counter("schema.learnt_attributes", 1)))
            #expect(counters.contains(StatusInfo.Counter("privacy.rewritten_batches", 1)))
        }
    }

    @Test func `a warning's text has its count apart`() {
        let counted = Warning(code: 1, about: "a (b)", events: 12)
        #expect(counted.text == "a (b) (12 events)")
        #expect(counted.subject == "a (b)")
        #expect(counted.events == 12)
        for text in ["a", "a (b)", "(3 events)", "a (x events)", "", " events)"] {
            #expect(Warning(code: 1, text: text).subject == text)
            #expect(Warning(code: 1, text: text).events == nil)
        }
    }
}
