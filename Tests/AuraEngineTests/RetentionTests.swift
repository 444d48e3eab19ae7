import AuraCore
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

@testable import AuraEngine

@Suite struct RetentionTests {
    @Test func `a clock is believed once it was steady for ten minutes`() {
        var clock = SteadyClock()
        let start = ContinuousClock.now
        func look(_ seconds: Int, _ wall: Int) -> Int64? {
            clock.believed(
                wall: Int64(wall) * 1_000_000, at: start.advanced(by: .seconds(seconds)))
        }
        #expect(look(0, 1_000) == nil)
        #expect(look(599, 1_599) == nil)
        #expect(look(600, 1_610) == 1_610_000_000)
        // A jump of a day either way begins anew.
        #expect(look(610, 88_020) == nil)
        #expect(look(1_200, 88_610) == nil)
        #expect(look(1_211, 88_622) == 88_622_000_000)
        #expect(look(1_220, 2_230) == nil)
        #expect(look(1_900, 2_910) == 2_910_000_000)
    }

    private func events(_ day: Int, _ random: inout SeededRandom) -> [Event] {
        (0..<20).map {
            Event(
                type: random.element(of: ["a", "b"]),
                time: Timestamp(microseconds: Int64(day) * 86_400_000_000 + Int64($0)))
        }
    }

    @Test func `whole chunks go by age and by size, the oldest first`() async throws {
        var random = SeededRandom(seed: 4)
        let disk = SimulatedFileSystem()
        let store = try openStore(on: disk)
        for day in 10..<14 {
            _ = try await store.append(batch(events(day, &random)))
            try await store.flush()
        }
        let day: Int64 = 86_400_000_000
        #expect(store.expiry(before: 10 * day, bytes: nil) == nil)
        #expect(store.expiry(before: 11 * day, bytes: nil) == 11 * day)
        #expect(store.expiry(before: nil, bytes: 1 << 40) == nil)
        #expect(store.expiry(before: nil, bytes: 0) == 13 * day + 20)
        let receipt = try await store.delete(before: Timestamp(microseconds: 12 * day))
        #expect(receipt.eventCount == 40)
        #expect(receipt.isFinished)
        #expect(store.snapshot.chunkCount == 2)
        #expect(try store.allEvents().count == 40)
        #expect(store.expiry(before: 12 * day, bytes: nil) == nil)
        #expect(try store.auditIndex(seed: 4).mismatches.isEmpty)
        #expect(try total(of: store, from: 10 * day) == 40)
        // Older events that come afterwards are not meant.
        _ = try await store.append(batch(events(3, &random)))
        #expect(try store.allEvents().count == 60)
        try store.close()
        // The files go beside the writer, at the latest with the next start.
        let again = try openStore(on: disk)
        #expect(disk.files.filter { $0.hasSuffix(".chunk") }.count == 2)
        #expect(try again.allEvents().count == 60)
        #expect(try total(of: again, from: 0) == 60)
        #expect(try again.auditIndex(seed: 5).mismatches.isEmpty)
        try again.close()
    }

    @Test func `a receipt counts what a compaction meanwhile removes`() async throws {
        var random = SeededRandom(seed: 8)
        let store = try openStore(on: SimulatedFileSystem())
        for day in 10..<10 + Int64(Effort.count(20)) {
            _ = try await store.append(batch(events(Int(day), &random)))
            try await store.flush()
            async let compacted = store.compact()
            let receipt = try await store.delete(
                before: Timestamp(microseconds: (day + 1) * 86_400_000_000))
            #expect(receipt.eventCount == 20)
            _ = try await compacted
        }
        try store.close()
    }

    @Test func `events of another decade do not widen the chunk of today's`() async throws {
        var random = SeededRandom(seed: 6)
        let store = try openStore(on: SimulatedFileSystem())
        var all: [Event] = []
        for day in 15_000..<15_003 { all += events(day, &random) }
        all.insert(contentsOf: events(4_000, &random).prefix(2), at: 30)
        all.append(events(60_000, &random)[0])
        _ = try await store.append(batch(all))
        try await store.flush()
        #expect(store.snapshot.chunkCount == 2)
        #expect(Event.firstDifference(try store.allEvents(), all) == nil)
        let day: Int64 = 86_400_000_000
        let receipt = try await store.delete(before: Timestamp(microseconds: 15_000 * day))
        #expect(receipt.eventCount == 2)
        #expect(receipt.rewritten.count <= 1)
        #expect(try store.count(CountQuery()).rows.first?.count == 61)
        try store.close()
    }

