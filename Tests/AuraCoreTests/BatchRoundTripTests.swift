import AuraCore
import AuraTesting
import Testing

/// Encodes events as one batch with a builder of their own.
func encode(_ events: [Event]) throws -> [UInt8] {
    var builder = BatchBuilder()
    for event in events { try #require(try builder.append(event)) }
    let bytes = builder.finish()
    return try #require(bytes)
}

@Suite struct BatchRoundTripTests {
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
        let batch = try EventBatch(validating: encode(events))
        #expect(batch.events() == events)
        #expect(batch.rowCount == 3)
        #expect(batch.layout.timeRange == 9_000_000...11_000_000)
        #expect(batch.layout.types.map { batch.string($0.name) } == ["api.error", "user.login"])
        #expect(batch.layout.types.map(\.rowCount) == [2, 1])
    }

    @Test func `random events come back, and the same events give the same bytes`() throws {
        var reused = BatchBuilder()
        for seed in 0..<UInt64(Effort.count(2_000)) {
            var generator = EventGenerator(seed: seed)
            let events = generator.batch()
            for event in events { try #require(try reused.append(event), "seed \(seed)") }
            let bound = reused.sizeBound
            let encoded = reused.finish()
            let bytes = try #require(encoded)
            try #require(bytes.count <= bound, "seed \(seed)")
            // Nothing of earlier batches shows.
            try #require(try bytes == encode(events), "seed \(seed)")

            let decoded = try EventBatch(validating: bytes).events()
            let difference = Event.firstDifference(decoded, events.map(\.canonical))
            try #require(difference == nil, "seed \(seed), event \(difference ?? 0)")
            try #require(try encode(decoded) == bytes, "seed \(seed)")
        }
    }

    @Test func `a batch can lie anywhere in a larger buffer`() throws {
        var generator = EventGenerator(seed: 9)
        let events = generator.batch()
        let bytes = try encode(events)
        let layout = try BatchLayout(validating: bytes.rawSpan)
        for start in [0, 1, 7, 64] {
            let buffer = [UInt8](repeating: 0xAA, count: start) + bytes + [0xAA, 0xAA]
            let batch = EventBatch(storage: buffer, start: start, layout: layout)
            #expect(batch.bytes.array == bytes)
            #expect(Event.firstDifference(batch.events(), events.map(\.canonical)) == nil)
        }
    }

    @Test func `names and values that differ only in bytes stay apart`() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed, "for String they are equal, hence this test")
        let events = [
            Event(
                type: composed, time: Timestamp(seconds: 1),
                attributes: [
                    Attribute(decomposed, .string(composed)),
                    Attribute(composed, .string(decomposed)),
                ]),
            Event(type: decomposed, time: Timestamp(seconds: 1)),
        ]
        let batch = try EventBatch(validating: encode(events))
        #expect(batch.layout.types.count == 2)
        #expect(batch.layout.columns.count == 2)
        #expect(Event.firstDifference(batch.events(), events.map(\.canonical)) == nil)
    }

    @Test func `a string is found by its bytes`() throws {
        for seed in 0..<200 as Range<UInt64> {
            var generator = EventGenerator(seed: seed)
            let batch = try EventBatch(validating: encode(generator.batch()))
            for code in 0..<batch.layout.strings.count {
                #expect(batch.code(of: batch.string(code)) == code, "seed \(seed)")
            }
            #expect(batch.code(of: "no such string in any of them") == nil)
        }
    }

    @Test func `rows without attributes take a header, names and times`() throws {
        let bytes = try encode([Event(type: "t", time: Timestamp(seconds: 1))])
        // Header 64, offsets of one string 8, its byte 8, one type 8, the constant time 8.
        #expect(bytes.count == 96)
    }

    @Test func `a string that many rows hold is in memory once`() throws {
        let long = String(repeating: "x", count: Limits.stringBytes)
        let event = Event(
            type: "t", time: Timestamp(seconds: 1), attributes: [Attribute("a", .string(long))])
        let batch = try EventBatch(validating: encode(Array(repeating: event, count: 100)))
        #expect(batch.bytes.byteCount < Limits.stringBytes + 1_024)
        let places = batch.events().map { event -> UInt? in
            guard case .string(let text) = event["a"], text == long else { return nil }
            return unsafe text.utf8.withContiguousStorageIfAvailable {
                UInt(bitPattern: $0.baseAddress)
            }
        }
        #expect(places.count == 100)
        #expect(places[0] != nil && Set(places).count == 1)
    }
}
