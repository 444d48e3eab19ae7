import AuraCore
import AuraTesting
import Testing

/// What is found in encoded batches, and what they become.
@Suite struct BatchPrivacyTests {
    private let rules = PrivacyRules()
    private let time = Timestamp(seconds: 1_748_856_600)

    private func batch(_ events: [Event]) throws -> EventBatch {
        var builder = BatchBuilder()
        for event in events {
            let fits = try builder.append(event)
            try #require(fits)
        }
        let bytes = builder.finish()
        return try EventBatch(validating: #require(bytes))
    }

    private func event(_ type: String = "a", _ attributes: Attribute...) -> Event {
        event(type, attributes)
    }

    private func event(_ type: String, _ attributes: [Attribute]) -> Event {
        Event(type: type, time: time, attributes: attributes)
    }

    @Test func `columns and rows that break rules are counted`() throws {
        let found = rules.inspect(
            try batch([
                event("a", Attribute("email", .string("x")), Attribute("n", .string("a@b.de"))),
                event("a", Attribute("email", .string("y")), Attribute("n", .string("fine"))),
                event("a", Attribute("n", .string("a@b.de")), Attribute("m", .string("a@b.de"))),
                event("b", Attribute("x_id", .string("030 1234567"))),
                event("b", Attribute("x", .string("030 1234567")), Attribute("ip", .int64(5))),
                event("b", Attribute("ip", .string("192.0.2.1")), Attribute("phone", .bool(true))),
            ]))
        #expect(
            Set(found) == [
                PrivacyFinding(.name, "email", .dropped, rows: 2),
                PrivacyFinding(.email, "n", .dropped, rows: 2),
                PrivacyFinding(.email, "m", .dropped, rows: 1),
                PrivacyFinding(.phone, "x", .dropped, rows: 1),
                PrivacyFinding(.name, "ip", .dropped, rows: 1),
                PrivacyFinding(.address, "ip", .truncated, rows: 1),
            ])
        #expect(found.count == 6)
    }

    @Test func `one value for all rows is counted for each`() throws {
        let found = rules.inspect(
            try batch(
                Array(repeating: event("a", Attribute("n", .string("a@b.de"))), count: 70)))
        #expect(found == [PrivacyFinding(.email, "n", .dropped, rows: 70)])
    }

