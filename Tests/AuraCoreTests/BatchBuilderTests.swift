import AuraCore
import AuraTesting
import Testing

@Suite struct BatchBuilderTests {
    private let time = Timestamp(seconds: 1)

    @Test func `an empty builder gives nothing`() {
        var builder = BatchBuilder()
        #expect(builder.finish() == nil)
        #expect(builder.rowCount == 0)
        #expect(!builder.isFull())
        #expect(!builder.isOverfull)
    }

    @Test func `handles give the same batch as events`() throws {
        let uuid = UUIDBytes(high: 1, low: 2)
        let text = Array("text".utf8)
        var builder = BatchBuilder()
        let type = try builder.type("t")
        let columns = try AttributeType.allCases.map { try builder.column("c.\($0.name)", $0) }
        for _ in 0..<2 {
            try builder.beginRow(type: type, time: time)
            builder.set(columns[0], bool: true)
            builder.set(columns[1], integer: -3)
            builder.set(columns[2], float: 0.25)
            try builder.set(columns[3], string: text.rawSpan)
            try builder.set(columns[4], time: time)
            builder.set(columns[5], uuid: uuid)
            builder.set(columns[6], ipPrefix: IPPrefix(v4: 192, 0, 2))
            let bytes = builder.finish()
            let event = Event(
                type: "t", time: time,
                attributes: [
                    Attribute("c.bool", .bool(true)), Attribute("c.int64", .int64(-3)),
                    Attribute("c.float64", .float64(0.25)), Attribute("c.string", .string("text")),
                    Attribute("c.timestamp", .timestamp(time)), Attribute("c.uuid", .uuid(uuid)),
                    Attribute("c.ip_prefix", .ipPrefix(IPPrefix(v4: 192, 0, 2))),
                ])
            #expect(try bytes == encode([event]))
        }
    }

    @Test func `handles are the same for the same name and type`() throws {
        var builder = BatchBuilder()
        let handle = try builder.type("t")
        let other = try builder.type("u")
        #expect(handle != other)
        #expect(try builder.type("t") == handle)
        let column = try builder.column("a", .int64)
        let twin = try builder.column("a", .string)
        #expect(column != twin)
        #expect(try builder.column("a", .int64) == column)
        #expect(try builder.column("b", .int64) != twin)
    }

    @Test func `a second value replaces the first, and its string is forgotten`() throws {
        var builder = BatchBuilder()
        let type = try builder.type("t")
        for kind in AttributeType.allCases { _ = try builder.column("a", kind) }
        try builder.beginRow(type: type, time: time)
        for value: AttributeValue in [.string("first"), .string("second")] {
            try builder.set("a", value)
        }
        try builder.set("a", .int64(1))
        try builder.set("a", .int64(2))
        try builder.set("a", .uuid(UUIDBytes(high: 1, low: 1)))
        try builder.set("a", .uuid(UUIDBytes(high: 2, low: 2)))
        let bytes = builder.finish()
        let expected = try encode([
            Event(
                type: "t", time: time,
                attributes: [
                    Attribute("a", .int64(2)), Attribute("a", .string("second")),
                    Attribute("a", .uuid(UUIDBytes(high: 2, low: 2))),
                ])
        ])
        #expect(bytes == expected)
    }

    @Test func `a cancelled row leaves no trace`() throws {
        for seed in 0..<UInt64(Effort.count(300)) {
            var generator = EventGenerator(seed: seed)
            let events = generator.batch()
            var other = EventGenerator(seed: ~seed)
            var builder = BatchBuilder()
            for event in events {
                let before = (builder.sizeBound, builder.isFull())
                let stranger = other.event()
                try builder.beginRow(type: builder.type(stranger.type), time: stranger.time)
                for attribute in stranger.attributes {
                    try builder.set(attribute.name, attribute.value)
                }
                builder.cancelRow()
                #expect(builder.sizeBound == before.0, "seed \(seed)")
                #expect(builder.isFull() == before.1, "seed \(seed)")
                #expect(try builder.append(event), "seed \(seed)")
            }
            let bytes = builder.finish()
            #expect(try bytes == encode(events), "seed \(seed)")
        }
    }

    @Test func `cancelling without a row does nothing`() {
        var builder = BatchBuilder()
        builder.cancelRow()
        #expect(builder.finish() == nil)
    }

    @Test func `a refused event leaves no trace`() throws {
        let good = Event(type: "t", time: time, attributes: [Attribute("a", .string("x"))])
        let far = Timestamp(microseconds: Limits.latestTime + 1)
        let long = String(repeating: "x", count: Limits.stringBytes + 1)
        let first = Attribute("first", .string("set before the error"))
        func event(_ attribute: Attribute) -> Event {
            Event(type: "u", time: time, id: EventID("id"), attributes: [first, attribute])
        }
        let refused: [(Event, EventError)] = [
            (Event(type: "", time: time), .badName("")),
            (Event(type: "t", time: far), .badTime(far.microseconds)),
            (event(Attribute("", .bool(true))), .badName("")),
            (event(Attribute("a", .timestamp(far))), .badTime(far.microseconds)),
            (event(Attribute("$own", .bool(true))), .reservedName("$own")),
            (event(Attribute("$id", .string("id"))), .reservedName("$id")),
            (event(Attribute("$residual", .int64(1))), .reservedName("$residual")),
            (
                event(Attribute("a", .string(long))),
                .stringTooLong(attribute: "a", size: Limits.stringBytes + 1)
            ),
        ]
        var builder = BatchBuilder()
        for (event, error) in refused {
            #expect(throws: error) { _ = try builder.append(event) }
            #expect(builder.rowCount == 0)
            #expect(try builder.append(good))
            #expect(throws: error) { _ = try builder.append(event) }
            let bytes = builder.finish()
            #expect(try bytes == encode([good]), "\(error)")
        }
    }

