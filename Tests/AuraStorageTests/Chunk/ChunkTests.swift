import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// Chunks against the events that went into them.
@Suite struct ChunkTests {
    /// Strips of random events, numbered from 1 on.
    private func strips(
        of events: [Event], _ random: inout SeededRandom
    ) throws -> [Strip] {
        var strips: [Strip] = []
        var rest = events[...]
        var next: UInt64 = 1
        while !rest.isEmpty {
            let part = rest.prefix(1 + random.below(60))
            let built = Strip.strips(
                of: part.enumerated().map {
                    SequencedEvent(sequence: next + UInt64($0), event: $1)
                })
            strips += built
            next += UInt64(part.count)
            rest = rest.dropFirst(part.count)
        }
        return strips
    }

    private func layout(_ random: inout SeededRandom) -> ChunkLayout {
        var layout = ChunkLayout()
        layout.sectionRows = random.element(of: [1, 5, 40, 10_000])
        layout.groupRows = random.element(of: [1, 3, 17, 256, 65_536])
        layout.entriesPerBlock = random.element(of: [1, 3, 100, 4_096])
        layout.derivesColumns = random.chance(50)
        layout.findsIDs = random.chance(50)
        return layout
    }

    @Test func `all events come back in their order, whatever the layout`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        for seed in (0..<UInt64(Effort.count(60))).map({ first &+ $0 }) {
            var random = SeededRandom(seed: seed)
            var generator = EventGenerator(seed: seed)
            var sent: [Event] = []
            for _ in 0..<1 + random.below(6) { sent += generator.batch() }
            let strips = try strips(of: sent, &random)
            // As batches give them back: of two values of one attribute and type the last counts.
            let expected = strips.flatMap { $0.batch.events() }
            let chunk = try Chunk.written(
                strips, layout(&random), cache: random.element(of: [0, 10_000, 1 << 20]),
                forced: .some(&random))
            try chunk.verify()
            #expect(
                Event.firstDifference(try chunk.events(), expected) == nil, "seed \(seed)")
            // Chunks are written from chunks as well.
            let again = try Chunk.written(
                chunk.pieces(), layout(&random), forced: .some(&random))
            #expect(
                Event.firstDifference(try again.events(), expected) == nil, "seed \(seed), again")
        }
    }

    @Test func `the rows of some times are those that a look at each finds`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        for seed in (0..<UInt64(Effort.count(40))).map({ first &+ $0 }) {
            var random = SeededRandom(seed: seed)
            var generator = EventGenerator(seed: seed)
            var events = DependentEvents(&random).events
            for _ in 0..<random.below(4) { events += generator.batch() }
            let chunk = try Chunk.written(
                try strips(of: events, &random), layout(&random), cache: 1 << 20,
                forced: .some(&random))
            for piece in try chunk.pieces() {
                let times = try piece.times()
                let ends = (0..<2 * (1 + random.below(3))).map { _ in
                    random.element(of: times) + Int64(random.below(3)) - 1
                }
                let ranges = TimeRanges(
                    stride(from: 0, to: ends.count, by: 2).map {
                        min(ends[$0], ends[$0 + 1])..<max(ends[$0], ends[$0 + 1])
                    })
                let expected = try SelectedSource(piece, keeping: times.map(ranges.contains(_:)))
                let found = try piece.rows(in: ranges)
                #expect(
                    try found.map { try Rows($0) } == expected.map { try Rows($0) }, "seed \(seed)")
            }
        }
    }

    @Test func `columns that have lost all their values are written, too`() throws {
        let events = (0..<100).map { number in
            var event = Event(type: "t", time: Timestamp(microseconds: Int64(number)))
            event.attributes = [Attribute("session", .string("s\(number / 3)"))]
            if number == 50 {
                event.attributes += [
                    Attribute("text", .string("lost")), Attribute("user_id", .int64(7)),
                    Attribute("uuid", .uuid(UUIDBytes(high: 1, low: 2))),
                    Attribute("when", .timestamp(Timestamp(microseconds: 1))),
                    Attribute("x", .float64(0.5)),
                ]
            }
            return event
        }
        var random = SeededRandom(seed: 3)
        let left = try strips(of: events, &random).compactMap { strip in
            try SelectedSource(strip, keeping: strip.sequences().map { $0 != 51 })
        }
        var layout = ChunkLayout()
        layout.derivesColumns = true
        layout.findsIDs = true
        layout.rollups = .standard
        let chunk = try Chunk.written(left, layout)
        try chunk.verify()
        #expect(chunk.entry.rowCount == 99)
        #expect(try chunk.pieces().allSatisfy { $0.columnKeys.count == 1 })
        for attribute in events[50].attributes where attribute.name != "session" {
            let subject = SubjectHash(attribute: attribute.name, values: [attribute.value])
            #expect(try !chunk.holds(subject), "\(attribute.name)")
        }
    }

    @Test func `rows lie by type, then time, then sequence number`() throws {
        var random = SeededRandom(seed: 5)
        var events: [Event] = []
        for _ in 0..<500 {
            events.append(
                Event(
                    type: random.element(of: ["b", "a", "c"]),
                    time: Timestamp(microseconds: Int64(random.below(40)))))
        }
        var layout = ChunkLayout()
        layout.sectionRows = 1
        layout.groupRows = 50
        let chunk = try Chunk.written(try strips(of: events, &random), layout)
        var rows: [(String, Int64, Int64)] = []
        for piece in try chunk.pieces() {
            #expect(piece.rowCount <= 50)
            let names = piece.typeNames
            let types = piece.typeCodes()
            let times = try piece.times()
            let sequences = try piece.sequences()
            #expect(piece.timeRange == (times.min() ?? 0)...(times.max() ?? 0))
            for row in 0..<piece.rowCount {
                rows.append((names[Int(types[row])], times[row], sequences[row]))
            }
        }
        #expect(rows.count == 500)
        for (left, right) in zip(rows, rows.dropFirst()) { #expect(left < right) }
    }

    @Test func `an entry, its footer and its header say the same`() throws {
        var random = SeededRandom(seed: 6)
        var generator = EventGenerator(seed: 6)
        let strips = try strips(of: generator.batch(), &random)
        let chunk = try Chunk.written(strips, ChunkLayout())
        let footer = try chunk.open().footer
        #expect(footer.rowCount == strips.reduce(0) { $0 + $1.rowCount })
        #expect(chunk.entry.rowCount == footer.rowCount)
        #expect(chunk.entry.timeRange == footer.timeRange)
        #expect(chunk.entry.sequenceRange == 1...UInt64(footer.rowCount))
        #expect(footer.sequenceRange == chunk.entry.sequenceRange)
        let same = try ChunkFooter(footer.encoded().rawSpan)
        #expect(same.encoded() == footer.encoded())
    }
}

/// All that a source says of its rows.
private struct Rows: Equatable {
    private let types: [String]
    private let times: [Int64]
    private let sequences: [Int64]
    private let columns: [[Int: AttributeValue]]

    init(_ source: any RowSource) throws {
        types = try source.typeCodes().map { source.typeNames[Int($0)] }
        times = try source.times()
        sequences = try source.sequences()
        columns = try source.columnKeys.indices.map { index in
            let column = try source.column(index)
            return Dictionary(
                uniqueKeysWithValues: (0..<column.count).map { (column.row($0), column.value($0)) })
        }
    }
}
