import AuraCore
import AuraTesting
import Foundation
import Testing

@testable import AuraQuery

/// Scores, averages, sessions and what fills gaps, beside the formulas that they are defined by.
@Suite struct SeriesTests {
    private static let seeds = 1...UInt64(Effort.count(12))
    private typealias Row = SubjectEvents.Row

    /// Rows of each user whose time is theirs alone: so their order is determined.
    private func series(_ world: SubjectEvents) -> [[Row]] {
        world.byUser().values.map { rows in
            rows.filter { row in rows.count { $0.time == row.time } == 1 }
        }
    }

    private static let from = """
        FROM (SELECT *, count(*) OVER (PARTITION BY user_id, time) AS n FROM events
            WHERE type <> 'known') WHERE n = 1
        """

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private func score(
        _ value: Double?, _ frame: [Double], _ middle: ([Double]) -> Double,
        _ spread: ([Double], Double) -> Double
    ) -> Double? {
        guard let value, !frame.isEmpty else { return nil }
        let center = middle(frame)
        let width = spread(frame, center)
        return width == 0 ? nil : (value - center) / width
    }

    @Test(arguments: seeds)
    func `scores are distances from the frame's middle`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        let wanted = series(world).flatMap { rows in
            rows.indices.map { index in
                let frame = rows[max(0, index - 5)..<index].compactMap(\.value)
                let all = rows.compactMap(\.value)
                let standard = score(rows[index].value, frame, mean) { values, center in
                    mean(values.map { ($0 - center) * ($0 - center) }).squareRoot()
                }
                let robust = score(rows[index].value, all, median) { values, center in
                    median(values.map { ($0 - center).magnitude }) / 0.6745
                }
                return [
                    Value(rows[index].user), .instant(rows[index].time), Value(standard),
                    Value(robust),
                ]
            }
        }
        world.expect(
            """
            SELECT user_id, time, zscore(value) OVER (PARTITION BY user_id ORDER BY time
                    ROWS BETWEEN 5 PRECEDING AND 1 PRECEDING),
                mad_zscore(value) OVER (PARTITION BY user_id) \(Self.from)
            """, wanted)
    }

    @Test(arguments: seeds)
    func `averages, sessions and gaps follow the order of rows`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        let wanted = series(world).flatMap { rows in
            var (plain, timed): (Double?, Double?) = (nil, nil)
            var (last, lastTime): (Double?, Int64) = (nil, 0)
            var session: Int64 = 0
            return rows.indices.map { index -> [Value] in
                let row = rows[index]
                if index == 0 || row.time - rows[index - 1].time > 45 * SubjectEvents.minute {
                    session += 1
                }
                if let value = row.value {
                    plain = plain.map { 0.75 * $0 + 0.25 * value } ?? value
                    let halves = Double(row.time - lastTime) / Double(60 * SubjectEvents.minute)
                    let kept = pow(0.5, halves)
                    timed = timed.map { kept * $0 + (1 - kept) * value } ?? value
                    (last, lastTime) = (value, row.time)
                }
                var between = row.value
                let next = rows[index...].first { $0.value != nil }
                if between == nil, let last, let next, let later = next.value {
                    let part = Double(row.time - lastTime) / Double(next.time - lastTime)
                    between = last + (later - last) * part
                }
                return [
                    Value(row.user), .instant(row.time), Value(plain), Value(timed),
                    .int64(session), Value(last), Value(between),
                ]
            }
        }
        world.expect(
            """
            SELECT user_id, time, ewma(value, 0.25) OVER w, ewma(value, INTERVAL '1 hour') OVER w,
                session_id(time, INTERVAL '45 minutes') OVER w, locf(value) OVER w,
                interpolate(value) OVER w
            \(Self.from) WINDOW w AS (PARTITION BY user_id ORDER BY time)
            """, wanted)
    }

    @Test func `scores of one value, of equal values and of NULL are NULL`() throws {
        let found = try ConstantQuery.rows(
            """
            SELECT zscore(a) OVER (ORDER BY a ROWS 1 PRECEDING), zscore(b) OVER (), mad_zscore(b) OVER (),
                mad_zscore(a) OVER (), zscore(a) FILTER (a < 4) OVER ()
            FROM (SELECT unnest([1, 3, 5, NULL]) AS a, 0.1 AS b)
            """)
        #expect(
            found == [
                ["", "", "", "-0.6745", "-1.0"], ["1.0", "", "", "0.0", "1.0"],
                ["1.0", "", "", "0.6745", "3.0"], ["", "", "", "", ""],
            ])
    }

    @Test func `a NULL time has no session, and a descending order counts from the last`() throws {
        let found = try ConstantQuery.rows(
            """
            SELECT m, session_id(t, INTERVAL '10 minutes') OVER (ORDER BY t),
                session_id(t, INTERVAL '10 minutes') OVER (ORDER BY t DESC)
            FROM (SELECT m, TIMESTAMP '2024-01-01' + to_minutes(m) AS t
                FROM (SELECT unnest([0, 10, NULL, 21]) AS m)) ORDER BY m
            """)
        #expect(found == [["0", "1", "2"], ["10", "1", "2"], ["21", "2", "1"], ["", "", ""]])
    }
}
