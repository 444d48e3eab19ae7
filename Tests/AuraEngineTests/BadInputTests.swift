import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Synchronization
import Testing

/// What nobody expects of events, and of the clock: taken and told as it is, in memory, in chunks and
/// after a restart.
@Suite struct BadInputTests {
    /// Appends the batches, flushes and opens again, and calls `check` at each stage.
    private func everywhere(
        _ batches: [[Event]], _ check: (EventStore) throws -> Void
    ) async throws {
        let disk = SimulatedFileSystem()
        var store = try openStore(on: disk, segmentSize: 8 << 20)
        for events in batches { _ = try await store.append(batch(events)) }
        try check(store)
        try await store.flush()
        try check(store)
        try store.close()
        store = try openStore(on: disk)
        #expect((1...2).contains(store.snapshot.chunkCount))
        try check(store)
        try store.close()
    }

    @Test func `a clock that jumps a day either way`() async throws {
        let time = Mutex<Int64>(1_700_000_000_000_000)
        let disk = SimulatedFileSystem()
        func open() throws -> EventStore {
            var configuration = EventStoreConfiguration(
                directory: "/data", newIncarnation: 11, fileSystem: disk,
                clock: { time.withLock { $0 } })
            configuration.segmentSize = 256 << 10
            configuration.indexPlan = .standard
            return try EventStore(configuration)
        }
        let day: Int64 = 86_400_000_000
        var store = try open()
        var expected: [Event] = []
        for (number, jump) in [0, day, -day, -day, 2 * day, -day].enumerated() {
            time.withLock { $0 += jump }
            let events = [Event(type: "t\(number)", time: Timestamp(microseconds: 5))]
            _ = try await store.append(batch(events))
            expected += events
            if number == 3 { try await store.flush() }
            if number % 2 == 1 {
                try store.close()
                store = try open()
            }
            #expect(Event.firstDifference(try store.allEvents(), expected) == nil)
            #expect(try store.count(CountQuery()).rows.map(\.count) == [UInt64(number + 1)])
        }
        try store.close()
    }

    @Test func `events of years ago and of years to come`() async throws {
        let year: Int64 = 31_556_952_000_000
        let now: Int64 = 1_700_000_000_000_000
        let times = [
            Limits.earliestTime, now - 50 * year, now - year, now, now + year,
            now + 500 * year, Limits.latestTime,
        ]
        let events = times.map { Event(type: "t", time: Timestamp(microseconds: $0)) }
        try await everywhere([events]) { store in
            let stored = try store.allEvents()
            #expect(Event.firstDifference(stored, events) == nil)
            for (index, time) in times.enumerated() {
                var query = CountQuery()
                query.start = Timestamp(microseconds: time)
                let rows = try store.count(query).rows
                #expect(rows.map(\.count) == [UInt64(times.count - index)])
            }
        }
    }

    @Test func `ten thousand types`() async throws {
        let batches = (0..<5).map { part in
            (0..<2_000).map { number in
                Event(
                    type: "type.\(part * 2_000 + number)", time: Timestamp(microseconds: 1),
                    attributes: [Attribute("n", .int64(Int64(number)))])
            }
        }
        try await everywhere(batches) { store in
            var query = CountQuery()
            query.groupings = [.type]
            let rows = try store.count(query).rows
            #expect(rows.count == 10_000 && rows.allSatisfy { $0.count == 1 })
            query.types = ["type.7777"]
            #expect(try store.count(query).rows.map(\.keys) == [[.type("type.7777")]])
        }
    }

    @Test func `a type with a thousand attributes`() async throws {
        let names = (0..<1_000).map { "attribute.\($0)" }.sorted()
        let events = (0..<3).map { row in
            Event(
                type: "wide", time: Timestamp(microseconds: Int64(row)),
                attributes: names.enumerated().map { index, name in
                    Attribute(name, index % 2 == 0 ? .int64(Int64(row)) : .string("s\(row)"))
                })
        }
        try await everywhere([events]) { store in
            let stored = try store.allEvents()
            #expect(Event.firstDifference(stored, events) == nil)
            var query = CountQuery()
            query.filters = [.init(attribute: "attribute.999", text: "2")]
            let isString = names.firstIndex(of: "attribute.999").map { $0 % 2 == 1 } ?? false
            let found = try store.count(query).rows
            #expect(found.map(\.count) == (isString ? [] : [1]))
        }
    }

    @Test func `a string of two megabytes is refused before it is an event`() throws {
        let text = String(repeating: "x", count: 2 << 20)
        var builder = BatchBuilder()
        let event = Event(
            type: "t", time: Timestamp(microseconds: 1), attributes: [Attribute("a", .string(text))]
        )
        let error = #expect(throws: EventError.self) { _ = try builder.append(event) }
        #expect("\(error, default: "")".count < 500)
        #expect(builder.rowCount == 0)
    }
}
