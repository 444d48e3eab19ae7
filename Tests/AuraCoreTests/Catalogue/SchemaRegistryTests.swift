import AuraCore
import Testing

/// A type that a deployment adds: one struct, registered by its schema.
private struct BedAssigned: EventRecord {
    static let schema = EventSchema(
        "bed.assigned", "A bed was assigned.",
        required: [.id("patient_id", "Who lies in it.")],
        optional: [.text("ward", "Where.", aliases: ["station"]), .number("hours", "How long.")])
    let attributes: [Attribute]

    static func sample(
        at time: Timestamp, using random: inout some RandomNumberGenerator
    ) -> Self {
        Self(attributes: [Attribute("patient_id", .int64(1))])
    }
}

@Suite struct SchemaRegistryTests {
    private let time = Timestamp(seconds: 0)

    private func event(_ type: String, _ attributes: Attribute...) -> Event {
        Event(type: type, time: time, attributes: attributes)
    }

    @Test func `a registered type is checked like one of the catalogue`() throws {
        var registry = SchemaRegistry(unknownTypes: .refuse)
        let bed = event("bed.assigned", Attribute("patient_id", .string("p")))
        #expect(throws: SchemaError.unknownType("bed.assigned")) { try registry.validate(bed) }
        try registry.register(BedAssigned.schema)
        #expect(try registry.validate(bed) == [])
        #expect(registry.all.count == 34)
        #expect(registry.all.last == BedAssigned.schema)
        #expect(BedAssigned.schema.family == .custom)
        #expect(
            try registry.validate(event("bed.assigned")) == [
                .missing(type: "bed.assigned", attribute: "patient_id")
            ])
        #expect(registry.identifierNames.isSuperset(of: ["patient_id", "appointment_id"]))
        try registry.register(EventSchema("bed.assigned", "Again."))
        #expect(registry.all.count == 34)
        #expect(registry.schema(for: "bed.assigned")?.summary == "Again.")
    }

    @Test func `another type than declared is a warning that names both`() throws {
        let registry = SchemaRegistry()
        let warnings = try registry.validate(
            event(
                "assessment.completed", Attribute("assessment_id", .int64(1)),
                Attribute("patient_id", .bool(true)), Attribute("score", .int64(9)),
                Attribute("risk_level", .int64(2))))
        #expect(
            warnings == [
                .conflict(
                    type: "assessment.completed", attribute: "patient_id", found: .bool,
                    expected: [.int64, .string, .uuid]),
                .conflict(
                    type: "assessment.completed", attribute: "risk_level", found: .int64,
                    expected: [.string]),
            ])
        #expect(
            warnings.last?.description
                == "assessment.completed: attribute 'risk_level' is int64, expected string")
    }

    @Test func `an alias stands for the attribute`() throws {
        let registry = SchemaRegistry()
        let appointment = event(
            "appointment.created", Attribute("appointment_id", .int64(1)),
            Attribute("patient_id", .int64(2)),
            Attribute("scheduled_datetime", .string("2025-06-02T10:00:00Z")))
        #expect(try registry.validate(appointment) == [])
        let schema = try #require(registry.schema(for: "appointment.created"))
        #expect(schema.attribute("scheduled_datetime")?.name == "scheduled_at")
        #expect(schema.attribute("scheduled_time")?.name == "scheduled_at")
        #expect(schema.attribute("nothing") == nil)
    }

    @Test func `what is learnt is compared with what comes later`() throws {
        var registry = SchemaRegistry(unknownTypes: .learn)
        let first = event("door.opened", Attribute("floor", .int64(3)))
        let later = event("door.opened", Attribute("floor", .string("3a")))
        #expect(try registry.validate(later) == [])
        registry.learn(first)
        #expect(
            try registry.validate(later) == [
                .conflict(
                    type: "door.opened", attribute: "floor", found: .string, expected: [.int64])
            ])
        #expect(registry.learntTypes.map(\.type) == ["door.opened"])
        #expect(registry.learntTypes.first?.attributes.map(\.name) == ["floor"])
        // An attribute that the catalogue does not declare is learnt too, but makes no new type.
        registry.learn(event("user.login", Attribute("properties.device", .string("phone"))))
        #expect(
            registry.conflict(
                type: "user.login", attribute: "properties.device", found: .bool) != nil)
        #expect(registry.learntTypes.count == 1)
    }

    @Test func `names that only look alike are different types and attributes`() throws {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        var registry = SchemaRegistry(unknownTypes: .learn)
        registry.learn(event(composed, Attribute(composed, .bool(true))))
        registry.learn(event(composed, Attribute(decomposed, .int64(1))))
        registry.learn(event(decomposed, Attribute(composed, .string("x"))))
        #expect(registry.learntTypes.count == 2)
        #expect(registry.learntTypes.last?.attributes.count == 2)
        let same = event(composed, Attribute(decomposed, .int64(2)))
        #expect(try registry.validate(same).isEmpty)
        #expect(same[decomposed] == .int64(2) && same[composed] == nil)
        let fields: [AttributeSchema] = [.flag(composed, "X."), .count(decomposed, "Y.")]
        try registry.register(EventSchema(composed, "A.", optional: fields))
        #expect(registry.schema(for: decomposed) == nil)
        #expect(registry.schema(for: composed)?.attribute(decomposed)?.summary == "Y.")
    }

    @Test func `a strict registry learns no type`() {
        var registry = SchemaRegistry(unknownTypes: .refuse)
        registry.learn(event("door.opened", Attribute("floor", .int64(3))))
        #expect(registry.learntTypes.isEmpty)
    }

    @Test func `learning is bounded`() {
        var registry = SchemaRegistry()
        for index in 0..<Limits.batchTypes + 10 {
            registry.learn(event("type.\(index)", Attribute("a", .int64(1))))
        }
        #expect(registry.learntTypes.count == Limits.batchTypes)
        for index in 0..<Limits.attributesPerType + 10 {
            registry.learn(event("type.0", Attribute("a\(index)", .int64(1))))
        }
        #expect(registry.learntTypes.first?.attributes.count == Limits.attributesPerType)
    }

    @Test func `a schema that contradicts itself or the catalogue is refused`() {
        var registry = SchemaRegistry()
        let before = registry.all
        let bad: [(EventSchema, SchemaError)] = [
            (EventSchema("user.login", "Mine."), .catalogueType("user.login")),
            (
                EventSchema("a", "A.", optional: [.flag("x", "X."), .count("x", "X.")]),
                .repeatedName("a", "x")
            ),
            (
                EventSchema(
                    "a", "A.", optional: [.flag("x", "X."), .text("y", "Y.", aliases: ["x"])]),
                .repeatedName("a", "x")
            ),
            (EventSchema("", "A."), .badName("", "")),
            (EventSchema("a", "A.", optional: [.flag("$x", "X.")]), .badName("a", "$x")),
            (
                EventSchema("a", "A.", optional: [AttributeSchema("x", [], "X.")]),
                .noTypes("a", "x")
            ),
        ]
        for (schema, error) in bad {
            #expect(throws: error) { try registry.register(schema) }
            #expect(!error.description.isEmpty)
        }
        #expect(registry.all == before)
    }
}
