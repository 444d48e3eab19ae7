import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// Series of buckets: those without rows, and rates.
@Suite struct BucketTests {
    private static let seeds = 1...UInt64(Effort.count(12))
    private static let hour = 60 * SubjectEvents.minute

    private func bucket(_ time: Int64) -> Int64 { time.flooredQuotient(Self.hour) * Self.hour }

    @Test(arguments: seeds)
    func `each key has all buckets that WHERE allows`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        let (start, end) = (
            SubjectEvents.start + 30 * SubjectEvents.minute, SubjectEvents.start + 9 * Self.hour
        )
        let rows = world.rows.filter { $0.time >= start && $0.time < end }
        let buckets = stride(from: bucket(start), to: end, by: Int(Self.hour)).map { $0 }
        let wanted = Set(rows.map(\.type)).flatMap { type in
            var last: Int64?
            return buckets.map { bucket -> [Value] in
                let own = rows.filter { $0.type == type && self.bucket($0.time) == bucket }
                let count = own.isEmpty ? nil : Int64(own.count)
                last = count ?? last
                let length = min(bucket + Self.hour, end) - max(bucket, start)
                let rate = count.map { Double($0 * 60 * SubjectEvents.minute) / Double(length) }
                return [
                    .text(type), .instant(bucket), Value(count), Value(last), Value(rate),
                    .bool(count == nil),
                ]
            }
        }
        world.expect(
            """
            SELECT type, time_bucket_gapfill(INTERVAL '1 hour', time) AS hour, count(*),
                locf(count(*)), rate(INTERVAL '1 hour'), count(*) IS NULL
            FROM events WHERE time >= '2024-03-30 00:30' AND time < '2024-03-30 09:00'
            GROUP BY type, hour
            """, wanted)
    }

    @Test(arguments: seeds)
    func `without bounds buckets reach from the first row's to the last`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        let rows = world.rows.filter { $0.type == "b" }
        let starts = rows.map { bucket($0.time) }
        var wanted: [[Value]] = []
        if let first = starts.min(), let last = starts.max() {
            for user in Set(rows.map(\.user)) {
                for bucket in stride(from: first, through: last, by: Int(Self.hour)) {
                    let own = rows.filter { $0.user == user && self.bucket($0.time) == bucket }
                    let values = own.compactMap(\.value)
                    wanted.append([
                        Value(user), .instant(bucket), .int64(Int64(own.count)),
                        Value(values.isEmpty ? nil : values.reduce(0, +)),
                    ])
                }
            }
        }
        world.expect(
            """
            SELECT user_id, time_bucket_gapfill(INTERVAL '1 hour', time), coalesce(count(*), 0), sum(value)
            FROM events WHERE type = 'b' GROUP BY ALL
            """, wanted)
    }

    @Test(arguments: seeds)
    func `a rate is that of the time asked for`(seed: UInt64) throws {
        let world = try SubjectEvents(seed: seed)
        let start = SubjectEvents.start
        let rows = world.rows.filter { $0.time >= start && $0.time < start + 24 * Self.hour }
        let values = rows.compactMap(\.value)
        let day = [
            Double(rows.count) / 24, Double(rows.count { $0.type == "a" }) / 24 / 60,
            values.isEmpty ? nil : values.reduce(0, +) / 24,
        ]
        world.expect(
            """
            SELECT rate(INTERVAL '1 hour'), rate(INTERVAL '1 minute') FILTER (type = 'a'),
                rate(INTERVAL '1 hour', value)
            FROM events WHERE time >= '2024-03-30' AND time < '2024-03-31'
            """, [day.map { Value($0) }])
    }

    @Test func `counts are read from the index`() throws {
        let events = (0..<100).map { number in
            Event(type: "a", time: Timestamp(microseconds: SubjectEvents.start + Int64(number)))
        }
        var keeping = Keeping()
        keeping.hasIndex = true
        let text = """
            EXPLAIN SELECT time_bucket_gapfill(INTERVAL '1 hour', time), count(*), rate(INTERVAL '1 hour')
            FROM events WHERE time >= '2024-03-30' GROUP BY 1
            """
        let settings = QuerySettings(now: Timestamp(microseconds: 0))
        let answer = try PreparedQuery(text, over: try keeping.source(of: events), settings)
            .answer()
        let lines = (0..<answer.rowCount).map { "\(answer.row($0)[0])" }
        #expect(lines.contains { $0.contains("fill in buckets without rows") })
        #expect(lines.contains { $0.contains("scan counts of events by hour") }, "\(lines)")
    }

    @Test(arguments: [
        ("1 hour", "2024-03-31 00:00", "2024-03-31 04:00", "%H", ["00", "01", "03"]),
        ("1 hour", "2024-10-27 01:00", "2024-10-27 04:00", "%H", ["01", "02", "03"]),
        ("1 day", "2024-03-30 12:00", "2024-04-01 00:01", "%d", ["30", "31", "01"]),
        ("1 month", "2024-01-15 00:00", "2024-03-02 00:00", "%m", ["01", "02", "03"]),
        ("1 week", "2024-03-25 00:00", "2024-04-08 00:00", "%d", ["25", "01"]),
    ]) func `buckets are those of the session's clocks`(
        width: String, start: String, finish: String, format: String, marks: [String]
    ) throws {
        let bucket = "time_bucket_gapfill(INTERVAL '\(width)', t, '\(start)', '\(finish)')"
        let found = try ConstantQuery.rows(
            """
            SELECT strftime(b, '\(format)') FROM (SELECT \(bucket) AS b
                FROM (SELECT TIMESTAMPTZ '2024-01-01' AS t WHERE false) GROUP BY b) ORDER BY b
            """, zone: "Europe/Berlin")
        #expect(found == marks.map { [$0] })
    }

    @Test(arguments: ["2024-03-30", "2024-10-26"], ["1 hour", "1 day"])
    func `a bucket is as long as its clocks take`(start: String, width: String) throws {
        // Four an hour, over the night in which Europe's clocks change.
        let found = try ConstantQuery.rows(
            """
            SELECT DISTINCT rate(INTERVAL '1 hour') FROM (
                SELECT TIMESTAMPTZ '\(start) 00:00' + to_minutes(m) AS t
                FROM (SELECT unnest(range(0, 2880, 15)) AS m))
            WHERE t < TIMESTAMPTZ '\(start) 00:00' + INTERVAL '48 hours'
            GROUP BY time_bucket(INTERVAL '\(width)', t)
            """, zone: "Europe/Berlin")
        #expect(found == [["4.0"]])
    }

    @Test func `filled groups are groups: HAVING, QUALIFY and windows see them`() throws {
        let query = """
            SELECT time_bucket_gapfill(INTERVAL '1 day', d) AS day, count(*) AS n,
                row_number() OVER (ORDER BY time_bucket_gapfill(INTERVAL '1 day', d)) AS i,
                interpolate(sum(x))
            FROM (SELECT unnest([DATE '2024-01-01', DATE '2024-01-05', NULL]) AS d,
                unnest([1, 3, 9]) AS x) GROUP BY day
            """
        let filled = [
            ["2024-01-01", "1", "1", "1.0"], ["2024-01-02", "", "2", "1.5"],
            ["2024-01-03", "", "3", "2.0"], ["2024-01-04", "", "4", "2.5"],
            ["2024-01-05", "1", "5", "3.0"],
        ]
        let none = ["", "1", "6", "9.0"]
        #expect(try ConstantQuery.rows(query) == filled + [none])
        #expect(try ConstantQuery.rows(query + " HAVING n IS NULL").count == 3)
        #expect(try ConstantQuery.rows(query + " QUALIFY i = 3") == [filled[2]])
        #expect(
            try ConstantQuery.rows("SELECT count(*) FROM (\(query)) WHERE day < '2024-01-03'")
                == [["2"]])
    }

    @Test func `a series without rows is filled where nothing else tells groups apart`() throws {
        let empty = "(SELECT 1 AS k, TIMESTAMP '2024-01-01' AS t WHERE false)"
        let bucket = "time_bucket_gapfill(INTERVAL '6 hours', t, '2024-01-01', '2024-01-02')"
        #expect(
            try ConstantQuery.rows("SELECT \(bucket), count(*) FROM \(empty) GROUP BY 1").count == 4
        )
        #expect(
            try ConstantQuery.rows("SELECT \(bucket), k FROM \(empty) GROUP BY ALL").isEmpty)
    }
}
