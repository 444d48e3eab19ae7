import AuraCore
import AuraQuery
import AuraStorage
import AuraTesting
import Testing

/// Answers that cannot be whole say so.
@Suite struct MetricGapTests {
    private let now = (1_700_000_000_000_000 as Int64).aligned(to: Resolution.day.width)

    private func view(
        _ events: [Event], arrival: Int64, _ plan: IndexPlan
    ) throws -> EventIndex.View {
        var state = IndexState(plan)
        state.apply(try batch(events), .init(firstSequence: 1, arrival: arrival))
        return EventIndex.View(state: state, snapshot: .empty)
    }

    @Test func `without the events, an edge within a bucket makes an answer incomplete`() throws {
        let view = try view(
            [Event(type: "a", time: Timestamp(microseconds: now + 5_000_000))],
            arrival: now + 9_000_000,
            IndexPlan())
        var query = MetricQuery()
        query.start = Timestamp(microseconds: now)
        #expect(try MetricReader.read(query, from: view).isComplete)
        query.start = Timestamp(microseconds: now + 5_000_001)
        query.end = Timestamp(microseconds: now + 20_000_000)
        #expect(try MetricReader.read(query, from: view).gaps.isEmpty, "no event is in it")
        query.start = Timestamp(microseconds: now + 3_000_000)
        query.end = Timestamp(microseconds: now + 5_000_000)
        #expect(try MetricReader.read(query, from: view).rows.map(\.count) == [0])
        let later = try self.view(
            [0, 5, 25].map {
                Event(type: "a", time: Timestamp(microseconds: now + $0 * 1_000_000))
            },
            arrival: now + 30_000_000, IndexPlan())
        query.end = Timestamp(microseconds: now + 15_000_000)
        let cut = try MetricReader.read(query, from: later)
        #expect(cut.gaps == [.givenUp])
        query.edges = .widened
        let whole = try MetricReader.read(query, from: later)
        #expect(whole.isComplete && whole.rows.map(\.count) == [2])
        #expect(whole.window == now..<now + 20_000_000)
    }

    @Test func `a value that found no place makes answers about it incomplete`() throws {
        var plan = IndexPlan()
        plan.dimensions = ["clinic_id"]
        let most = IndexPlan.maximumSeriesOfDimension / 2
        let view = try view(
            (0...most).map {
                Event(
                    type: "a", time: Timestamp(microseconds: now),
                    attributes: [Attribute("clinic_id", .int64(Int64($0)))])
            }, arrival: now, plan)
        var query = MetricQuery()
        query.dimension = .init(attribute: "clinic_id", value: .int64(5))
        let known = try MetricReader.read(query, from: view)
        #expect(known.isComplete && known.rows.map(\.count) == [1])
        query.dimension?.value = .int64(Int64(most))
        let unknown = try MetricReader.read(query, from: view)
        #expect(unknown.gaps == [.sharedSeries] && unknown.rows.map(\.count) == [0])
    }

    @Test func `rows with sketches that wait for events have a limit`() throws {
        let hour = Resolution.hour.width
        var state = IndexState(.standard)
        var sequence: UInt64 = 1
        // Of an hour and a half each: an hour is a bucket of the index, half of one is not.
        for bucket in 0..<6 as Range<Int64> {
            let time = now.aligned(to: 3 * hour) - 24 * hour + bucket * 3 * hour / 2
            let some = (0..<4_000).flatMap { type in
                [0, 1].map {
                    Event(
                        type: "t\(type)", time: Timestamp(microseconds: time + $0 * hour),
                        attributes: [Attribute("duration_ms", .int64(5))])
                }
            }
            state.apply(try batch(some), .init(firstSequence: sequence, arrival: now))
            sequence += UInt64(some.count)
        }
        let view = EventIndex.View(state: state, snapshot: .empty)
        var query = MetricQuery()
        query.isByType = true
        query.bucket = 3 * hour / 2
        query.parts = .quantiles
        #expect(throws: QueryError.tooManyGroups(MetricReader.largeLimit)) {
            _ = try MetricReader.read(query, from: view)
        }
        query.bucket = 3 * hour
        #expect(try MetricReader.read(query, from: view).isComplete)
    }
}
