import AuraCore
import AuraStorage
import AuraTesting
import Synchronization
import Testing

@testable import AuraQuery

/// Answers that are taken part by part: the same rows, no more memory, and an end when it is wanted.
@Suite struct StreamedAnswerTests {
    private static let questions = [
        "SELECT * FROM events", "SELECT n * 2 AS d, type FROM events WHERE n % 3 = 0",
        "SELECT n, unnest([n, n + 1, n + 2]) AS m FROM events",
        "SELECT a.n, b.n AS m FROM events a JOIN events b ON a.n = b.n + 1",
        "SELECT n FROM events LIMIT 333 OFFSET 100", "SELECT n FROM events ORDER BY n DESC",
        "SELECT n FROM events WHERE n < 50 UNION ALL (SELECT n FROM events LIMIT 70)",
        "SELECT type, count(*) FROM events GROUP BY type ORDER BY type",
        "SELECT n, row_number() OVER (ORDER BY n) FROM events", "SELECT n FROM events WHERE n < 0",
    ]

    private static let events: [Event] = (0..<2_000).map { number in
        Event(
            type: ["a", "b", "c"][number % 3],
            time: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000),
            attributes: [Attribute("n", .int64(Int64(number)))])
    }

    private static func settings(_ change: (inout QuerySettings) -> Void) -> QuerySettings {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        change(&settings)
        return settings
    }

    /// Rows of an answer as they are taken, as texts, up to so many.
    private static func rows(
        _ text: String, _ source: QuerySource, _ settings: QuerySettings, upTo limit: Int = .max
    ) throws(QueryFailure) -> [String] {
        var rows: [String] = []
        try PreparedQuery(text, over: source, settings).answer { part in
            rows += (0..<part.rowCount).map { "\(part.row($0))" }
            return rows.count < limit
        }
        return rows
    }

    @Test(arguments: 0..<UInt64(Effort.count(8)))
    func `rows are the same however they are divided and whoever makes them`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let source = try Keeping(&random).source(of: Self.events)
        for question in Self.questions {
            let whole = try PreparedQuery(
                question, over: source, Self.settings { $0.pieceRows = .max }
            ).answer()
            let wanted = (0..<whole.rowCount).map { "\(whole.row($0))" }
            for threads in 1...4 {
                let settings = Self.settings { settings in
                    settings.threads = threads
                    settings.pieceRows = random.element(of: [1, 7, 100, 1 << 14])
                    settings.memoryLimit = random.element(of: [1 << 20, 1 << 30])
                }
                let rows = try Self.rows(question, source, settings)
                #expect(rows == wanted, "\(threads) threads: \(question)")
                let limit = random.below(wanted.count + 1)
                let some = try Self.rows(question, source, settings, upTo: limit)
                #expect(some.count >= min(limit, wanted.count))
                #expect(some == Array(wanted.prefix(some.count)), "\(question)")
                #expect(some.count <= max(limit + settings.pieceRows, 1))
            }
        }
    }

    @Test func `an answer is given once at least, with its columns`() throws {
        var parts = 0
        try PreparedQuery(
            "SELECT 1 AS a WHERE false", over: QuerySource(.empty), Self.settings { _ in }
        ).answer { part in
            parts += 1
            #expect(part.rowCount == 0 && part.columns.map(\.name) == ["a"])
            return true
        }
        #expect(parts == 1)
    }

    /// Rows without end, for what is done here.
    private static let long =
        "SELECT n, repeat('x', 100) || n AS text FROM (SELECT unnest(range(1000)) "
        + "AS n) a JOIN (SELECT unnest(range(1000)) AS m) b ON true"

    @Test(arguments: [1, 3])
    func `an answer that is larger than the memory is given as it is made`(threads: Int) throws {
        let settings = Self.settings { settings in
            settings.threads = threads
            settings.memoryLimit = 8 << 20
        }
        var count = 0
        try PreparedQuery(Self.long, over: QuerySource(.empty), settings).answer { part in
            count += part.rowCount
            return count < 400_000
        }
        #expect(count >= 400_000 && count < 420_000)
        let query = try PreparedQuery(Self.long, over: QuerySource(.empty), settings)
        #expect(throws: QueryFailure.memory(8 << 20)) { _ = try query.answer() }
    }

    @Test func `little is made ahead of a slow taker`() throws {
        var keeping = Keeping()
        keeping.batchRows = 20
        let source = try keeping.source(of: Self.events)
        let meter = QueryMeter()
        let query = try PreparedQuery(
            "SELECT n FROM events", over: source,
            Self.settings { settings in
                settings.threads = 3
                settings.pieceRows = 20
            })
        var parts = 0
        try query.answer(meter: meter) { _ in
            parts += 1
            #expect(meter.eventsRead <= parts * 20)
            return parts < 5
        }
        #expect(parts == 5 && meter.eventsRead <= 100)
    }

    @Test func `the time of the taker is not the query's`() throws {
        let settings = Self.settings { $0.timeLimit = 2_000_000 }
        var parts = 0
        try PreparedQuery(
            "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3", over: QuerySource(.empty), settings
        ).answer { _ in
            parts += 1
            Self.sleep(.milliseconds(900))
            return true
        }
        #expect(parts == 3)
    }

    private static func sleep(_ time: Duration) {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {}
    }

    @Test(arguments: [1, 4])
    func `it ends when nobody wants it any more`(threads: Int) throws {
        let isOver = Atomic(false)
        let query = try PreparedQuery(
            Self.long, over: QuerySource(.empty), Self.settings { $0.threads = threads })
        var count = 0
        #expect(throws: QueryFailure.stopped) {
            try query.answer({ isOver.load(ordering: .relaxed) }) { part in
                count += part.rowCount
                isOver.store(true, ordering: .relaxed)
                return true
            }
        }
        #expect(count > 0 && count < 1_000_000)
    }

    @Test func `a failure comes behind the rows before it`() throws {
        let source = try Keeping().source(of: Self.events)
        for threads in 1...3 {
            let settings = Self.settings { settings in
                settings.threads = threads
                settings.pieceRows = 10
            }
            let query = try PreparedQuery(
                "SELECT CASE WHEN n = 1234 THEN CAST('x' || n AS BIGINT) ELSE n END FROM events",
                over: source, settings)
            var count = 0
            #expect(throws: QueryFailure.self) {
                try query.answer { part in
                    count += part.rowCount
                    return true
                }
            }
            #expect(count > 1_000 && count <= 1_234)
        }
    }
}
