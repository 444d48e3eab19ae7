import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// Bodies beside the SQL that asks the same.
@Suite struct QueryBodyTests {
    /// A body and what it means.
    struct Pair: CustomTestStringConvertible, Sendable {
        let body: String
        let sql: String

        init(_ body: String, _ sql: String) {
            self.body = body
            self.sql = sql
        }

        var testDescription: String { body }
    }

    private static let metrics = [
        Pair("{}", "SELECT count(*) AS count FROM events"),
        Pair(
            #"{"metrics": ["count", "unique(patient_id)", "approx_unique(patient_id)"]}"#,
            """
            SELECT count(*) AS count, count(DISTINCT patient_id) AS "unique(patient_id)",
                approx_count_distinct(patient_id) AS "approx_unique(patient_id)" FROM events
            """),
        Pair(
            """
            {"metrics": ["sum(response_time_ms)", "avg(response_time_ms)", "min(time)",
                "max(properties.device)", "median(response_time_ms)", "p95(response_time_ms)",
                {"quantile": "response_time_ms", "at": 0.999}]}
            """,
            """
            SELECT sum(response_time_ms) AS "sum(response_time_ms)",
                avg(response_time_ms) AS "avg(response_time_ms)", min(time) AS "min(time)",
                max(properties.device) AS "max(properties.device)",
                median(response_time_ms) AS "median(response_time_ms)",
                quantile_cont(response_time_ms, 0.95) AS "p95(response_time_ms)",
                quantile_cont(response_time_ms, 0.999) AS "p99.9(response_time_ms)" FROM events
            """),
        Pair(
            """
            {"metrics": ["event_count", "unique_users", "events_per_minute", "error_rate",
                "avg_response_time"], "range": "7d"}
            """,
            """
            SELECT count(*) AS event_count, count(DISTINCT user_id) AS unique_users,
                rate(INTERVAL '1 minute') AS events_per_minute,
                avg(type = 'api.error') AS error_rate, avg(response_time_ms) AS avg_response_time
            FROM events WHERE time >= date_trunc('day', now()) - INTERVAL '6 days' AND time < now()
            """),
        Pair(
            """
            {"metrics": [{"metric": "count", "where": ["is", "type", "api.error"], "as": "errors"},
                {"share": ["is", "success", true], "as": "good", "where": ["exists", "success"]},
                {"ratio": [{"metric": "count", "where": ["is", "type", "visit.ended"]}, "count"]},
                {"rate": "1h", "of": "response_time_ms"}], "range": "24h"}
            """,
            """
            SELECT count(*) FILTER (type = 'api.error') AS errors,
                avg(success) FILTER (success IS NOT NULL) AS good,
                count(*) FILTER (type = 'visit.ended') / nullif(count(*), 0) AS ratio,
                rate(INTERVAL '1 hour', response_time_ms) AS "rate(1h,response_time_ms)"
            FROM events WHERE time >= now() - INTERVAL '24 hours' AND time < now()
            """),
        Pair(
            """
            {"metrics": ["count", {"zscore": "count", "over": 7},
                {"zscore": {"ratio": ["sum(response_time_ms)", "count"]}, "over": 3, "as": "z"}],
             "dimensions": ["type"], "range": "28d", "bucket": "1d"}
            """,
            """
            SELECT bucket, type, count, zscore(count) OVER (PARTITION BY type ORDER BY bucket
                    ROWS BETWEEN 7 PRECEDING AND 1 PRECEDING) AS zscore,
                zscore(r) OVER (PARTITION BY type ORDER BY bucket
                    ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS z FROM
                (SELECT time_bucket_gapfill(INTERVAL '1 day', time) AS bucket, type,
                    coalesce(count(*), 0) AS count,
                    sum(response_time_ms) / nullif(coalesce(count(*), 0), 0) AS r FROM events
                WHERE time >= date_trunc('day', now()) - INTERVAL '27 days' AND time < now()
                GROUP BY 1, 2) ORDER BY bucket, type
            """),
    ]

