import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Users and quantiles of times of which the index has whole days only, against a loop over events.
@Suite struct RollupReadTests {
    private static let types = ["api.error", "task.completed", "a.one", "a.two"]
    private static let hour = Resolution.hour.width

    /// Bursts of events with hours between them, some late by days.
    private func events(_ count: Int, _ now: inout Int64, _ random: inout SeededRandom) -> [Event] {
        (0..<count).map { _ in
            now += Int64(random.below(random.chance(4) ? 6 * Int(Self.hour) : 20_000_000))
            var time = now
            if random.chance(3) { time -= Int64(random.below(100 * Int(Self.hour))) }
            var attributes: [Attribute] = []
            if random.chance(60) {
                attributes.append(
                    Attribute(MetricModel.valueName, .float64(Double(random.below(10_000)) / 7)))
            }
            if random.chance(80) {
                attributes.append(Attribute("user_id", .int64(Int64(random.below(700)))))
            }
            return Event(
                type: random.element(of: Self.types), time: Timestamp(microseconds: time),
                attributes: attributes)
        }
    }

    private func query(_ first: Int64, _ last: Int64, _ random: inout SeededRandom) -> MetricQuery {
        var query = MetricQuery()
        for type in Self.types + ["unknown"] where random.chance(25) { query.types.append(type) }
        query.isByType = random.chance(30)
        var ends = (0..<2).map { _ in first + Int64(random.below(Int(last - first))) }.sorted()
        if random.chance(70) { ends = ends.map { $0 / Self.hour * Self.hour } }
        query.start = Timestamp(microseconds: ends[0])
        query.end = Timestamp(microseconds: max(ends[0] + 1, ends[1]))
        if random.chance(20) { query.bucket = random.element(of: [Self.hour, 6 * Self.hour]) }
        query.parts = [.users, .quantiles]
        query.quantiles = [0, 0.5, 0.9, 1]
        return query
    }

    @Test(arguments: 1...UInt64(Effort.count(4)))
    func `old hours equal those of a plain loop`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var plan = IndexPlan.standard
        for type in Self.types { plan.values[ExactText(type)] = MetricModel.valueName }
        let store = try openStore(
            on: SimulatedFileSystem(), clock: StepClock(start: 1_800_000_000_000_000),
            indexPlan: plan)
        let first: Int64 = 1_700_000_000_000_000
        var now = first
        var model = MetricModel()
        var approximate = 0
        func compare(_ moment: String) throws {
            for _ in 0..<25 {
                let query = query(first - 100 * Self.hour, now, &random)
                let result = try store.metrics(query)
                #expect(result.isComplete)
                approximate += result.rows.count { $0.users?.isExact == false }
                if let words = model.difference(result, query) {
                    Issue.record("seed \(seed), \(moment): \(query): \(words)")
                }
            }
        }
        for step in 0..<5 {
            let some = events(400 + random.below(800), &now, &random)
            _ = try await store.append(batch(some))
            model.events += some
            if step < 4 { try await store.flush() }
        }
        try compare("flushed")
        _ = try await store.compact()
        try compare("compacted")
        let user = AttributeValue.int64(Int64(random.below(700)))
        _ = try await store.erase(attribute: "user_id", values: [user])
        model.events.removeAll { $0["user_id"] == user }
        try compare("without \(user)")
        #expect(approximate > 0, "seed \(seed)")
        try store.close()
    }
}
