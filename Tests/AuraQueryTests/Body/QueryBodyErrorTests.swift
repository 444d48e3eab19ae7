import AuraTesting
import Testing

@testable import AuraQuery

/// What is wrong with a body is told where it stands.
@Suite struct QueryBodyErrorTests {
    /// A body, and the lines of its error without those that show the text.
    struct Wrong: CustomTestStringConvertible, Sendable {
        let body: String
        let pointer: String?
        let message: String
        let hint: String?

        init(_ body: String, _ pointer: String?, _ message: String, _ hint: String? = nil) {
            self.body = body
            self.pointer = pointer
            self.message = message
            self.hint = hint
        }

        var testDescription: String { body }
    }

    private static let json = [
        Wrong(#"{"metrics": [}"#, nil, "expected a value"),
        Wrong(#"{"limit": NaN}"#, nil, "'NaN' is no value of JSON"),
        Wrong(#"{"limit": 1e999}"#, nil, "a number that no float64 can hold"),
        Wrong(#"{"limit": 01}"#, nil, "no digit follows a leading zero"),
        Wrong(#"{"limit": 1, "limit": 2}"#, nil, "the name 'limit' stands here twice"),
        Wrong(#"{"limit": 1,}"#, nil, "expected a name in double quotes"),
        Wrong(#"{"zone": "a"#, nil, "a string that does not end"),
        Wrong(#"{"zone": "\ud800"}"#, nil, "half of a surrogate pair"),
        Wrong(#"{} 1"#, nil, "nothing may follow the value"),
        Wrong(
            String(repeating: #"{"a":"#, count: 70), nil,
            "more than 64 arrays and objects within each other"),
    ]

    private static let members = [
        Wrong(
            #"{"metrik": []}"#, "/metrik", "the body of a query has no member 'metrik'",
            "did you mean 'metrics'?"),
        Wrong(
            #"{"metrics": "count"}"#, "/metrics", "'metrics' is an array, not a string"),
        Wrong(#"{"metrics": []}"#, "/metrics", "'metrics' is an array of at least one"),
        Wrong(
            #"{"metrics": ["cuont"]}"#, "/metrics/0", "there is no metric 'cuont'",
            "did you mean count?"),
        Wrong(
            #"{"metrics": ["count", "uniqe(user_id)"]}"#, "/metrics/1",
            "there is no metric 'uniqe(user_id)'", "did you mean unique?"),
        Wrong(
            #"{"metrics": ["sum"]}"#, "/metrics/0", "'sum' is of an attribute",
            "such as sum(duration_ms)"),
        Wrong(
            #"{"metrics": ["p101(response_time_ms)"]}"#, "/metrics/0",
            "there is no metric 'p101(response_time_ms)'",
            #"such as "count", "unique(patient_id)" or "p95(duration_ms)""#),
        Wrong(
            #"{"metrics": [{"quantile": "response_time_ms", "at": 95}]}"#, "/metrics/0/at",
            "a quantile has 'at', a number from 0 to 1",
            #"such as {"quantile": "duration_ms", "at": 0.95}"#),
        Wrong(
            #"{"metrics": [{"metric": "count", "at": 0.5}]}"#, "/metrics/0/at",
            "'at' belongs to a quantile"),
        Wrong(
            #"{"metrics": [{"metric": "count", "wher": []}]}"#, "/metrics/0/wher",
            "a metric has no member 'wher'", "did you mean 'where'?"),
        Wrong(
            #"{"metrics": [{"zscore": "count"}]}"#, "/metrics/0",
            "a score compares a bucket with those before it", #"give a bucket, such as "1h""#),
        Wrong(
            #"{"metrics": ["count", "count"]}"#, "/metrics/1", "two columns are called 'count'",
            #"give one another name with "as""#),
        Wrong(
            #"{"metrics": ["count", {"funnel": []}]}"#, "/metrics/1",
            "a funnel or a retention stands by itself",
            "ask for other metrics in a query of their own"),
        Wrong(
            #"{"metrics": [{"funnel": [["exists", "type"]]}]}"#, "/metrics/0",
            "whose way is meant", #"such as "by": "patient_id""#),
        Wrong(
            #"{"dimensions": [{"part": "hours"}]}"#, "/dimensions/0/part",
            "there is no part 'hours' of the time", "did you mean 'hour'?"),
        Wrong(
            #"{"dimensions": [7]}"#, "/dimensions/0", "a dimension is an object, not a number",
            "its members are attribute, part, as"),
        Wrong(
            #"{"range": "7 days"}"#, "/range", "'7 days' is no range",
            "there are all, day, 7d, 28d, 30d, 91d, month, 6mo, 12mo, year"),
        Wrong(
            #"{"range": {"from": "2024-02-30"}}"#, "/range/from", "'2024-02-30' is no moment",
            "write 2026-11-22, 2026-11-22T20:50:00Z, now, today, -24h or now-7d"),
        Wrong(
            #"{"bucket": "1 hour"}"#, "/bucket", "a bucket is a length of time, not '1 hour'",
            "such as 90s, 15m, 1h, 7d, 2w, 6mo or 1y"),
        Wrong(
            #"{"zone": "Atlantis"}"#, "/zone", "there is no time zone 'Atlantis'",
            "such as 'Europe/Berlin' or 'UTC'"),
        Wrong(
            #"{"order_by": [["cont", "desc"]]}"#, "/order_by/0/0",
            "the answer has no column 'cont'", "did you mean 'count'?"),
        Wrong(
            #"{"order_by": [["count", "down"]]}"#, "/order_by/0/1", "'down' is no direction",
            "asc or desc"),
        Wrong(#"{"limit": 0}"#, "/limit", "the limit is a whole number from 1 to 100000"),
        Wrong(#"{"limit": 1.5}"#, "/limit", "the limit is a whole number from 1 to 100000"),
        Wrong(#"{"offset": -1}"#, "/offset", "the offset is a whole number from 0 to 2147483647"),
        Wrong(#"{"fill": 1}"#, "/fill", "fill is true or false, not a number"),
        Wrong(
            #"{"fill": true}"#, "/fill", "there are no buckets to fill",
            #"give a bucket, such as "1h""#),
    ]

    private static let filters = [
        Wrong(
            #"{"filters": ["iss", "type", ["a"]]}"#, "/filters/0", "there is no filter 'iss'",
            "did you mean 'is'?"),
        Wrong(
            #"{"filters": ["and", ["is", "type", ["a"]], ["is", "type", [null]]]}"#,
            "/filters/2/2/0", "a value is a string, a number or a bool, not null",
            #"["missing", attribute] asks for events without the attribute"#),
        Wrong(
            #"{"filters": [["exists", "type"], ["is", "type"]]}"#, "/filters/1",
            "'is' has 1 operands", #"write ["is", attribute, [value, …]]"#),
        Wrong(
            #"{"filters": ["not", ["exists", "type"], ["exists", "type"]]}"#, "/filters",
            "'not' joins 2 filters", #"["not", filter] takes one"#),
        Wrong(
            #"{"filters": ["between", "patient_id", [1]]}"#, "/filters/2", "'between' has one end",
            #"write ["between", attribute, [least, greatest]]"#),
        Wrong(
            #"{"filters": "type"}"#, "/filters", "a filter is an array, not a string",
            #"such as ["is", "type", ["api.error"]]"#),
        Wrong(
            #"{"filters": ["exists", ""]}"#, "/filters/1",
            "the name of an attribute has 1 to 128 bytes"),
        Wrong(
            #"{"filters": \#(nested(11))}"#,
            "/filters" + String(repeating: "/1", count: 10),
            "more than 10 filters within each other"),
    ]

    /// Filters of a depth.
    private static func nested(_ depth: Int) -> String {
        depth == 1 ? #"["exists", "type"]"# : #"["not", \#(nested(depth - 1))]"#
    }

    /// What only the events know.
    private static let events = [
        Wrong(
            #"{"metrics": ["count", "unique(patent_id)"]}"#, "/metrics/1",
            "there is no column 'patent_id'", "did you mean 'patient_id'?"),
        Wrong(
            #"{"filters": ["and", ["exists", "type"], ["not", [">", "respose_time_ms", 5]]]}"#,
            "/filters/2/1/1", "there is no column 'respose_time_ms'",
            "did you mean 'response_time_ms'?"),
        Wrong(
            #"{"filters": ["is", "patient_id", [1, "x"]]}"#, "/filters/2/1",
            "'x' cannot be read as BIGINT", "TRY_CAST gives NULL for what cannot be cast"),
        Wrong(
            #"{"filters": ["is", "type", [5]]}"#, "/filters/2/0",
            "a comparison of VARCHAR and BIGINT", "cast one of them to the other's type"),
        Wrong(
            #"{"metrics": ["sum(type)"]}"#, "/metrics/0", "sum() takes numbers, not VARCHAR",
            "cast to DOUBLE or BIGINT first, or TRY_CAST"),
        Wrong(
            #"{"metrics": ["rate(1h)"]}"#, "/metrics/0",
            "rate() needs to know over which time",
            "group by time_bucket(…), or say in WHERE from when to when time is"),
        Wrong(
            #"{"dimensions": ["clinic"]}"#, "/dimensions/0", "there is no column 'clinic'",
            "DESCRIBE events lists all columns"),
    ]

    private static let world = Result { try BodyEvents() }

    @Test(arguments: json + members + filters + events)
    func `an error says where, what, and how to mend it`(wrong: Wrong) throws {
        let error = try #require(try Self.world.get().failure(wrong.body))
        #expect(error.message == wrong.message)
        #expect(error.hint == wrong.hint)
        #expect(QueryBody.pointer(to: error.bytes, in: wrong.body) == wrong.pointer)
    }

    @Test func `the pointer and the line are shown`() throws {
        let body = """
            {
              "filters": ["is", "usr_id", 5]
            }
            """
        let error = try #require(try Self.world.get().failure(body))
        #expect(
            error.description(in: body) == """
                line 2, /filters/1: there is no column 'usr_id'
                    "filters": ["is", "usr_id", 5]
                                      ^^^^^^^^
                hint: did you mean 'user_id'?
                """)
    }

    @Test func `names in pointers are escaped`() throws {
        let body = #"{"a/b~c": 1}"#
        let error = try #require(try Self.world.get().failure(body))
        #expect(QueryBody.pointer(to: error.bytes, in: body) == "/a~1b~0c")
        #expect(QueryBody.pointer(to: 0..<body.utf8.count, in: body) == nil)
    }

    @Test func `comparisons are bounded in all`() throws {
        let filter = "[" + (0..<90).map { _ in #"["exists", "type"]"# }.joined(separator: ",") + "]"
        let metrics = (0..<6).map {
            #"{"metric": "count", "where": ["and", \#(filter.dropFirst().dropLast())], "as": "c\#($0)"}"#
        }
        let body = #"{"metrics": [\#(metrics.joined(separator: ", "))]}"#
        let error = try #require(try Self.world.get().failure(body))
        #expect(error.message == "540 comparisons in filters; the limit is 500")
    }
}