    private static let keys = [
        Pair(
            #"{"dimensions": ["type", {"attribute": "properties.device", "as": "device"}]}"#,
            """
            SELECT type, properties.device AS device, count(*) AS count FROM events GROUP BY 1, 2
            ORDER BY count DESC, 1, 2
            """),
        Pair(
            #"{"dimensions": [{"part": "isodow"}, {"part": "hour", "as": "at"}], "limit": 9}"#,
            """
            SELECT date_part('isodow', time) AS isodow, date_part('hour', time) AS at,
                count(*) AS count FROM events GROUP BY 1, 2 ORDER BY count DESC, 1, 2 LIMIT 9
            """),
        Pair(
            """
            {"metrics": ["count", "avg(response_time_ms)"], "range": {"from": "-3d"},
             "bucket": "15m", "filters": ["is", "type", "api.error"]}
            """,
            """
            SELECT time_bucket_gapfill(INTERVAL '15 minutes', time) AS bucket,
                coalesce(count(*), 0) AS count, avg(response_time_ms) AS "avg(response_time_ms)"
            FROM events WHERE type = 'api.error' AND time >= now() - INTERVAL '3 days'
                AND time < now() GROUP BY 1 ORDER BY 1
            """),
        Pair(
            #"{"bucket": "hour", "fill": false, "range": "month"}"#,
            """
            SELECT time_bucket(INTERVAL '1 hour', time) AS bucket, count(*) AS count FROM events
            WHERE time >= date_trunc('month', now()) AND time < now() GROUP BY 1 ORDER BY 1
            """),
        Pair(
            #"{"bucket": "1d", "zone": "Europe/Berlin", "range": "91d", "dimensions": ["type"]}"#,
            """
            SET timezone = 'Europe/Berlin';
            SELECT time_bucket_gapfill(INTERVAL '1 day', time) AS bucket, type,
                coalesce(count(*), 0) AS count FROM events
            WHERE time >= date_trunc('day', now()) - INTERVAL '90 days' AND time < now()
            GROUP BY 1, 2 ORDER BY 1, 2
            """),
        Pair(
            """
            {"dimensions": ["patient_id"], "metrics": ["count", "max(time)"], "limit": 3,
             "order_by": [["max(time)", "desc"], "count"], "offset": 2}
            """,
            """
            SELECT patient_id, count(*) AS count, max(time) AS "max(time)" FROM events
            GROUP BY 1 ORDER BY 3 DESC, 2, 1 LIMIT 3 OFFSET 2
            """),
    ]

