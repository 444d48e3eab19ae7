import AuraCore
import AuraTesting
import Testing

@Suite struct CatalogueTests {
    /// Monday, 2025-06-02, 09:30.
    private let time = Timestamp(seconds: 1_748_856_600)

    @Test func `the catalogue holds the seed's 31 types and two of Aura's`() {
        let seed = """
            user.created user.login user.logout user.profile_updated auth.failed user.signup
            patient.created patient.updated appointment.created appointment.status_changed
            appointment.cancelled appointment.completed assessment.completed
            risk_prediction.generated therapy_session.created therapy_session.started
            therapy_session.completed therapy_session.cancelled chatbot.interaction message.sent
            thread.created video_call.started video_call.ended attachment.uploaded
            notification.sent api.error task.completed report.generated data.export
            webhook.received system.test
            """.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(Set(Catalogue.seed.map(\.type)) == Set(seed))
        #expect(Catalogue.seed.count == 31)
        #expect(
            Set(Catalogue.all.map(\.type)) == Set(seed + ["episode.closed", "capacity.set"]))
        #expect(Catalogue.all.count == 33)
    }

    @Test(arguments: Catalogue.records.indices)
    func `a record encodes exactly what its schema declares`(index: Int) throws {
        let record = Catalogue.records[index]
        let schema = record.schema
        let seed: UInt64 = 0xA11CE
        var random = SeededRandom(seed: seed)
        let order = schema.attributes.map(\.name)
        var seen: Set<String> = []
        for trial in 0..<Effort.count(400) {
            let event = record.sample(at: time, using: &random).event(at: time)
            let comment: Comment = "seed \(seed), trial \(trial): \(event)"
            #expect(event.type == schema.type, comment)
            let names = event.attributes.map(\.name)
            #expect(names == order.filter(names.contains), "undeclared or out of order; \(comment)")
            for attribute in event.attributes {
                let declared = try #require(schema.attribute(attribute.name), comment)
                let type = attribute.value.type
                #expect(declared.types.contains(type), comment)
                #expect(declared.isIdentifier || type == declared.types.first, comment)
            }
            for required in schema.attributes where required.isRequired {
                #expect(names.contains(required.name), comment)
            }
            seen.formUnion(names)
        }
        #expect(seen == Set(order), "never sampled: \(Set(order).subtracting(seen))")
    }

    @Test func `schemas are complete and name no person`() {
        let rules = PrivacyRules()
        for schema in Catalogue.all {
            let names = schema.attributes.flatMap { [$0.name] + $0.aliases }
            #expect(Set(names).count == names.count, "\(schema.type) repeats a name")
            #expect(schema.attributes.last?.name == "clinic_id", "\(schema.type)")
            #expect(schema.summary.hasSuffix("."))
            for attribute in schema.attributes {
                #expect(!attribute.summary.isEmpty && !attribute.types.isEmpty)
                #expect(rules.verdict(name: attribute.name) == .keep, "\(attribute.name)")
                #expect(attribute.isIdentifier == attribute.name.hasSuffix("_id"))
                let unit = attribute.name.split(separator: "_").last.map(String.init) ?? ""
                if ["minutes", "seconds", "bytes", "hours"].contains(unit) {
                    #expect(attribute.unit == unit, "\(schema.type) \(attribute.name)")
                }
            }
        }
    }

    @Test func `samples break no rule, fit their schema and follow from the seed alone`() throws {
        let rules = PrivacyRules()
        var registry = SchemaRegistry(unknownTypes: .refuse)
        for schema in Catalogue.all {
            var first = SeededRandom(seed: 7)
            var second = SeededRandom(seed: 7)
            var distinct: Set<Event> = []
            for _ in 0..<200 {
                let event = try #require(
                    Catalogue.sample(of: schema.type, at: time, using: &first))
                #expect(
                    Catalogue.sample(of: schema.type, at: time, using: &second) == event)
                #expect(try registry.warnings([event]) == [])
                let (sanitized, findings) = rules.sanitize(event)
                #expect(findings == [], "\(event)")
                #expect(sanitized == event)
                distinct.insert(event)
            }
            #expect(distinct.count > 50, "\(schema.type) is always the same")
        }
        var random = SeededRandom(seed: 7)
        #expect(Catalogue.sample(of: "no.such_type", at: time, using: &random) == nil)
    }

    @Test func `ids are numbers, texts or UUIDs`() {
        let text = "123e4567-e89b-12d3-a456-426614174000"
        #expect(UserLogin(userID: 42).attributes == [Attribute("user_id", .int64(42))])
        #expect(UserLogin(userID: "u-17").attributes == [Attribute("user_id", .string("u-17"))])
        #expect(UserLogin(userID: "42").attributes == [Attribute("user_id", .string("42"))])
        #expect(EntityID("\(text)").attributeValue.type == .uuid)
        #expect(EntityID(text).description == text)
        #expect(EntityID(text.uppercased()) == .text(text.uppercased()))
        #expect(EntityID(UInt64.max) == .text("18446744073709551615"))
        #expect(EntityID(Int8(-3)) == -3)
    }

    @Test func `a record never holds the full address`() {
        let records: [any EventRecord] = [
            UserLogin(userID: 1, ipAddress: "203.0.113.77", userAgent: "curl/8.5.0"),
            AuthFailed(failureReason: "invalid_password", ipAddress: "203.0.113.77"),
            UserSignup(userID: 1, ipAddress: "203.0.113.77"),
            APIError(endpoint: "/api/", statusCode: 500, ipAddress: "203.0.113.77"),
        ]
        for record in records {
            var dumped = ""
            dump(record, to: &dumped)
            #expect(!dumped.contains("203.0.113.77"))
            #expect(
                record.event(at: time)["ip_prefix"] == .ipPrefix(IPPrefix(v4: 203, 0, 113)))
        }
        #expect(UserLogin(userID: 1, ipAddress: "unknown").attributes.count == 1)
    }

    @Test func `lists become JSON text`() {
        let record = PatientUpdated(patientID: 1, updatedFields: ["a\"b", "c\\d", "e\n", "ü"])
        #expect(
            record.event(at: time)["updated_fields"]
                == .string(#"["a\"b","c\\d","e\n","ü"]"#))
    }

    @Test func `a record becomes an event of its time and id`() {
        let event = SystemTest(sequence: 3).event(at: time, id: EventID("x"))
        #expect(
            event
                == Event(
                    type: "system.test", time: time, id: .text("x"),
                    attributes: [Attribute("sequence", .int64(3))]))
    }
}
