import AuraCore
import Testing

@Suite struct BatchTests {
    @Test func `events come back from a batch as they went in`() throws {
        let events = [
            Event(
                type: "user.login", time: Timestamp(seconds: 10), id: EventID("a"),
                attributes: [Attribute("ok", .bool(true)), Attribute("user_id", .int64(7))]),
            Event(
                type: "api.error", time: Timestamp(seconds: 9),
                attributes: [
                    Attribute("endpoint", .string("/päth")), Attribute("user_id", .int64(-1)),
                    Attribute("x", .float64(0.5)),
                ]),
            Event(type: "api.error", time: Timestamp(seconds: 11)),
        ]
        var builder = BatchBuilder()
        for event in events { try builder.append(event) }
        let encoded = builder.finish()
        let bytes = try #require(encoded)
        let batch = try EventBatch(validating: bytes)
        #expect(batch.events() == events)
    }
}
