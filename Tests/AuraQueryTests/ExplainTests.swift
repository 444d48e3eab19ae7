import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// What EXPLAIN says of a query.
@Suite struct ExplainTests {
    private static func plan(_ query: String) throws -> String {
        try ExplainedStore.lines("EXPLAIN " + query).joined(separator: "\n")
    }

    @Test(arguments: [
        (
            """
            SELECT type, time_bucket(INTERVAL '1 minute', time) AS m, count(*) AS many,
                quantile_cont(n, 0.95) FROM events
            WHERE type = 'a' AND n >= 100 AND time >= '2023-11-14 22:20:00'
            GROUP BY ALL ORDER BY many DESC LIMIT 20
            """,
            """
            order by many DESC, first 20
              compute m := time_bucket(INTERVAL '00:01:00', time), many := count(*)
                group by type, time_bucket(INTERVAL '00:01:00', time): count(*), quantile_cont(n, 0.95)
                  filter by type = 'a' AND n >= 100
                    scan events of 'a'
                      time from 2023-11-14 22:20:00+00
                      blocks that may have n >= 100
                      columns time, type, n
            """
        ),
        (
            "SELECT type, count(*) AS many FROM events WHERE time >= '2023-11-14 22:20:03' GROUP BY type",
            """
            compute many := sum(weight)
              group by type: sum(weight)
                scan counts of events by type and day
                  time from 2023-11-14 22:20:03+00
                  event by event from 2023-11-14 22:20:03+00 until 2023-11-14 22:20:10+00
                  columns type, weight
            """
        ),
        (
            "SELECT * FROM events WHERE n = 7 ORDER BY time LIMIT 3 OFFSET 1",
            """
            order by time, first 3 after 1
              filter by n = 7
                scan events
                  blocks that may have n = 7
                  columns time, type, sequence, n, place
            """
        ),
        (
            """
            SELECT n, row_number() OVER (PARTITION BY type ORDER BY n DESC) AS r FROM events
            WHERE place LIKE 'ward 1%' QUALIFY r < 3
            """,
            """
            compute r := row_number() OVER (PARTITION BY type ORDER BY n DESC)
              filter by row_number() OVER (PARTITION BY type ORDER BY n DESC) < 3
                compute row_number() OVER (PARTITION BY type ORDER BY n DESC)
                  filter by place LIKE 'ward 1%'
                    scan events
                      columns type, n, place
            """
        ),
        (
            """
            WITH w AS (SELECT place, max(n) AS top FROM events GROUP BY place)
            SELECT x.place FROM w AS x JOIN w AS y ON x.top = y.top + 1 AND x.place > y.place
            WHERE x.top > (SELECT avg(n) FROM events)
            """,
            """
            compute place := left.place
              join on left.top = right.top + 1 AND left.place > right.place
                filter by top > (subquery 1)
                  rows of query 1 of WITH
                rows of query 1 of WITH
            subquery 1, answered first:
              group all rows: avg(n)
                scan events
                  columns n
            query 1 of WITH, answered once:
              compute top := max(n)
                group by place: max(n)
                  scan events
                    columns n, place
            """
        ),
        (
            """
            SELECT type FROM events WHERE EXISTS (SELECT 1 FROM events WHERE n = 8)
            UNION ALL SELECT place FROM events LIMIT 5
            """,
            """
            take first 5
              union of 2
                filter by EXISTS (subquery 1)
                  scan events
                    columns type
                compute type := place
                  scan events
                    columns place
            subquery 1, answered first:
              filter by n = 8
                scan events
                  blocks that may have n = 8
                  columns n
            """
        ),
        (
            """
            SELECT time_bucket_gapfill(INTERVAL '1 hour', time) AS h, type,
                sum(DISTINCT n) FILTER (WHERE n > 3) FROM events GROUP BY h, type HAVING count(*) > 3
            """,
            """
            compute h := time_bucket(INTERVAL '01:00:00', time)
              filter by count(*) > 3
                fill in buckets without rows of time_bucket(INTERVAL '01:00:00', time), for each type
                  group by time_bucket(INTERVAL '01:00:00', time), type: \
            sum(DISTINCT n) FILTER (WHERE n > 3), count(*)
                    scan events
                      columns time, type, n
            """
        ),
        (
            "SELECT type, place, max(n) FROM events GROUP BY ROLLUP (type, place)",
            """
            group by (type, place), (type), (): max(n)
              scan events
                columns type, n, place
            """
        ),
        (
            "SELECT unnest([1, n]) FROM events",
            """
            a row for each item of [1, n]
              compute [1, n]
                scan events
                  columns n
            """
        ),
        (
            "SELECT x.n FROM a AS x LEFT JOIN b AS y ON x.n = y.n AND y.n > 4",
            """
            compute n := left.n
              left join on left.n = right.n AND right.n > 4
                scan events of 'a'
                  columns n
                scan events of 'b'
                  columns n
            """
        ),
        (
            "SELECT x.n FROM (SELECT n FROM a LIMIT 2) AS x, (SELECT place FROM b) AS y",
            """
            cross join
              take first 2
                scan events of 'a'
                  columns n
              scan events of 'b'
            """
        ),
        (
            "SELECT DISTINCT ON (type) type, n FROM events ORDER BY n",
            """
            order by n
              first row of each type
                order by n
                  scan events
                    columns type, n
            """
        ),
        (
            "SELECT DISTINCT setting FROM aura_settings WHERE setting IN (SELECT type FROM events)",
            """
            distinct rows
              filter by setting IN (subquery 1)
                5 known rows
            subquery 1, answered first:
              scan events
                columns type
            """
        ),
        ("SELECT 1", "compute 1\n  one row"),
    ]) func `each step says what it does`(query: String, plan: String) throws {
        #expect(try Self.plan(query) == plan)
    }

