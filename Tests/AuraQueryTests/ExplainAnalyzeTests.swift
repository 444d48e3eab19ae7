import AuraTesting
import Testing

@testable import AuraQuery

/// What EXPLAIN ANALYZE has measured.
@Suite struct ExplainAnalyzeTests {
    /// The lines with `_` for what depends on the machine or on who merges first: times and sizes.
    private static func lines(_ query: String, threads: Int) throws -> [String] {
        try ExplainedStore.lines("EXPLAIN ANALYZE " + query, threads: threads).map { line in
            line.replacing(#/[0-9]+\.[0-9] ms/#, with: "_ ms")
                .replacing(#/[0-9.]+ (bytes|KiB|MiB)/#, with: "_")
                .replacing("threads \(threads)", with: "threads _")
        }
    }

    @Test(
        arguments: [
            (
                """
                SELECT place, count(*) AS many FROM events
                WHERE n < 50 AND time < '2023-11-14 22:20:03' GROUP BY place ORDER BY many DESC LIMIT 3
                """,
                """
                order by many DESC, first 3 [rows 3, _ ms, _]
                  compute many := count(*) [rows 5, _ ms]
                    group by place: count(*) [rows 5, _ ms, _]
                      filter by n < 50 [rows 50, _ ms]
                        scan events [rows 58, _ ms]
                          time until 2023-11-14 22:20:03+00
                          blocks that may have n < 50
                          columns n, place
                          chunks 1 of 3, batches in memory 0 of 1
                          blocks 3 of 6, skipped 3 by time
                          decoded _
                answered in _ ms, threads _, at most _ in a step, watermark 500
                """
            ),
            (
                "SELECT type, count(*) AS many FROM events WHERE time >= '2023-11-14 22:20:03' GROUP BY type",
                """
                compute many := sum(weight) [rows 3, _ ms]
                  group by type: sum(weight) [rows 3, _ ms, _]
                    scan counts of events by type and day [rows 4, _ ms]
                      time from 2023-11-14 22:20:03+00
                      event by event from 2023-11-14 22:20:03+00 until 2023-11-14 22:20:10+00
                      columns type, weight
                      cells 127
                      chunks 1 of 3, batches in memory 0 of 1
                      blocks 1 of 6, skipped 5 by time
                      decoded _
                answered in _ ms, threads _, at most _ in a step, watermark 500
                """
            ),
            (
                "SELECT * FROM events WHERE place = 'ward 7'",
                """
                filter by place = 'ward 7' [rows 10, _ ms]
                  scan events [rows 200, _ ms]
                    blocks that may have place = 'ward 7'
                    columns time, type, sequence, n, place
                    chunks 3 of 3, batches in memory 1 of 1
                    blocks 7 of 19, skipped 12 by value
                    decoded _
                answered in _ ms, threads _, watermark 500
                """
            ),
            (
                "SELECT n FROM events WHERE type = 'a' ORDER BY time DESC LIMIT 5",
                """
                order by time DESC, first 5 [rows 5, _ ms, _]
                  filter by type = 'a' [rows 17, _ ms]
                    scan events of 'a' [rows 50, _ ms]
                      columns time, type, n
                      chunks 3 of 3, batches in memory 1 of 1
                      blocks 1 of 19, skipped 12 by type, 6 by the limit
                      decoded _
                answered in _ ms, threads _, at most _ in a step, watermark 500
                """
            ),
            (
                """
                WITH w AS (SELECT place, max(n) AS top FROM events GROUP BY place)
                SELECT y.top FROM w AS x JOIN w AS y ON x.top = y.top + 10
                WHERE x.top > (SELECT avg(n) FROM events)
                """,
                """
                compute top := right.top [rows 25, _ ms]
                  join on left.top = right.top + 10 [rows 25, _ ms, _]
                    filter by top > (subquery 1) [rows 25, _ ms]
                      rows of query 1 of WITH [rows 50, _ ms]
                    rows of query 1 of WITH [rows 50, _ ms, _]
                subquery 1, answered first:
                  group all rows: avg(n) [rows 1, _ ms, _]
                    scan events [rows 500, _ ms]
                      columns n
                      chunks 3 of 3, batches in memory 1 of 1
                      blocks 19 of 19
                      decoded _
                query 1 of WITH, answered once:
                  compute top := max(n) [rows 50, _ ms]
                    group by place: max(n) [rows 50, _ ms, _]
                      scan events [rows 500, _ ms]
                        columns n, place
                        chunks 3 of 3, batches in memory 1 of 1
                        blocks 19 of 19
                        decoded _
                answered in _ ms, threads _, at most _ in a step, watermark 500
                """
            ),
            (
                "SELECT 1",
                "compute 1 [rows 1, _ ms]\n  one row [rows 1, _ ms]\nanswered in _ ms, threads _, watermark 500"
            ),
        ], [1, 3])
    func `rows, blocks and cells are counted, for any number of threads alike`(
        _ query: (text: String, lines: String), threads: Int
    ) throws {
        #expect(try Self.lines(query.text, threads: threads).joined(separator: "\n") == query.lines)
    }

    @Test(arguments: [
        "SELECT max(md5(md5(md5(place)))) FROM (SELECT place FROM events)",
        // What is computed for the rows that are wanted, once their order is known.
        "SELECT md5(md5(md5(md5(place)))) AS m FROM events ORDER BY n LIMIT 490",
    ]) func `a step has its own time and none of those below it`(query: String) throws {
        let lines = try ExplainedStore.lines("EXPLAIN ANALYZE " + query)
        var times = lines.compactMap { line in
            line.firstMatch(of: #/([0-9.]+) ms/#).flatMap { Double($0.1) }
        }
        try #require(times.count > 2)
        let whole = times.removeLast()
        // Each is rounded to 0.1 ms.
        #expect(times.reduce(0, +) <= whole + 0.05 * Double(times.count + 1))
        #expect(times.contains { $0 > whole / 4 }, "\(lines)")
    }
}
