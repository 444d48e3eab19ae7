import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// Columns that are functions of others, more or less.
@Suite struct DerivedColumnTests {
    @Test func `columns that follow from others come back, whatever does not fit`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        var derived = 0
        for seed in (0..<UInt64(Effort.count(40))).map({ first &+ $0 }) {
            var random = SeededRandom(seed: seed)
            let events = DependentEvents(&random)
            var layout = ChunkLayout()
            layout.derivesColumns = true
            layout.sectionRows = random.element(of: [1, 300, 10_000])
            layout.groupRows = random.element(of: [17, 256, 65_536])
            layout.entriesPerBlock = random.element(of: [40, 4_096])
            let chunk = try Chunk.written(
                events.strips(&random), layout, cache: random.element(of: [0, 1 << 20]),
                forced: .some(&random))
            try chunk.verify()
            #expect(
                Event.firstDifference(try chunk.events(), events.events) == nil, "seed \(seed)")
            derived += try chunk.open().footer.blocks.filter { $0.encoding == .derived }.count
            let again = try Chunk.written(chunk.pieces(), layout)
            #expect(
                Event.firstDifference(try again.events(), events.events) == nil,
                "seed \(seed), again")
            // What lies by type there has the codes of the order in which it came.
            let column = try #require(
                chunk.open().footer.columns.firstIndex(of: ColumnKey("session", .uuid)))
            #expect(
                try again.uuids(column) == chunk.uuids(column), "seed \(seed)")
        }
        #expect(derived > 0, "seed \(first)")
    }

    @Test func `what follows from another column takes next to no room`() throws {
        var random = SeededRandom(seed: 7)
        let strips = DependentEvents(&random, rows: 20_000, exceptions: 0, presence: 100)
            .strips(&random)
        var layout = ChunkLayout()
        let plain = try Chunk.written(strips, layout)
        layout.derivesColumns = true
        let derived = try Chunk.written(strips, layout)
        func size(_ chunk: Chunk, _ name: String) throws -> Int {
            let footer = try chunk.open().footer
            return footer.blocks.reduce(0) {
                let isOfColumn =
                    $1.key.kind != .times && $1.key.kind != .sequences
                    && footer.columns[$1.key.column].name.text == name
                return $0 + (isOfColumn ? $1.storedSize : 0)
            }
        }
        #expect(try size(derived, "user") * 3 < size(plain, "user"))
        #expect(try size(derived, "region") < size(plain, "region"))
        #expect(derived.entry.fileSize < plain.entry.fileSize)
    }

    @Test func `one wrong bit in a chunk with derived columns is found`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let events = DependentEvents(&random, rows: 400, exceptions: 5, presence: 80)
        let chunk = try RottenChunk(events.events, number: 3, derivesColumns: true)
        for _ in 0..<Effort.count(100) {
            do { try chunk.expectFound(random.below(chunk.bytes.count * 8)) } catch {
                throw Violation("seed \(seed): \(error)")
            }
        }
    }

    @Test func `derived values that are none are an error and nothing worse`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var refused = 0
        for _ in 0..<Effort.count(2_000) {
            let count = 1 + random.below(400)
            let exceptions = random.below(count)
            let places = (0..<exceptions).map { Int64($0) }
            let values = places.map { _ in Int64(bitPattern: random.next()) }
            let content = BlockContent(
                derivedFrom: 3, count: count, places: places, values: values)
            let whole = try BlockReader(
                encoding: .derived, count: count, bytes: content.bytes
            ).derivation(in: RowRanges(upTo: count))
            #expect(whole.determinant == 3 && whole.places == places && whole.values == values)
            var bytes = content.bytes
            bytes[random.below(min(40, bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            if random.chance(20) { bytes.removeLast(random.below(bytes.count)) }
            do {
                let found = try BlockReader(encoding: .derived, count: count, bytes: bytes)
                    .derivation(in: RowRanges(upTo: count))
                #expect(found.places.allSatisfy { $0 >= 0 && $0 < count }, "seed \(seed)")
            } catch { refused += 1 }
        }
        #expect(refused > 100, "seed \(seed)")
    }
}

/// Events whose sessions have one user each, users one region: but for some.
struct DependentEvents {
    private(set) var events: [Event] = []

    init(_ random: inout SeededRandom) {
        let rows = 200 + random.below(2_000)
        let exceptions = random.element(of: [0, 3, 30, 70])
        let presence = random.element(of: [100, 100, 60, 5])
        self.init(&random, rows: rows, exceptions: exceptions, presence: presence)
    }

    /// - Parameters:
    ///   - exceptions: In percent, values that do not follow.
    ///   - presence: In percent, events that have a region.
    init(_ random: inout SeededRandom, rows: Int, exceptions: Int, presence: Int) {
        let sessions = rows / (2 + random.below(6))
        let users = 1 + sessions / (1 + random.below(4))
        for row in 0..<rows {
            let session = random.below(sessions)
            let user = random.chance(exceptions) ? random.below(users) : session % users
            let region = random.chance(exceptions) ? random.below(9) : user % 7
            var event = Event(
                type: random.element(of: ["a", "a", "b", "c"]),
                time: Timestamp(microseconds: Int64(row * 10 + random.below(50))))
            event.attributes = [
                Attribute(
                    "session",
                    .uuid(UUIDBytes(high: UInt64(session) &* 0x9E37_79B9_7F4A_7C15, low: 1))),
                Attribute("user", .int64(Int64(user) * 1_000_003 - 500_000)),
                Attribute("zone", .timestamp(Timestamp(microseconds: Int64(user / 3)))),
                Attribute("value", .float64(Double(random.below(100)) / 4)),
                Attribute("flag", .bool(user & 1 == 0)),
            ]
            if random.chance(presence) {
                event.attributes.append(Attribute("region", .string("region-\(region)")))
            }
            events.append(event)
        }
        // As batches give them back.
        events = Strip.strips(
            of: events.enumerated().map { SequencedEvent(sequence: UInt64($0 + 1), event: $1) }
        ).flatMap { $0.batch.events() }
    }

    /// The events, numbered from 1 on, in strips of up to 500.
    func strips(_ random: inout SeededRandom) -> [Strip] {
        var strips: [Strip] = []
        var next = 0
        while next < events.count {
            let part = events[next...].prefix(1 + random.below(500))
            strips += Strip.strips(
                of: part.indices.map {
                    SequencedEvent(sequence: UInt64($0 + 1), event: events[$0])
                })
            next = part.endIndex
        }
        return strips
    }
}