    @Test func `types, ids and attribute names are looked at`() throws {
        var withID = event("a")
        withID.id = .text("anna@example.com")
        let found = rules.inspect(
            try batch([
                withID, event("bert@example.com"), event("a", Attribute("x@y.de", .bool(true))),
            ]))
        #expect(
            Set(found) == [
                PrivacyFinding(.email, "$id", .dropped), PrivacyFinding(.email, "$type", .refused),
                PrivacyFinding(.email, "(withheld)", .dropped),
            ])
    }

    @Test func `rewriting keeps what may be kept`() throws {
        var withID = event(
            "a", Attribute("ip_address", .string("203.0.113.77")),
            Attribute("n", .string("a@b.de")), Attribute("k", .int64(7)))
        withID.id = .text("order-1")
        let (rewritten, findings) = try rules.rewrite(
            try batch([withID, event("bert@example.com"), event("b")]))
        var kept = event(
            "a", Attribute("ip_address", .ipPrefix(IPPrefix(v4: 203, 0, 113))),
            Attribute("k", .int64(7)))
        kept.id = .text("order-1")
        #expect(rewritten?.events() == [kept, event("b")])
        #expect(
            findings == [
                PrivacyFinding(.email, "$type", .refused),
                PrivacyFinding(.address, "ip_address", .truncated),
                PrivacyFinding(.email, "n", .dropped),
            ])
        let (nothing, _) = try rules.rewrite(try batch([event("bert@example.com")]))
        #expect(nothing == nil)
    }

    @Test func `a batch that encodes small is rewritten, however large it is reckoned`() throws {
        // 280,000 equal UUIDs: 4.5 MB to a builder that has not encoded them, 14 values encoded.
        var builder = BatchBuilder()
        let type = try builder.type("a")
        let columns = try (0..<14).map { try builder.column("n\($0)", .uuid) }
        for _ in 0..<20_000 {
            try builder.beginRow(type: type, time: time)
            for column in columns { builder.set(column, uuid: UUIDBytes(high: 1, low: 2)) }
        }
        builder.set(try builder.column("email", .int64), integer: 1)
        #expect(builder.isOverfull)
        let bytes = builder.finish()
        let given = try EventBatch(validating: #require(bytes))
        let (rewritten, findings) = try rules.rewrite(given)
        #expect(rewritten?.rowCount == 20_000)
        #expect(findings == [PrivacyFinding(.name, "email", .dropped)])
        #expect(rewritten.map(rules.inspect) == [])
    }

    @Test func `a batch that cannot be encoded within the limits is not rewritten`() throws {
        // As many columns as a batch may have, each of which becomes two.
        var events: [Event] = []
        for row in 0..<2 {
            let texts = ["192.0.2.1", "elsewhere"]
            let attributes = (0..<Limits.batchColumns / 2 + 1).map {
                Attribute("n\($0)", .string(texts[($0 + row) % 2]))
            }
            events.append(event("a", attributes))
        }
        let given = try batch(events)
        #expect(throws: RewriteError.self) { try rules.rewrite(given) }
    }

    /// Texts that must never be stored, each with what is to be looked for in the bytes.
    private static let secrets: [(text: String, mark: String)] = [
        ("anna.schmidt@example.com", "anna.schmidt"), ("Müller <m@müller.de>", "m@müller.de"),
        ("+49 170 1234567", "1234567"), ("call 555-123-4567 now", "555-123-4567"),
        ("0171/9876543", "9876543"), ("203.0.113.77", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "4:5:6"), ("from 198.51.100.23:443", "198.51.100.23"),
        (#"{"note":"bert@example.org"}"#, "bert@example.org"),
        (#"[{"first_name":"Cleopatra"}]"#, "Cleopatra"), ("/reset?e=dora%40example.com", "dora%40"),
        ("\u{1F600} emil@example.com", "emil@"), (#"["\u0030171/9876543"]"#, "9876543"),
    ]

    /// Values that only their names give away.
    private static let named: [(name: String, value: AttributeValue, mark: String)] = [
        ("patient.firstName", .string("Nebukadnezar"), "Nebukadnezar"),
        ("home_address", .string("Hauptstr. 17"), "Hauptstr"),
        ("ssn", .string("078051120"), "078051120"),
        ("phone_number", .int64(0x0102_0304_0506_0708), "\u{8}\u{7}\u{6}\u{5}\u{4}\u{3}\u{2}\u{1}"),
    ]

    @Test func `what is planted never reaches the bytes`() throws {
        for seed in UInt64(1)...UInt64(Effort.count(60)) {
            var random = SeededRandom(seed: seed)
            var events = planted(&random)
            var refused = 0
            var sanitized: [Event] = []
            for event in events {
                let (kept, findings) = rules.sanitize(event)
                guard let kept else {
                    refused += 1
                    continue
                }
                #expect((findings == []) == (kept == event), "seed \(seed)")
                // Again nothing is found, and nothing changes.
                let (again, none) = rules.sanitize(kept)
                #expect(none == [], "seed \(seed): \(kept)")
                #expect(again == kept, "seed \(seed)")
                sanitized.append(kept)
            }
            // A client that caps after it sanitizes must satisfy a server that looks again.
            var cap = AttributeCap(limit: 3)
            let capped = sanitized.map { cap.apply(to: $0) }
            for list in [sanitized, capped] where !list.isEmpty {
                let clean = try batch(list)
                #expect(rules.inspect(clean) == [], "seed \(seed)")
                expectClean(clean, seed)
            }
            // A server that gets the events as they are comes to the same.
            events.shuffle(using: &random)
            let raw = try batch(events)
            let found = rules.inspect(raw)
            let (rewritten, _) = try rules.rewrite(raw)
            #expect((rewritten?.rowCount ?? 0) == events.count - refused, "seed \(seed)")
            if let rewritten {
                #expect(rules.inspect(rewritten) == [], "seed \(seed)")
                expectClean(rewritten, seed)
            }
            let isClean = events.allSatisfy { rules.sanitize($0).findings.isEmpty }
            #expect(found.isEmpty == isClean, "seed \(seed)")
        }
    }

    @Test func `inspection and rewriting count the same`() throws {
        for seed in UInt64(1)...UInt64(Effort.count(60)) {
            var random = SeededRandom(seed: seed)
            let events = planted(&random).filter { rules.sanitize($0).event != nil }
            guard !events.isEmpty else { continue }
            let raw = try batch(events)
            let (_, findings) = try rules.rewrite(raw)
            // Two names that are withheld count together in one way, apart in the other.
            var rows: [PrivacyFinding: Int] = [:]
            for finding in rules.inspect(raw) {
                var key = finding
                key.rows = 0
                rows[key, default: 0] += finding.rows
            }
            let expected = Dictionary(
                uniqueKeysWithValues: findings.map { finding in
                    var key = finding
                    key.rows = 0
                    return (key, finding.rows)
                })
            #expect(rows == expected, "seed \(seed)")
        }
    }

    /// Samples of the catalogue, a third of them with a secret in some place.
    private func planted(_ random: inout SeededRandom) -> [Event] {
        (0..<30).map { _ in
            let schema = random.element(of: Catalogue.seed)
            guard
                var event = Catalogue.sample(of: schema.type, at: time, using: &random),
                random.chance(33)
            else { return Event(type: "filler", time: time) }
            let secret = random.element(of: BatchPrivacyTests.secrets).text
            switch random.below(7) {
            case 0, 1:
                event.attributes.append(Attribute("note", .string(secret)))
            case 2:
                // Keys are looked for where the whole text is JSON.
                let isJSON = secret.hasPrefix("[") || secret.hasPrefix("{")
                let text = isJSON ? secret : "a long text before it, then: \(secret); and after"
                event.attributes.append(Attribute("x", .string(text)))
            case 3:
                let (name, value, _) = random.element(of: BatchPrivacyTests.named)
                event.attributes.append(Attribute(name, value))
            case 4:
                event.attributes.insert(Attribute(secret, .bool(true)), at: 0)
            case 5:
                // As a name it is denied; as an id digits would be allowed.
                event.id = .text("anna.schmidt@example.com")
            default:
                event.type = "anna.schmidt@example.com"
            }
            return event
        }
    }

    private func expectClean(_ batch: EventBatch, _ seed: UInt64) {
        let bytes = batch.bytes.array
        let marks = BatchPrivacyTests.secrets.map(\.mark) + BatchPrivacyTests.named.map(\.mark)
        for mark in marks {
            let isHeld = holds(bytes, Array(mark.utf8))
            #expect(!isHeld, "seed \(seed): '\(mark)' in the bytes")
        }
    }

    private func holds(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard bytes.count >= wanted.count else { return false }
        return (0...bytes.count - wanted.count).contains { start in
            bytes[start] == wanted[0] && bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}

extension PrivacyRules {
    fileprivate func inspect(_ batch: EventBatch) -> [PrivacyFinding] {
        inspect(batch.bytes, batch.layout)
    }
}
