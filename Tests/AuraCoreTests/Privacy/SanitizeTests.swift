import AuraCore
import Testing

/// What becomes of events.
@Suite struct SanitizeTests {
    private let rules = PrivacyRules()

    private func event(_ attributes: Attribute..., id: EventID? = nil) -> Event {
        Event(type: "user.login", time: Timestamp(seconds: 1), id: id, attributes: attributes)
    }

    @Test func `what breaks a rule is left out, the rest stays in its order`() {
        let (sanitized, findings) = rules.sanitize(
            event(
                Attribute("user_id", .int64(1)), Attribute("email", .string("anna@example.com")),
                Attribute("note", .string("call 030 1234567")), Attribute("ok", .bool(true)),
                Attribute("phone", .int64(5_551_234_567)),
                Attribute("dob", .timestamp(Timestamp(seconds: 0))),
                Attribute("properties", .string(#"{"first_name":"Anna"}"#)),
                Attribute("session_id", .string("030 1234567"))))
        #expect(
            sanitized
                == event(
                    Attribute("user_id", .int64(1)), Attribute("ok", .bool(true)),
                    Attribute("session_id", .string("030 1234567"))))
        #expect(
            findings == [
                PrivacyFinding(.name, "email", .dropped),
                PrivacyFinding(.phone, "note", .dropped),
                PrivacyFinding(.name, "phone", .dropped),
                PrivacyFinding(.name, "dob", .dropped),
                PrivacyFinding(.key, "properties", .dropped),
            ])
    }

    @Test func `a bool tells nothing, whatever its name`() {
        let given = event(Attribute("has_email", .bool(true)), Attribute("phone", .bool(false)))
        #expect(rules.sanitize(given) == (given, []))
    }

    @Test func `addresses become networks`() {
        let (sanitized, findings) = rules.sanitize(
            event(
                Attribute("ip_address", .string("203.0.113.77")),
                Attribute("peer", .string("2001:db8::17")),
                Attribute("ip", .int64(3_221_226_001)),
                Attribute("client_ip", .string("unknown")),
                Attribute("remote_addr", .ipPrefix(IPPrefix(v4: 192, 0, 2))),
                Attribute("via", .string("proxy 192.0.2.17"))))
        #expect(
            sanitized
                == event(
                    Attribute("ip_address", .ipPrefix(IPPrefix(v4: 203, 0, 113))),
                    Attribute("peer", .ipPrefix(IPPrefix(v6: 0x2001, 0xDB8, 0))),
                    Attribute("client_ip", .string("unknown")),
                    Attribute("remote_addr", .ipPrefix(IPPrefix(v4: 192, 0, 2)))))
        #expect(
            findings == [
                PrivacyFinding(.address, "ip_address", .truncated),
                PrivacyFinding(.address, "peer", .truncated),
                PrivacyFinding(.name, "ip", .dropped), PrivacyFinding(.address, "via", .dropped),
            ])
    }

    @Test func `a prefix that is given wins over one that is made`() {
        let given = Attribute("ip", .ipPrefix(IPPrefix(v4: 192, 0, 2)))
        let (sanitized, _) = rules.sanitize(event(Attribute("ip", .string("203.0.113.7")), given))
        #expect(sanitized == event(given))
    }

    @Test func `an event id is checked like a value, and left out`() {
        for text in ["anna@example.com", "203.0.113.77", #"{"email":"x"}"#] {
            let (sanitized, findings) = rules.sanitize(event(id: .text(text)))
            #expect(sanitized == event())
            #expect(findings.map(\.attribute) == ["$id"])
        }
        for text in ["030 1234567", "order-17", "2016-04-29T18:38:08Z"] {
            let given = event(id: .text(text))
            #expect(rules.sanitize(given) == (given, []))
        }
    }

    @Test func `an event whose type breaks a rule is refused`() {
        for type in ["anna@example.com", "call 030 1234567", "203.0.113.77"] {
            let (sanitized, findings) = rules.sanitize(
                Event(type: type, time: Timestamp(seconds: 0)))
            #expect(sanitized == nil)
            #expect(findings.map(\.outcome) == [.refused])
            #expect(findings.allSatisfy { !$0.description.contains(type) })
        }
    }

    @Test func `a strict policy refuses, but still cuts addresses`() {
        var policy = PrivacyPolicy()
        policy.action = .refuse
        let strict = PrivacyRules(policy)
        let (refused, findings) = strict.sanitize(
            event(
                Attribute("ip_address", .string("203.0.113.77")),
                Attribute("email", .string("x"))))
        #expect(refused == nil)
        #expect(findings.map(\.outcome) == [.refused, .refused])
        let (kept, _) = strict.sanitize(event(Attribute("ip_address", .string("203.0.113.77"))))
        #expect(kept == event(Attribute("ip_address", .ipPrefix(IPPrefix(v4: 203, 0, 113)))))
    }

    @Test func `a finding does not repeat what was found`() {
        let (_, findings) = rules.sanitize(
            event(
                Attribute("anna@example.com", .bool(true)),
                Attribute("note", .string("bert@example.com"))))
        #expect(findings.map(\.attribute) == ["(withheld)", "note"])
        #expect(findings.allSatisfy { !$0.description.contains("@") })
    }

    @Test func `counters add up and stay bounded`() {
        var counters = PrivacyCounters()
        #expect(counters.isEmpty)
        let isNews = [
            counters.count(PrivacyFinding(.email, "note", .dropped, rows: 2)),
            counters.count(PrivacyFinding(.email, "note", .dropped)),
            counters.count(PrivacyFinding(.address, "ip", .truncated)),
            counters.count(PrivacyFinding(.address, "ip", .truncated)),
        ]
        #expect(isNews == [true, false, true, false])
        counters.count(PrivacyFinding(.name, "email", .refused))
        counters.refusedEvents += 1
        #expect(counters.stripped == [.email: ["note": 3]])
        #expect(counters.truncatedAddresses == 2)
        var other = counters
        other.rewrittenBatches = 5
        for index in 0..<PrivacyCounters.nameLimit + 50 {
            other.count(PrivacyFinding(.name, "n\(index)", .dropped))
        }
        #expect(other.stripped.values.reduce(0) { $0 + $1.count } <= PrivacyCounters.nameLimit + 2)
        #expect(other.stripped[.name]?["(other)"] == 51)
        #expect(other.strippedCount(.name) == PrivacyCounters.nameLimit + 50)
        counters.merge(other)
        #expect(counters.strippedCount(.email) == 6)
        #expect(counters.strippedCount(.name) == PrivacyCounters.nameLimit + 50)
        #expect(counters.truncatedAddresses == 4)
        #expect(counters.refusedEvents == 2)
        #expect(counters.rewrittenBatches == 5)
        #expect(counters.mostStripped(2).map(\.attribute) == ["(other)", "note"])
    }

    @Test func `a refused batch counts once, and once for each rule that it broke`() {
        var counters = PrivacyCounters()
        counters.countRefusedBatch([
            PrivacyFinding(.email, "note", .refused), PrivacyFinding(.email, "text", .refused),
            PrivacyFinding(.name, "phone", .refused),
        ])
        counters.countRefusedBatch([PrivacyFinding(.email, "note", .refused)])
        var sum = counters
        sum.merge(counters)
        #expect(counters.refusedBatches == 2)
        #expect(counters.refusedBatchesByRule == [.email: 2, .name: 1])
        #expect(sum.refusedBatchesByRule == [.email: 4, .name: 2])
    }
}
