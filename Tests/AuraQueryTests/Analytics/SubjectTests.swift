import AuraCore
import AuraTesting
import Testing

@testable import AuraQuery

/// Funnels and retention, beside formulas that try all ways.
@Suite struct SubjectTests {
    private static let seeds = 1...UInt64(Effort.count(12))
    private typealias Row = SubjectEvents.Row

    /// How many of some steps can be gone after a time, up to an end.
    private func depth(
        _ steps: ArraySlice<(Row) -> Bool>, _ rows: [Row], after time: Int64, end: Int64
    ) -> Int64 {
        guard let step = steps.first else { return 0 }
        let next = rows.filter { $0.time > time && $0.time <= end && step($0) }
        return next.map { 1 + depth(steps.dropFirst(), rows, after: $0.time, end: end) }.max() ?? 0
    }

    @Test(arguments: seeds)
    func `a funnel has the deepest step that any beginning leads to`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        let steps: [(Row) -> Bool] = [
            { $0.type == "a" }, { $0.value.map { $0 > 0 } ?? false }, { $0.type != "a" },
            { $0.type == "c" },
        ]
        for minutes: Int64 in [10, 120, 1_500] {
            let wanted = world.byUser().map { user, rows in
                let depths = rows.filter(steps[0]).map { first in
                    let end = first.time + minutes * SubjectEvents.minute
                    return 1 + depth(steps.dropFirst(), rows, after: first.time, end: end)
                }
                return [Value(user), .int64(depths.max() ?? 0)]
            }
            world.expect(
                """
                SELECT user_id, funnel(INTERVAL '\(minutes) minutes', time, type = 'a', value > 0,
                    type <> 'a', type = 'c')
                FROM events WHERE type <> 'known' GROUP BY user_id
                """, wanted)
        }
    }

    @Test(arguments: seeds)
    func `retention says in which periods somebody came back`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        let hours: Int64 = 6
        let wanted = world.byUser().map { user, rows in
            guard let start = rows.first(where: { $0.type == "a" })?.time else {
                return [Value(user), .null]
            }
            let kept = (1...5).map { (period: Int64) in
                rows.contains { row in
                    let later = (row.time - start).flooredQuotient(
                        hours * 60 * SubjectEvents.minute)
                    return row.type != "a" && later == period
                }
            }
            return [Value(user), .list(kept.map { .bool($0) })]
        }
        world.expect(
            """
            SELECT user_id, retention(INTERVAL '\(hours) hours', 5, time, type = 'a', type <> 'a')
            FROM events WHERE type <> 'known' GROUP BY user_id
            """, wanted)
    }

    @Test func `a step is later than the one before, and NULL is no step`() throws {
        let found = try ConstantQuery.rows(
            """
            WITH e AS (SELECT unnest([0, 0, 5, 10, 10, 12]) AS m,
                unnest(['a', 'b', NULL, 'b', 'c', 'c']) AS s)
            SELECT funnel(INTERVAL '10 minutes', t, s = 'a'), funnel('10 minutes', t, s = 'a', s = 'b'),
                funnel(INTERVAL '10 minutes', t, s = 'a', s = 'b', s = 'c'),
                funnel(INTERVAL '12 minutes', t, s = 'a', s = 'b', s = 'c'),
                funnel(INTERVAL '1 day', t, s = 'x', s = 'b'), funnel(INTERVAL '1 day', t, NULL),
                funnel(INTERVAL '1 day', NULL::TIMESTAMP, true)
            FROM (SELECT TIMESTAMP '2024-01-01' + to_minutes(m) AS t, s FROM e)
            """)
        #expect(found == [["1", "2", "2", "3", "0", "0", "0"]])
    }

    @Test func `a later beginning is tried where the first leads nowhere`() throws {
        let found = try ConstantQuery.rows(
            """
            SELECT funnel(INTERVAL '10 minutes', TIMESTAMP '2024-01-01' + to_minutes(m), s = 'a', s = 'b',
                s = 'c')
            FROM (SELECT unnest([0, 8, 9, 12, 18]) AS m, unnest(['a', 'a', 'b', 'b', 'c']) AS s)
            """)
        #expect(found == [["3"]])
    }

    @Test func `days and months are those of the session's clocks`() throws {
        // In the night between the two clocks go forward: 24 hours later they show an hour more.
        let text = """
            WITH e AS (SELECT unnest([TIMESTAMPTZ '2024-03-30 12:00:00+01',
                TIMESTAMPTZ '2024-03-31 12:00:00+02']) AS t)
            SELECT funnel(INTERVAL '1 day', t, day(t) = 30, day(t) = 31),
                funnel(INTERVAL '23 hours', t, day(t) = 30, day(t) = 31),
                funnel(INTERVAL '22 hours', t, day(t) = 30, day(t) = 31),
                retention(INTERVAL '1 day', 1, t, true, true),
                retention(INTERVAL '24 hours', 1, t, true, true) FROM e
            """
        let found = try ConstantQuery.rows(text, zone: "Europe/Berlin")
        #expect(found == [["2", "2", "1", "[true]", "[false]"]])
    }

    @Test func `intervals that are compared as equal are not the same length`() throws {
        let found = try ConstantQuery.rows(
            """
            SELECT funnel(INTERVAL '1 month', t, day(t) = 1, day(t) = 2),
                funnel(INTERVAL '30 days', t, day(t) = 1, day(t) = 2),
                max(t + INTERVAL '1 month'), max(t + INTERVAL '30 days')
            FROM (SELECT unnest([TIMESTAMP '2024-02-01', TIMESTAMP '2024-03-02']) AS t)
            """)
        #expect(found == [["1", "2", "2024-04-02 00:00:00", "2024-04-01 00:00:00"]])
    }
}
