import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct HeadTests {
    /// A group of batches of those events, which follow from `first` on.
    private func group(_ batches: [[Event]], first: UInt64) throws -> CommitGroup {
        var group = CommitGroup()
        var sequence = first
        for events in batches {
            let batch = try encode(events)
            var record = RecordHeader(.append)
            record.firstSequence = sequence
            record.rowCount = batch.rowCount
            group.append(record, payload: batch.bytes, layout: batch.layout)
            sequence += UInt64(batch.rowCount)
        }
        return group
    }

    private func encode(_ events: [Event]) throws -> EventBatch {
        var builder = BatchBuilder()
        for event in events { try #require(try builder.append(event)) }
        let bytes = builder.finish()
        return try EventBatch(validating: #require(bytes))
    }

    private func event(_ number: Int, text: String = "") -> Event {
        var event = Event(type: "t\(number % 5)", time: Timestamp(seconds: Int64(number)))
        event.attributes = [Attribute("number", .int64(Int64(number)))]
        if !text.isEmpty { event.attributes.append(Attribute("text", .string(text))) }
        return event
    }

    /// The events of a snapshot, whose strips must follow each other from event 1 to the watermark.
    private func events(_ snapshot: Snapshot) throws -> [Event] {
        var events: [Event] = []
        var next: UInt64 = 1
        try snapshot.forEachStrip { strip in
            #expect(strip.firstSequence == next)
            next = strip.endSequence
            events += strip.batch.events()
            return true
        }
        #expect(snapshot.watermark + 1 == next)
        return events
    }

    private func strips(_ snapshot: Snapshot) throws -> [Strip] {
        var strips: [Strip] = []
        try snapshot.forEachStrip {
            strips.append($0)
            return true
        }
        return strips
    }

    @Test func `merging keeps every event, its place and its value`() throws {
        for seed in 0..<UInt64(Effort.count(4)) {
            var random = SeededRandom(seed: seed)
            var generator = EventGenerator(seed: seed)
            var head = Head()
            var expected: [Event] = []
            var batches = 0
            while batches < 700 {
                var group: [[Event]] = []
                for _ in 0...random.below(40) {
                    var batch = generator.batch()
                    if random.chance(90) { batch = Array(batch.prefix(1 + random.below(3))) }
                    group.append(batch)
                }
                head.append(try self.group(group, first: UInt64(expected.count + 1)))
                expected += group.joined()
                batches += group.count
            }
            let held = try events(head.snapshot)
            let difference = Event.firstDifference(held, expected.map(\.canonical))
            #expect(difference == nil, "seed \(seed)")
            #expect(try strips(head.snapshot).count < batches, "seed \(seed): nothing was merged")
        }
    }

    @Test func `single events end as few strips that take few bytes`() throws {
        var head = Head()
        for number in 0..<4 * Head.runLength {
            head.append(try group([[event(number)]], first: UInt64(number + 1)))
        }
        #expect(try strips(head.snapshot).count == 4)
        #expect(head.byteCount < 4 * Head.runLength * 64)
        #expect(try events(head.snapshot).count == 4 * Head.runLength)
    }

    @Test func `a snapshot stays as it was while the head grows`() throws {
        var head = Head()
        var taken: [(snapshot: Snapshot, count: Int)] = [(head.snapshot, 0)]
        for number in 0..<3 * Head.runLength {
            head.append(try group([[event(number)]], first: UInt64(number + 1)))
            if number % 37 == 0 || number % Head.runLength > Head.runLength - 3 {
                taken.append((head.snapshot, number + 1))
            }
        }
        let all = try events(head.snapshot)
        #expect(all.count == 3 * Head.runLength)
        for (snapshot, count) in taken {
            #expect(snapshot.watermark == UInt64(count))
            #expect(try Event.firstDifference(events(snapshot), Array(all.prefix(count))) == nil)
        }
    }

    @Test func `strips from a sequence number on are those that reach beyond it`() throws {
        var head = Head()
        for number in 0..<Head.runLength + 10 {
            head.append(try group([[event(number)]], first: UInt64(number + 1)))
        }
        func first(from sequence: UInt64) throws -> UInt64? {
            var first: UInt64?
            try head.snapshot.forEachStrip(from: sequence) {
                first = $0.firstSequence
                return false
            }
            return first
        }
        #expect(try first(from: 0) == 1)
        #expect(try first(from: 100) == 1)
        #expect(try first(from: UInt64(Head.runLength + 5)) == UInt64(Head.runLength + 5))
        #expect(try first(from: UInt64(Head.runLength + 11)) == nil)
    }

    @Test func `a batch of one event that nearly fills it does not end the head`() throws {
        let text = String(repeating: "x", count: Limits.stringBytes)
        var large = event(0)
        for name in ["a", "b", "c"] { large.attributes.append(Attribute(name, .string(text + ""))) }
        large.attributes[1].value = .string("1" + text.dropFirst())
        large.attributes[2].value = .string("2" + text.dropFirst())
        let rest = Limits.stringBytes - 2_048
        large.attributes.append(Attribute("d", .string(String(repeating: "y", count: rest))))
        let size = try encode([large]).layout.size
        #expect(size > Limits.batchBytes - 4_096)
        var head = Head()
        var expected: [Event] = []
        for number in 0..<Head.runLength + 1 {
            let next = number == 100 ? large : event(number)
            head.append(try group([[next]], first: UInt64(number + 1)))
            expected.append(next)
        }
        #expect(try Event.firstDifference(events(head.snapshot), expected.map(\.canonical)) == nil)
        #expect(head.byteCount >= size)
    }

    @Test func `small batches whose columns are more than a batch has become several`() throws {
        var head = Head()
        var expected: [Event] = []
        for number in 0..<2 * Head.runLength {
            var event = event(number)
            event.attributes += (0..<20).map { Attribute("c\(number)-\($0)", .bool(true)) }
            head.append(try group([[event]], first: UInt64(expected.count + 1)))
            expected.append(event)
        }
        #expect(try Event.firstDifference(events(head.snapshot), expected.map(\.canonical)) == nil)
        // 256 events with 20 columns of their own, where a batch has 4,096.
        #expect(try strips(head.snapshot).count == 4)
    }
}

extension Head {
    /// What it holds, without chunks.
    var snapshot: Snapshot { snapshot(with: [], .none) }
}