    @Test(arguments: [
        ("n NOT IN (1, 2, 3, 4, 5, 6, 7)", "n NOT IN (1, 2, 3, 4, 5, … 2 more)"),
        ("n = 1 OR place IS NULL AND NOT (n + 1) * 2 < 5", nil),
        ("(n = 1 OR n = 2) AND place IS NOT NULL", nil), ("NOT (n = 1 AND n = 2)", nil),
        ("n - 1 - (2 - n) > n // 2 * -n", nil), ("2 ** n = 4", "2.0 ** n = 4.0"),
        ("CASE WHEN n > 3 THEN 'x' END = 'x'", "CASE WHEN n > 3 THEN 'x' ELSE NULL END = 'x'"),
        ("n IS DISTINCT FROM 3 AND n IS NOT DISTINCT FROM 4", nil),
        ("place NOT LIKE 'a_%' OR place ILIKE 'it''s'", nil), ("place || 'x' = '2'", nil),
        ("try(n / 0) > 1", "try(n / 0.0) > 1.0"), ("coalesce(n, 2) = 2", nil),
        ("n::VARCHAR = '1' AND TRY_CAST(place AS BIGINT) = 1", nil),
        (
            "place = '\(String(repeating: "x", count: 80))'",
            "place = '\(String(repeating: "x", count: 60))…'"
        ),
        ("time AT TIME ZONE 'UTC' = '2024-01-01'", "timezone('UTC', time) = '2024-01-01 00:00:00'"),
    ]) func `conditions are written as in SQL`(condition: String, text: String?) throws {
        let lines = try ExplainedStore.lines("EXPLAIN SELECT n FROM events WHERE " + condition)
        #expect(lines[0] == "filter by " + (text ?? condition))
    }

    @Test(arguments: [
        "count(*) FILTER (WHERE n > 3)", "string_agg(place, '; ' ORDER BY n DESC)",
        "quantile_disc(n, [0.5, 0.9])", "count(DISTINCT place)", "approx_top_k(place, 3)",
        "corr(n, sequence)", "any_value(place ORDER BY n)", "last(n ORDER BY place NULLS FIRST)",
    ]) func `aggregates are written as in SQL`(call: String) throws {
        let lines = try ExplainedStore.lines("EXPLAIN SELECT \(call) FROM events WHERE n <> 2")
        #expect(lines[0] == "group all rows: " + call)
    }

    @Test(arguments: [
        "lag(n IGNORE NULLS) OVER (ORDER BY time)",
        "sum(n) OVER (PARTITION BY type ORDER BY time ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
        "ewma(n, 0.5) OVER (ORDER BY time)", "rank() OVER ()",
    ]) func `window functions are written as in SQL`(call: String) throws {
        #expect(
            try ExplainedStore.lines("EXPLAIN SELECT \(call) FROM events")[0] == "compute " + call)
    }

    @Test func `EXPLAIN answers nothing`() throws {
        let query = "SELECT (SELECT n FROM events)"
        #expect(try Self.plan(query).contains("subquery 1, answered first:"))
        #expect(throws: QueryFailure.self) { try ExplainedStore.lines("EXPLAIN ANALYZE " + query) }
    }

    @Test func `times are those of the session's zone`() throws {
        let lines = try ExplainedStore.lines(
            "EXPLAIN SELECT n FROM events WHERE time < TIMESTAMPTZ '2023-11-14 22:20:00Z'",
            zone: TimeZoneRules(offset: 3_600))
        #expect(lines[1] == "  time until 2023-11-14 23:20:00+01")
    }
}
