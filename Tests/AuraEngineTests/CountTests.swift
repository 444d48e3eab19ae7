import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Counts against the obvious: a loop over events.
@Suite struct CountTests {
    @Test(arguments: 0..<40) func `any count equals that of a plain loop`(seed: Int) async throws {
        var random = SeededRandom(seed: UInt64(seed))
        let store = try openStore(on: SimulatedFileSystem())
        var events: [Event] = []
        for _ in 0..<random.below(12) {
            let some = someEvents(1 + random.below(200), &random)
            _ = try await store.append(batch(some))
            events += some
        }
        for _ in 0..<25 {
            let query = randomQuery(&random)
            let result = try store.count(query)
            let expected = plainCount(query, events)
            #expect(result.rows.count == expected.count, "seed \(seed) \(query)")
            for row in result.rows {
                #expect(expected[row.keys] == row, "seed \(seed) \(query)")
            }
        }
        try store.close()
    }

    @Test func `questions that make no sense are refused`() throws {
        let store = try openStore(on: SimulatedFileSystem())
        var query = CountQuery()
        query.groupings = Array(repeating: .type, count: 5)
        #expect(throws: EngineError.query(.tooManyGroupings(5))) { try store.count(query) }
        query.groupings = [.bucket(microseconds: 10)]
        #expect(throws: EngineError.query(.badBucket(10))) { try store.count(query) }
        query.groupings = []
        query.start = Timestamp(seconds: 5)
        query.end = Timestamp(seconds: 5)
        #expect(throws: EngineError.query(.emptyRange)) { try store.count(query) }
        try store.close()
    }

    @Test func `four groupings of a full batch tell every row from the others`() async throws {
        var configuration = EventStoreConfiguration(
            directory: "/data", newIncarnation: 11, fileSystem: SimulatedFileSystem(),
            clock: { 1_700_000_000_000_000 })
        configuration.segmentSize = 16 << 20
        let store = try EventStore(configuration)
        // The fourth power exceeds 63 bits.
        let numbers = (0..<56_000).map { AttributeValue.int64(Int64($0)) }
        _ = try await store.append(
            batch(
                numbers.map {
                    Event(
                        type: "t", time: Timestamp(seconds: 1), attributes: [Attribute("n", $0)])
                }))
        var query = CountQuery()
        query.groupings = Array(repeating: .attribute("n"), count: 4)
        let rows = try store.count(query).rows
        #expect(rows.count == numbers.count)
        #expect(rows.allSatisfy { $0.count == 1 })
        #expect(rows.map(\.keys) == numbers.map { Array(repeating: .attribute($0), count: 4) })
        try store.close()
    }

    private func randomQuery(_ random: inout SeededRandom) -> CountQuery {
        var query = CountQuery()
        if random.chance(40) { query.types = ["a.one", "c", "unknown"] }
        if random.chance(40) { query.start = Timestamp(seconds: Int64(random.below(2_000))) }
        if random.chance(40) {
            query.end = Timestamp(seconds: 2_000 + Int64(random.below(3_000)))
        }
        if random.chance(40) {
            query.filters.append(.init(attribute: "user_id", text: String(random.below(6))))
        }
        if random.chance(20) { query.filters.append(.init(attribute: "done", text: "true")) }
        let all: [CountQuery.Grouping] = [
            .type, .bucket(microseconds: 60_000_000), .attribute("user_id"),
            .attribute("status"), .attribute("x"), .attribute("none"),
        ]
        for _ in 0..<random.below(4) { query.groupings.append(random.element(of: all)) }
        return query
    }

    private func plainCount(
        _ query: CountQuery, _ events: [Event]
    ) -> [[GroupKey]: CountResult.Row] {
        var rows: [[GroupKey]: CountResult.Row] = [:]
        for event in events {
            if !query.types.isEmpty, !query.types.contains(event.type) { continue }
            if let start = query.start, event.time < start { continue }
            if let end = query.end, event.time >= end { continue }
            let passes = query.filters.allSatisfy { filter in
                event[filter.attribute].map(filter.values.contains) ?? false
            }
            guard passes else { continue }
            let keys = query.groupings.map { grouping -> GroupKey in
                switch grouping {
                case .type: return .type(event.type)
                case .attribute(let name): return .attribute(event[name])
                case .bucket(let width):
                    let time = Double(event.time.microseconds)
                    let bucket = (time / Double(width)).rounded(.down)
                    return .bucket(Timestamp(microseconds: Int64(bucket) * width))
                }
            }
            var row =
                rows[keys]
                ?? .init(keys: keys, count: 0, first: event.time, last: event.time)
            row.count += 1
            row.first = min(row.first, event.time)
            row.last = max(row.last, event.time)
            rows[keys] = row
        }
        return rows
    }
}
