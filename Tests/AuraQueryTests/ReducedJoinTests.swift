import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// Joins read no more events than may belong to rows of the other side, and answer as if they read all.
@Suite struct ReducedJoinTests {
    private static func events(_ random: inout SeededRandom, count: Int) -> [Event] {
        let subjects = random.element(of: [3, 40, 400])
        return (0..<count).map { number in
            var attributes = [Attribute("n", .int64(Int64(number)))]
            if random.chance(85) {
                attributes.append(Attribute("subject", .int64(Int64(random.below(subjects)))))
            }
            if random.chance(50) {
                attributes.append(Attribute("place", .string("p\(random.below(20))")))
            }
            return Event(
                type: random.element(of: ["a", "b", "c"]),
                time: Timestamp(
                    microseconds: 1_700_000_000_000_000 + Int64(number) * 1_000_000),
                attributes: attributes)
        }
    }

    /// Pairs of few rows and of events; `events` stands where these are read.
    private static func query(_ random: inout SeededRandom) -> String {
        let many = random.element(of: [10, 100, 5_000])
        let few = random.element(of: [
            "(SELECT subject, min(time) AS t, min(place) AS p FROM all_rows WHERE n < \(many) GROUP BY subject)",
            "(SELECT DISTINCT subject, time AS t, place AS p FROM all_rows WHERE n % 97 = 3)",
            "(SELECT subject, time AS t, place AS p FROM all_rows WHERE n < 0 LIMIT 5)",
        ])
        let condition = random.element(of: [
            "b.subject = a.subject", "b.subject = a.subject AND b.place = a.p",
            "b.subject + 1 = a.subject", "b.place = a.p AND b.subject <> a.subject", "true",
        ])
        let time = random.element(of: [
            "", " AND b.time > a.t", " AND b.time > a.t AND b.time <= a.t + INTERVAL '50 seconds'",
            " AND a.t >= b.time", " AND b.time BETWEEN a.t - INTERVAL '9 seconds' AND a.t",
            " AND b.n < a.subject", " AND b.place >= a.p",
        ])
        let filter = random.element(of: ["", " WHERE b.type = 'a'", " WHERE b.n % 2 = 0"])
        let rows = "(SELECT * FROM rows\(filter.replacing("b.", with: ""))) b"
        let sides = random.element(of: [
            "\(few) a JOIN \(rows)", "\(few) a LEFT JOIN \(rows)", "\(rows) JOIN \(few) a",
            "\(rows) LEFT JOIN \(few) a",
        ])
        return "SELECT a.subject, a.t, b.n, b.time FROM \(sides) ON \(condition)\(time)"
    }

    @Test(arguments: 1...UInt64(Effort.count(8)))
    func `they answer as if they read all`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let events = Self.events(&random, count: 200 + random.below(600))
        let source = try Keeping(&random).source(of: events)
        for _ in 0..<15 {
            let query = Self.query(&random).replacing("all_rows", with: "events")
            // The order of all events tells nothing of a join, so it reads them all.
            let plain = query.replacing(
                "FROM rows", with: "FROM (SELECT * FROM events ORDER BY n LIMIT 100000)")
            func inOrder(_ rows: [[Value]]) -> [String] { rows.map { "\($0)" }.sorted() }
            let wanted = inOrder(try source.rows(of: plain))
            let found = try source.rows(
                of: query.replacing("FROM rows", with: "FROM events"),
                threads: 1 + random.below(3), partRows: random.element(of: [1, 50, 1 << 16]))
            #expect(inOrder(found) == wanted, "seed \(seed): \(query)")
        }
    }

    @Test func `times and keys of few rows leave blocks unread`() throws {
        let lines = try ExplainedStore.lines(
            """
            EXPLAIN ANALYZE SELECT count(*) FROM
            (SELECT place, min(time) AS t FROM events WHERE n BETWEEN 200 AND 201 GROUP BY place) a
            JOIN events b ON b.place = a.place AND b.time > a.t AND b.time <= a.t + INTERVAL '40 seconds'
            """)
        let scans = lines.filter { $0.contains("scan events") }
        #expect(scans.count == 2)
        #expect(scans.last?.contains("[rows 5,") == true, "\(lines)")
    }
}