    @Test func `names have 1 to 128 bytes, not characters`() throws {
        var builder = BatchBuilder()
        let fits = String(repeating: "ü", count: 64)
        let tooLong = String(repeating: "ü", count: 64) + "x"
        _ = try builder.type(fits)
        _ = try builder.column(fits, .bool)
        #expect(throws: EventError.badName(tooLong)) { try builder.type(tooLong) }
        #expect(throws: EventError.badName(tooLong)) { try builder.column(tooLong, .bool) }
        #expect(throws: EventError.badName("")) { try builder.type("") }
        #expect(throws: EventError.badName("")) { try builder.column("", .bool) }
    }

    @Test func `the times of the years 1 to 9999 are taken, no others`() throws {
        var builder = BatchBuilder()
        let type = try builder.type("t")
        for bad in [Limits.earliestTime - 1, Limits.latestTime + 1, .min, .max] {
            #expect(throws: EventError.badTime(bad)) {
                try builder.beginRow(type: type, time: Timestamp(microseconds: bad))
            }
        }
        for good in [Limits.earliestTime, Limits.latestTime] {
            try builder.beginRow(type: type, time: Timestamp(microseconds: good))
        }
        #expect(builder.rowCount == 2)
    }

    /// Appends the events and gives the batches they needed.
    private func batches(of events: [Event]) throws -> [[UInt8]] {
        var builder = BatchBuilder()
        var batches: [[UInt8]] = []
        for event in events where try !builder.append(event) {
            let bytes = builder.finish()
            try batches.append(#require(bytes))
            try #require(try builder.append(event), "an empty builder has room")
        }
        let rest = builder.finish()
        return try batches + [#require(rest)]
    }

    @Test func `a full batch refuses events of any kind, and the next one takes them`() throws {
        let string = String(repeating: "x", count: Limits.stringBytes - 100)
        let large = (0..<10).map { index in
            Event(
                type: "t", time: time, attributes: [Attribute("a", .string("\(index)" + string))])
        }
        let manyTypes = (0..<Limits.batchTypes + 5).map { Event(type: "t\($0)", time: time) }
        let manyRows = Array(repeating: Event(type: "t", time: time), count: Limits.batchRows + 5)
        let wide = (0..<20).map { row in
            Event(
                type: "t", time: time,
                attributes: (0..<250).map { Attribute("a\(row * 250 + $0)", .bool(true)) })
        }
        for (events, count) in [(large, 3), (manyTypes, 2), (manyRows, 2), (wide, 2)] {
            let batches = try batches(of: events)
            #expect(batches.count == count)
            let decoded = try batches.flatMap { try EventBatch(validating: $0).events() }
            #expect(Event.firstDifference(decoded, events.map(\.canonical)) == nil)
        }
    }

    @Test func `an event that fits no batch is refused, also while the batch is empty`() throws {
        let string = String(repeating: "x", count: Limits.stringBytes - 8)
        let huge = Event(
            type: "t", time: time,
            attributes: (0..<4).map { Attribute("a\($0)", .string(string + "\($0)")) })
        let wide = Event(
            type: "t", time: time,
            attributes: (0..<Limits.batchColumns).map { Attribute("a\($0)", .bool(true)) })
        let small = Event(type: "t", time: time, attributes: [Attribute("a", .string("x"))])
        var builder = BatchBuilder()
        for _ in 0..<3 {
            #expect(throws: EventError.tooManyAttributes(Limits.batchColumns)) {
                _ = try builder.append(wide)
            }
            let error = #expect(throws: EventError.self) { _ = try builder.append(huge) }
            guard case .eventTooLarge(let size) = error else {
                Issue.record("threw \(String(describing: error))")
                continue
            }
            #expect(size > Limits.batchBytes)
            #expect(!builder.isFull())
        }
        #expect(try builder.append(small))
        // Beside another row it is not refused: the caller cannot know yet.
        #expect(try !builder.append(huge))
        let bytes = builder.finish()
        #expect(try bytes == encode([small]))
    }

    @Test func `an event of as many attributes as a batch has columns fits`() throws {
        let event = Event(
            type: "t", time: time, id: EventID("x"),
            attributes: (0..<Limits.batchColumns - 1).map { Attribute("a\($0)", .bool(true)) })
        let batch = try EventBatch(validating: encode([event]))
        #expect(batch.layout.columns.count == Limits.batchColumns)
        #expect(batch.events() == [event.canonical])
    }
}