    @Test(arguments: [true, false])
    func `statements count nothing that is deleted, nor after a restart`(erases: Bool) async throws
    {
        var random = SeededRandom(seed: 9)
        let disk = SimulatedFileSystem()
        var store = try openStore(on: disk)
        for day in 10..<14 { _ = try await store.append(batch(events(day, &random))) }
        try await store.flush()
        let doomed = Event(
            type: "a", time: Timestamp(microseconds: 9 * 86_400_000_000),
            attributes: [Attribute("user_id", .int64(7))])
        _ = try await store.append(batch([doomed]))
        #expect(try dayCounts(in: store) == [1, 20, 20, 20, 20])
        if erases {
            _ = try await store.erase(attribute: "user_id", values: [.int64(7)])
        } else {
            _ = try await store.delete(before: Timestamp(microseconds: 10 * 86_400_000_000))
        }
        #expect(try dayCounts(in: store) == [20, 20, 20, 20])
        #expect(try dayCounts(in: store, rollups: false) == [20, 20, 20, 20])
        try store.close()
        store = try openStore(on: disk)
        #expect(try dayCounts(in: store) == [20, 20, 20, 20])
        try store.close()
    }

    /// How many events each day has, by SQL.
    private func dayCounts(in store: EventStore, rollups: Bool = true) throws -> [Int64] {
        var session = QuerySession(QuerySettings(now: Timestamp(microseconds: 0)))
        session.settings.usesRollups = rollups
        let text = "SELECT time::DATE AS day, count(*) FROM events GROUP BY day ORDER BY day"
        let answer = try session.answer(QueryScript(text).statements[0], over: store.querySource)
        return (0..<(answer?.rowCount ?? 0)).compactMap { row in
            if case .int64(let count)? = answer?.row(row)[1] { count } else { nil }
        }
    }

    /// Events that the index counts from a time on.
    private func total(of store: EventStore, from start: Int64) throws -> UInt64? {
        var query = MetricQuery()
        query.start = Timestamp(microseconds: start)
        query.end = Timestamp(microseconds: start + 365 * 86_400_000_000)
        return try store.metrics(query).rows.first.map { UInt64($0.count) }
    }

    /// Events that the index counts.
    private func counted(by store: EventStore) throws -> UInt64? {
        let day: Int64 = 86_400_000_000
        var query = MetricQuery()
        query.start = Timestamp(microseconds: -day)
        query.end = Timestamp(microseconds: day)
        return try store.metrics(query).rows.first.map { UInt64($0.count) }
    }

    @Test func `what is erased stays erased over restarts, compactions and flushes`() async throws {
        var random = SeededRandom(seed: 5)
        let disk = SimulatedFileSystem()
        var store = try openStore(on: disk)
        var expected: [Event] = []
        for round in 0..<8 {
            let some = someEvents(80, &random)
            _ = try await store.append(batch(some))
            expected += some
            if round % 3 == 1 {
                let id = Int64(random.below(5))
                let receipt = try await store.erase(
                    attribute: "user_id", values: [.int64(id), .string(String(id))])
                #expect(receipt.isFinished)
                let before = expected.count
                expected.removeAll {
                    $0["user_id"] == .int64(id) || $0["user_id"] == .string(String(id))
                }
                #expect(receipt.eventCount == before - expected.count)
                #expect(try counted(by: store) == UInt64(expected.count))
            }
            if round == 5 {
                let report = try await store.compact()
                #expect(report.chunksAfter == 1)
                try store.close()
                store = try openStore(on: disk)
            }
            #expect(Event.firstDifference(try store.allEvents(), expected) == nil)
        }
        try store.close()
    }
}
