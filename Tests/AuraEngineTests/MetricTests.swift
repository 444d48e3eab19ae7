import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Metrics of the index against a loop over events.
@Suite struct MetricTests {
    private static let types = ["api.error", "task.completed", "a.one", "a.two"]
    private static let hour = Resolution.hour.width

    private func open(_ clock: StepClock) throws -> EventStore {
        var plan = IndexPlan.standard
        for type in Self.types { plan.values[ExactText(type)] = MetricModel.valueName }
        plan.dimensions = ["clinic_id"]
        return try openStore(on: SimulatedFileSystem(), clock: clock, indexPlan: plan)
    }

    private func events(
        _ count: Int, _ now: inout Int64, within spacing: Int = 60_000_000,
        _ random: inout SeededRandom
    ) -> [Event] {
        (0..<count).map { _ in
            now += Int64(random.below(spacing))
            var time = now
            if random.chance(5) { time -= Int64(random.below(Int(Self.hour))) }
            if random.chance(1) { time -= Int64(random.below(100 * 24 * Int(Self.hour))) }
            var attributes = [Attribute("clinic_id", .string("c\(random.below(3))"))]
            if random.chance(50) {
                attributes.append(
                    Attribute(MetricModel.valueName, .float64(Double(random.below(10_000)) / 7)))
            }
            attributes.append(Attribute("success", .bool(random.chance(80))))
            if random.chance(80) {
                attributes.append(Attribute("user_id", .int64(Int64(random.below(700)))))
            }
            return Event(
                type: random.element(of: Self.types), time: Timestamp(microseconds: time),
                attributes: attributes)
        }
    }

    private func query(_ now: Int64, _ random: inout SeededRandom) -> MetricQuery {
        var query = MetricQuery()
        if random.chance(50) { query.types = [random.element(of: Self.types + ["unknown"])] }
        if random.chance(20) { query.types.append("a.one") }
        query.types = Array(Set(query.types))
        if random.chance(25) {
            query.dimension = .init(attribute: "clinic_id", value: .string("c\(random.below(4))"))
        }
        let reach = random.element(of: [Self.hour, 24 * Self.hour, 30 * 24 * Self.hour])
        let start = now - Int64(random.below(Int(reach)))
        if random.chance(80) { query.start = Timestamp(microseconds: start) }
        if random.chance(60) {
            query.end = Timestamp(microseconds: start + 1 + Int64(random.below(Int(reach))))
        }
        query.isByType = random.chance(30)
        if random.chance(40) {
            query.bucket = random.element(of: [300_000_000, Self.hour, 7 * 24 * Self.hour])
        }
        for part in [MetricQuery.Parts.values, .quantiles, .users] where random.chance(40) {
            query.parts.insert(part)
        }
        query.quantiles = [0, 0.5, 0.9, 1]
        query.edges = random.chance(50) ? .fromRows : .widened
        return query
    }

