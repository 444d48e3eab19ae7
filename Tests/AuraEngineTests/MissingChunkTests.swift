import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Chunks that cannot be read: the store goes on, and its answers say what they lack.
@Suite struct MissingChunkTests {
    private static let first = "/data/chunks/0000000000000001.chunk"

    /// A closed store of three chunks of 100 events each and 50 events in the log; the times of each
    /// part lie a day apart.
    private func makeStore(indexPlan: IndexPlan? = nil) async throws -> SimulatedFileSystem {
        var random = SeededRandom(seed: 3)
        let disk = SimulatedFileSystem()
        let store = try openStore(on: disk, indexPlan: indexPlan)
        for part in 0..<4 {
            var events = someEvents(part < 3 ? 100 : 50, &random)
            for index in events.indices {
                events[index].time = Timestamp(
                    microseconds: Self.day(part) + Int64(random.below(1_000_000)))
            }
            _ = try await store.append(batch(events))
            if part < 3 { try await store.flush() }
        }
        try store.close()
        return disk
    }

    private static func day(_ number: Int) -> Int64 {
        1_699_574_400_000_000 + Int64(number) * 86_400_000_000
    }

    private func count(of days: ClosedRange<Int>) -> CountQuery {
        var query = CountQuery()
        query.start = Timestamp(microseconds: Self.day(days.lowerBound))
        query.end = Timestamp(microseconds: Self.day(days.upperBound + 1))
        return query
    }

    private func damage(_ disk: SimulatedFileSystem, _ kind: Int) throws {
        switch kind {
        // A block, the footer, the trailer.
        case 0: try disk.flipBit(Self.first, 64 * 8 + 3)
        case 1: try disk.flipBit(Self.first, Int(try disk.open(Self.first, .read).size()) * 8 - 400)
        case 2: try disk.flipBit(Self.first, Int(try disk.open(Self.first, .read).size()) * 8 - 1)
        case 3: try disk.remove(Self.first)
        case 4: disk.failures = [.unreadable(path: Self.first, offset: 0)]
        default: try disk.open(Self.first, .update).write([0].rawSpan, at: 1 << 20)
        }
    }

    @Test(arguments: 0..<6)
    func `a chunk that cannot be read is set aside, and answers say what they lack`(
        kind: Int
    ) async throws {
        let disk = try await makeStore()
        let good = try disk.content(Self.first)
        try damage(disk, kind)
        let bad = kind == 3 || kind == 4 ? nil : try disk.content(Self.first)
        let store = try openStore(on: disk, indexPlan: nil)
        for _ in 0..<2 {
            let all = try store.count(CountQuery())
            #expect(all.rows.map(\.count) == [250] && !all.isComplete && all.watermark == 350)
            let missing = try #require(all.missing.first)
            #expect(all.missing.count == 1 && missing.rowCount == 100)
            #expect(missing.sequences == 1...100 && Self.first.hasSuffix(missing.file))
            #expect(missing.times.lowerBound >= Self.day(0))
            #expect(missing.times.upperBound < Self.day(1))
        }
        #expect(store.missing.map(\.number) == [1])
        // What it does not concern is whole.
        let later = try store.count(count(of: 1...3))
        #expect(later.isComplete && later.rows.map(\.count) == [250])
        #expect(try !store.count(count(of: 0...0)).isComplete)
        // The store goes on, and never removes what it cannot read.
        var random = SeededRandom(seed: 4)
        _ = try await store.append(batch(someEvents(10, &random)))
        try await store.flush()
        #expect(try store.count(CountQuery()).rows.map(\.count) == [260])
        try store.close()
        if let bad { #expect(try disk.content(Self.first) == bad) }
        // Put back from a copy, it is there again.
        disk.failures = []
        if try disk.exists(Self.first) { try disk.remove(Self.first) }
        try disk.open(Self.first, .create).write(good.rawSpan, at: 0)
        let mended = try openStore(on: disk, indexPlan: nil)
        let all = try mended.count(CountQuery())
        #expect(all.isComplete && all.rows.map(\.count) == [360] && mended.missing.isEmpty)
        try mended.close()
    }

    @Test func `events are read on behind a chunk that is set aside`() async throws {
        let disk = try await makeStore()
        try damage(disk, 0)
        let store = try openStore(on: disk, indexPlan: nil)
        let (numbers, missing) = try store.read { snapshot throws(StorageError) in
            var numbers: [UInt64] = []
            try snapshot.forEachStrip {
                numbers += Array($0.firstSequence..<$0.endSequence)
                return true
            }
            return numbers
        }
        #expect(numbers == Array(101...350))
        #expect(missing.map(\.sequences) == [1...100])
        try store.close()
    }

    @Test func `metrics say that a chunk was not counted`() async throws {
        let disk = try await makeStore(indexPlan: .standard)
        try damage(disk, 0)
        // What a flush saved of the index still counts the events of the chunk.
        for file in disk.files where file.contains("/INDEX-") { try disk.remove(file) }
        let store = try openStore(on: disk)
        func metric(_ days: ClosedRange<Int>) throws -> MetricResult {
            var query = MetricQuery()
            query.start = Timestamp(microseconds: Self.day(days.lowerBound))
            query.end = Timestamp(microseconds: Self.day(days.upperBound + 1))
            return try store.metrics(query)
        }
        #expect(try metric(0...3).gaps == [.missingChunk])
        #expect(try metric(0...3).rows.map(\.count) == [250])
        #expect(try metric(1...3).isComplete)
        try store.close()
    }
}

extension SimulatedFileSystem {
    /// All bytes of a file.
    fileprivate func content(_ path: String) throws -> [UInt8] {
        let file = try open(path, .read)
        return try file.read(at: 0, count: Int(file.size()))
    }
}
