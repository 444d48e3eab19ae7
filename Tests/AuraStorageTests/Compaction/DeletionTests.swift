import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct DeletionTests {
    @Test func `a copy from before an erasure forgets again beside the ledger`() throws {
        try DeletionCase.copyBesideLedger()
    }

    @Test func `a write that is lost while chunks are merged costs nothing`() throws {
        try DeletionCase.lostWrite()
    }

    @Test func `a chunk that loses little is not written again at once, and loses it`() throws {
        try DeletionCase.partOfAChunk()
    }

    @Test func `a snapshot keeps its chunks until nobody reads it`() throws {
        try DeletionCase.heldSnapshot()
    }

    /// A store on a simulated disk, driven by hand.
    private struct Store {
        let disk = SimulatedFileSystem()
        var storage: Storage
        var intake: Intake<Int>
        var now: Int64 = 1_700_000_000_000_000

        init() throws {
            var options = Storage.Options(incarnation: 3)
            options.segmentSize = 512 << 10
            options.compaction.chunkRows = 60
            options.compaction.smallRows = 8
            options.compaction.fanOut = 3
            options.chunkLayout.sectionRows = 6
            options.chunkLayout.groupRows = 16
            storage = try Storage(
                directory: "/s", fileSystem: disk, options: options, now: now)
            intake = Intake(storage, memoryLimit: 64 << 20)
        }

        mutating func append(_ events: [Event]) throws {
            var builder = BatchBuilder()
            for event in events { _ = try builder.append(event) }
            let batch = try EventBatch(validating: builder.finish() ?? [])
            try intake.append(
                batch.bytes, layout: batch.layout,
                origin: BatchOrigin(clientHash: Checksum.hash64(batch.bytes)), ticket: 0, now: now)
            while let next = intake.take() {
                try storage.append(next.group, now: now)
                intake.finish(headBytes: storage.headBytes)
            }
        }

        mutating func flush() throws {
            guard let job = storage.beginFlush() else { return }
            try storage.endFlush(try job.run(), now: now).remove()
        }

        /// Compacts until there is nothing left to do; returns how often it did something.
        @discardableResult
        mutating func compact(_ mode: CompactionMode) throws -> Int {
            var steps = 0
            while let job = storage.beginCompaction(mode) {
                let chunks = try job.run()
                try storage.endCompaction(chunks, now: now)
                storage.takeRetired().remove()
                if chunks == nil { return steps }
                steps += 1
            }
            return steps
        }

        func events() throws -> [SequencedEvent] {
            var events: [SequencedEvent] = []
            try storage.snapshot.forEachStrip { strip in
                events += strip.events
                return true
            }
            return events
        }

        /// Files that hold the bytes somewhere.
        func files(holding bytes: [UInt8]) throws -> [String] {
            try disk.files.filter { path in
                let content = try disk.peek(path)
                return content.indices.contains { start in
                    content[start] == bytes[0] && content[start...].starts(with: bytes)
                }
            }
        }
    }

    private func event(
        _ user: AttributeValue?, at time: Int64, _ random: inout SeededRandom
    ) -> Event {
        var event = Event(
            type: random.element(of: ["a", "b", "c"]), time: Timestamp(microseconds: time))
        event.attributes.append(Attribute("n", .int64(Int64(random.below(1_000)))))
        if let user { event.attributes.append(Attribute("user", user)) }
        return event
    }

    /// One id as each of its types, and some others.
    private func users(_ random: inout SeededRandom) -> [AttributeValue?] {
        let uuid = UUIDBytes(high: random.next(), low: random.next())
        return [
            nil, .string("one"), .string("two"), .int64(7), .string("7"), .uuid(uuid),
            .float64(0.5), .bool(true),
        ]
    }

    @Test func `what is left is the same as without compaction, whatever is deleted when`() throws {
        let first = UInt64.random(in: 0...UInt64.max)
        for seed in (0..<UInt64(Effort.count(40))).map({ first &+ $0 }) {
            var random = SeededRandom(seed: seed)
            var store = try Store()
            var expected: [SequencedEvent] = []
            let users = users(&random)
            for _ in 0..<40 {
                switch random.below(10) {
                case ..<5:
                    let events = (0..<1 + random.below(30)).map { _ in
                        // Mostly in order, some late, some of another decade.
                        let now = Int64(expected.count) * 1_000
                        let time = random.chance(90) ? now : Int64(random.below(1 << 40))
                        return event(random.element(of: users), at: time, &random)
                    }
                    expected += events.enumerated().map { index, event in
                        SequencedEvent(
                            sequence: store.storage.nextSequence + UInt64(index), event: event)
                    }
                    try store.append(events)
                case ..<7: try store.flush()
                case 7: try store.compact(random.element(of: [.busy, .idle, .full]))
                case 8:
                    let values = users.compactMap(\.self).shuffled(&random).prefix(2)
                    _ = try store.storage.erase(
                        SubjectHash(attribute: "user", values: Array(values)), now: store.now)
                    expected.removeAll { event in
                        event.event["user"].map { values.contains($0) } ?? false
                    }
                default:
                    guard random.chance(50) else { continue }
                    let time = Int64(expected.count / 3) * 1_000
                    _ = try store.storage.delete(before: time, now: store.now)
                    expected.removeAll { $0.event.time.microseconds < time }
                }
                let found = try store.events()
                try #require(found.map(\.sequence) == expected.map(\.sequence), "seed \(seed)")
                #expect(
                    Event.firstDifference(found.map(\.event), expected.map(\.event)) == nil,
                    "seed \(seed)")
            }
            try finish(&store, seed: seed)
            #expect(
                try store.events().map(\.sequence) == expected.map(\.sequence), "seed \(seed)")
        }
    }

    /// Carries everything out that was ordered, and looks at what is left.
    private func finish(_ store: inout Store, seed: UInt64) throws {
        try store.storage.promise(now: store.now)
        try store.flush()
        try store.compact(.full)
        #expect(store.storage.tombstones.isEmpty, "seed \(seed)")
        let entries = store.storage.chunks.map(\.entry)
            .sorted {
                ($0.timeRange.lowerBound, $0.timeRange.upperBound)
                    < ($1.timeRange.lowerBound, $1.timeRange.upperBound)
            }
        for (left, right) in zip(entries, entries.dropFirst()) {
            #expect(left.timeRange.upperBound <= right.timeRange.lowerBound, "seed \(seed)")
        }
        for chunk in store.storage.chunks { try chunk.verify() }
        #expect(try store.compact(.full) == 0, "seed \(seed)")
    }

    @Test func `nothing of a subject is left in any file once its erasure is done`() throws {
        var random = SeededRandom(seed: 8)
        let id = String((0..<24).map { _ in random.element(of: Array("abcdefghkmnpqrstuvwxyz")) })
        var store = try Store()
        for round in 0..<6 {
            let events = (0..<20).map { index in
                event(
                    .string(index % 5 == 0 ? id : "other\(index)"), at: Int64(round * 50 + index),
                    &random)
            }
            try store.append(events)
            if round % 2 == 0 { try store.flush() }
        }
        #expect(try store.files(holding: Array(id.utf8)).count >= 3)
        let subject = SubjectHash(attribute: "user", values: [.string(id)])
        let tombstone = try store.storage.erase(subject, now: store.now)
        #expect(store.storage.tombstones == [tombstone])
        #expect(try store.storage.snapshot.rowCount(hiddenBy: tombstone) == 24)
        #expect(try store.events().count == 96)
        try store.storage.promise(now: store.now)
        try store.flush()
        try store.compact(.busy)
        #expect(store.storage.tombstones.isEmpty)
        #expect(try store.files(holding: Array(id.utf8)) == [])
        #expect(try store.events().count == 96)
    }

    @Test func `many small chunks become few, each row is written again a few times only`() throws {
        var random = SeededRandom(seed: 3)
        var store = try Store()
        var written = 0
        for round in 0..<90 {
            try store.append((0..<4).map { event(nil, at: Int64(round * 10 + $0), &random) })
            try store.flush()
            while let job = store.storage.beginCompaction(.idle) {
                let chunks = try job.run()
                try store.storage.endCompaction(chunks, now: store.now)
                store.storage.takeRetired().remove()
                guard let chunks else { break }
                written += chunks.rowCounts.after
            }
        }
        #expect(store.storage.chunks.count <= 12)
        #expect(written <= 3 * 360)
        #expect(try store.events().count == 360)
    }

    @Test func `large chunks wait while much is going on, but not for ever`() throws {
        var random = SeededRandom(seed: 4)
        var store = try Store()
        for round in 0..<24 {
            try store.append((0..<30).map { event(nil, at: Int64(round * 30 + $0), &random) })
            try store.flush()
            if round == 22 {
                try store.compact(.busy)
                #expect(store.storage.chunks.count == 23)
            }
        }
        try store.compact(.busy)
        #expect(store.storage.chunks.count == 23)
        try store.compact(.idle)
        #expect(store.storage.chunks.count <= 13)
        #expect(try store.events().count == 720)
    }
}

extension Array {
    fileprivate func shuffled(_ random: inout SeededRandom) -> [Element] {
        var copy = self
        for index in copy.indices.dropLast() {
            copy.swapAt(index, index + random.below(copy.count - index))
        }
        return copy
    }
}