    @Test(arguments: 1...UInt64(Effort.count(6)))
    func `any metric equals that of a plain loop`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let clock = StepClock(start: 1_800_000_000_000_000)
        let store = try open(clock)
        var now: Int64 = 1_700_000_000_000_000
        var model = MetricModel()
        for step in 0..<6 {
            // So many in a minute that chunks count them by minutes.
            let spacing = seed % 4 == 0 ? 8_000_000 : 60_000_000
            let some = events(1 + random.below(400), &now, within: spacing, &random)
            _ = try await store.append(batch(some))
            model.events += some
            // Rows at the edges are those of chunks, too.
            if step == 3, seed % 2 == 0 { try await store.flush() }
        }
        for _ in 0..<25 {
            let query = query(now, &random)
            let result = try store.metrics(query)
            #expect(result.isComplete && result.watermark == UInt64(model.events.count))
            if query.edges == .fromRows, let start = query.start {
                #expect(result.window.lowerBound == start.microseconds)
            }
            if let words = model.difference(result, query) {
                Issue.record("seed \(seed) \(query): \(words)")
            }
        }
        let audit = try store.auditIndex(cells: 300, seed: seed)
        #expect(audit.mismatches.isEmpty && audit.cells == 300, "seed \(seed)")
        try store.close()
    }

    @Test func `reads while writing count the events up to their watermark, and no other`()
        async throws
    {
        var random = SeededRandom(seed: 2)
        let store = try openStore(on: SimulatedFileSystem())
        var now: Int64 = 1_600_000_000_000_000
        let batches = try (0..<60).map { _ in
            try batch((0..<100).map { _ in event(at: &now, &random) })
        }
        let middle = Timestamp(microseconds: batches[30].layout.timeRange.lowerBound + 17)
        let writer = Task { for batch in batches { _ = try await store.append(batch) } }
        var queries = [MetricQuery(), MetricQuery()]
        queries[0].end = middle
        queries[1].start = middle
        queries[1].isByType = true
        var watermark: UInt64 = 0
        var reads = 0
        repeat {
            reads += 1
            let results = try store.metrics(queries).map { try $0.get() }
            watermark = results[0].watermark
            let count = results.flatMap(\.rows).reduce(0) { $0 + $1.count }
            #expect(count == watermark && results[1].watermark == watermark)
            await Task.yield()
        } while watermark < 6_000 && reads < 1_000_000
        try await writer.value
        try store.close()
    }

    private func event(at now: inout Int64, _ random: inout SeededRandom) -> Event {
        now += Int64(random.below(2_000_000))
        return Event(
            type: random.element(of: Self.types),
            time: Timestamp(microseconds: now - Int64(random.below(60_000_000))))
    }

    @Test func `the index is there again when a store is opened again`() async throws {
        var random = SeededRandom(seed: 1)
        let disk = SimulatedFileSystem()
        var now: Int64 = 1_600_000_000_000_000
        var store = try openStore(on: disk)
        for _ in 0..<5 { _ = try await store.append(batch(events(200, &now, &random))) }
        var query = MetricQuery()
        query.isByType = true
        query.bucket = Self.hour
        query.parts = [.users]
        let before = try store.metrics(query)
        let seen = try store.lastSeen()
        try store.close()
        store = try openStore(on: disk)
        let after = try store.metrics(query)
        #expect(after.rows == before.rows && after.watermark == before.watermark)
        #expect(try store.lastSeen().types == seen.types)
        #expect(seen.any?.event == seen.types.values.compactMap(\.event).max())
        try store.close()
    }

    @Test func `questions that make no sense are refused`() async throws {
        let store = try openStore(on: SimulatedFileSystem())
        let time = Timestamp(seconds: 1_600_000_000)
        _ = try await store.append(
            batch([
                Event(
                    type: "api.error", time: time,
                    attributes: [Attribute("response_time_ms", .float64(1))]),
                Event(
                    type: "task.completed", time: time,
                    attributes: [Attribute("duration_seconds", .float64(1))]),
            ]))
        var query = MetricQuery()
        query.bucket = 15_000_000
        #expect(throws: EngineError.query(.unevenBucket(15_000_000))) { try store.metrics(query) }
        query.bucket = nil
        query.start = time
        query.end = time
        #expect(throws: EngineError.query(.emptyRange)) { try store.metrics(query) }
        for quantiles in [[0.5, 0.5], [-0.1], [.nan], [1.5], Array(repeating: 0.5, count: 101)] {
            query = MetricQuery()
            query.quantiles = quantiles
            #expect(throws: EngineError.query(.badQuantiles)) { try store.metrics(query) }
        }
        query = MetricQuery()
        query.dimension = .init(attribute: "nobody", value: .int64(1))
        #expect(throws: EngineError.query(.unknownDimension("nobody"))) { try store.metrics(query) }
        query = MetricQuery()
        query.parts = .values
        #expect(
            throws: EngineError.query(.mixedValues(["duration_seconds", "response_time_ms"]))
        ) { try store.metrics(query) }
        query.isByType = true
        #expect(try store.metrics(query).rows.map(\.values?.mean) == [1, 1])
        query.bucket = 10_000_000
        query.start = Timestamp(seconds: 0)
        query.rowLimit = 1
        #expect(throws: EngineError.query(.tooManyGroups(1))) { try store.metrics(query) }
        try store.close()
    }

    @Test func `an event too far in the future makes answers that meet it incomplete`() async throws
    {
        let clock = StepClock(start: 1_700_000_000_000_000)
        let store = try open(clock)
        let now = clock.now()
        let ahead = now + 30 * Self.hour
        _ = try await store.append(
            batch([now, ahead].map { Event(type: "a.one", time: Timestamp(microseconds: $0)) }))
        var query = MetricQuery()
        for end in [nil, Timestamp(microseconds: ahead + 1)] {
            query.end = end
            let result = try store.metrics(query)
            #expect(result.gaps == [.beyondFuture] && result.rows.map(\.count) == [1])
        }
        query.end = Timestamp(microseconds: ahead)
        #expect(try store.metrics(query).isComplete)
        #expect(try store.count(CountQuery()).rows.map(\.count) == [2])
        try store.close()
    }
}