    private static func filtered(_ filter: String, _ condition: String) -> Pair {
        Pair(
            #"{"filters": \#(filter)}"#, "SELECT count(*) AS count FROM events WHERE \(condition)")
    }

    private static let filters = [
        filtered(
            #"["is", "type", ["api.error", "visit.ended"]]"#, "type IN ('api.error', 'visit.ended')"
        ),
        filtered(#"["is_not", "type", ["api.error"]]"#, "type <> 'api.error'"),
        filtered(#"["is_not", "patient_id", [1, 2]]"#, "patient_id NOT IN (1, 2)"),
        filtered(
            #"[["<", "patient_id", 4], ["<=", "response_time_ms", 99.5]]"#,
            "patient_id < 4 AND response_time_ms <= 99.5"),
        filtered(
            #"["and", [">", "patient_id", -1], [">=", "time", "2024-04-01"]]"#,
            "patient_id > -1 AND time >= '2024-04-01'"),
        filtered(#"["between", "patient_id", [2, 4]]"#, "patient_id BETWEEN 2 AND 4"),
        filtered(
            #"["or", ["contains", "type", ["err", "beg"]], ["starts_with", "type", "api"]]"#,
            "type LIKE '%err%' OR type LIKE '%beg%' OR type LIKE 'api%'"),
        filtered(#"["ends_with", "properties.device", "'s"]"#, "properties.device = 'it''s'"),
        filtered(#"["matches", "type", "^v.*d$"]"#, "regexp_matches(type, '^v.*d$')"),
        filtered(#"["not", ["is", "success", false]]"#, "NOT (success = FALSE)"),
        filtered(#"["exists", "success"]"#, "success IS NOT NULL"),
        filtered(#"["missing", "success"]"#, "success IS NULL"),
        filtered("[]", "TRUE"),
    ]

    private static func ranged(_ range: String, _ condition: String) -> Pair {
        Pair(#"{"range": \#(range)}"#, "SELECT count(*) AS count FROM events WHERE \(condition)")
    }

    private static let ranges = [
        ranged(#""all""#, "TRUE"),
        ranged(#""day""#, "time BETWEEN TIMESTAMPTZ '2024-04-05' AND now() - INTERVAL '1 us'"),
        ranged(#""2w""#, "time >= TIMESTAMPTZ '2024-03-25' AND time < now()"),
        ranged(#""2mo""#, "time >= TIMESTAMPTZ '2024-03-01' AND time < now()"),
        ranged(#""year""#, "time >= TIMESTAMPTZ '2024-01-01' AND time < now()"),
        ranged(#""90s""#, "time >= now() - INTERVAL '90 seconds' AND time < now()"),
        ranged(
            #"{"from": "2024-03-20", "to": "2024-03-21T12:00:00+02:00"}"#,
            "time >= TIMESTAMPTZ '2024-03-20' AND time < TIMESTAMPTZ '2024-03-21 10:00Z'"),
        ranged(
            #"{"from": "yesterday", "to": "today+8h"}"#,
            "time >= TIMESTAMPTZ '2024-04-04' AND time < TIMESTAMPTZ '2024-04-05 08:00'"),
        ranged(
            #"{"from": "now-7d"}"#, "time >= now() - INTERVAL '7 days' AND time < now()"),
        ranged(#"{"to": "-1mo"}"#, "time < now() - INTERVAL '1 month'"),
    ]

    private static let subjects = [
        Pair(
            """
            {"metrics": [{"funnel": [["is", "type", "visit.begun"], ["is", "type", "visit.ended"],
                ["is", "type", "api.error"]], "within": "2d", "by": "patient_id"}],
             "dimensions": ["properties.device"]}
            """,
            """
            SELECT "properties.device", count(*) FILTER (way >= 1) AS step_1,
                count(*) FILTER (way >= 2) AS step_2, count(*) FILTER (way >= 3) AS step_3
            FROM (SELECT properties.device AS "properties.device", patient_id, funnel(INTERVAL '2 days', time,
                type = 'visit.begun', type = 'visit.ended', type = 'api.error') AS way
                FROM events GROUP BY 1, 2) GROUP BY 1 ORDER BY step_1 DESC, 1
            """),
        Pair(
            """
            {"metrics": [{"retention": [["exists", "type"], ["is", "type", "visit.begun"]],
                "every": "1d", "periods": 3, "by": "patient_id"}], "bucket": "1w"}
            """,
            """
            SELECT time_bucket(INTERVAL '1 week', first) AS bucket, count(*) AS subjects,
                count(*) FILTER (way[1]) AS period_1, count(*) FILTER (way[2]) AS period_2,
                count(*) FILTER (way[3]) AS period_3
            FROM (SELECT patient_id, min(time) AS first, retention(INTERVAL '1 day', 3, time,
                type IS NOT NULL, type = 'visit.begun') AS way FROM events GROUP BY 1)
            GROUP BY 1 ORDER BY 1
            """),
    ]

    private static let events = Result { try BodyEvents() }

    @Test(arguments: metrics + keys + filters + ranges + subjects)
    func `a body is answered as the SQL that says the same`(pair: Pair) throws {
        let events = try Self.events.get()
        let rows = try events.rows(pair.body)
        #expect(try rows == events.rows(pair.sql))
        #expect(rows.count > 1, "nothing is compared")
        // And as what it is said to mean.
        let body = try QueryBody(pair.body)
        #expect(try rows == events.rows(body))
        #expect(try rows == events.rows(body.sql))
        #expect(try rows == events.rows(body.normalized))
    }

    @Test func `what was left out is said by the normalized body`() throws {
        let body = try QueryBody(#"{"bucket": "day", "dimensions": ["type"], "zone": "UTC"}"#)
        #expect(
            body.normalized
                == #"{"metrics":["count"],"dimensions":["type"],"range":"all","bucket":"1d","#
                + #""zone":"UTC","order_by":[["bucket","asc"],["type","asc"]],"limit":10000,"#
                + #""offset":0,"fill":true}"#)
        #expect(
            body.sql
                == "SET timezone = 'UTC'; "
                + "SELECT time_bucket_gapfill(INTERVAL '1 day', time) AS bucket, type, "
                + "coalesce(count(*), 0) AS count FROM events GROUP BY 1, 2 "
                + "ORDER BY bucket, type LIMIT 10000")
    }

    @Test func `a body's zone is no setting of the session`() throws {
        var session = QuerySession(QuerySettings(now: BodyEvents.now))
        for statement in try QueryScript(#"{"zone": "utc"}"#).statements {
            _ = try session.answer(statement, over: QuerySource(.empty))
        }
        #expect(session.changes.isEmpty)
    }

    @Test func `a script takes a body for one statement, up to its last brace`() {
        let body = "\n {\"filters\": [\"is\", \"a;\\\"b\", [\"';\"]]} \n"
        #expect(ScriptText(body).statements.map(\.text) == [body])
        #expect(ScriptText(body).isFinished)
        #expect(!ScriptText("{\"metrics\": [\n").isFinished)
        #expect(ScriptText("{\"metrics\": ]\n").isFinished)
    }
}
