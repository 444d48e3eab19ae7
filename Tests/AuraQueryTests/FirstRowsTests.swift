import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// The first rows of an order are those of the whole order, however they are found.
@Suite struct FirstRowsTests {
    /// Events of few and of many different values, some of which are missing.
    private static func events(_ random: inout SeededRandom, count: Int) -> [Event] {
        let reach = random.element(of: [2, 30, 100_000])
        return (0..<count).map { number in
            var attributes = [Attribute("n", .int64(Int64(number)))]
            func add(_ name: String, _ value: AttributeValue) {
                if random.chance(80) { attributes.append(Attribute(name, value)) }
            }
            add("whole", .int64(Int64(random.below(reach)) - 7))
            add("share", .float64(Double(random.below(reach)) / 8 - 1))
            add("word", .string("w\(random.below(reach))"))
            return Event(
                type: random.element(of: ["a", "b"]),
                time: Timestamp(
                    microseconds: 1_700_000_000_000_000 + Int64(random.below(1_000)) * 1_000_000),
                attributes: attributes)
        }
    }

    @Test(arguments: 1...UInt64(Effort.count(8)))
    func `they are the beginning of all`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let events = Self.events(&random, count: 200 + random.below(800))
        let source = try Keeping(&random).source(of: events)
        for _ in 0..<12 {
            let key = random.element(of: ["whole", "share", "word", "whole % 5", "time"])
            let order = random.element(of: ["", " DESC"])
            let nulls = random.element(of: ["", " NULLS FIRST", " NULLS LAST"])
            let filter = random.element(of: ["", " WHERE share IS NOT NULL", " WHERE n % 3 = 0"])
            let query =
                "SELECT n, whole, word FROM events\(filter) ORDER BY \(key)\(order)\(nulls), n"
            let all = try source.rows(of: query)
            let (limit, offset) = (1 + random.below(60), random.below(3) * random.below(40))
            let first = try source.rows(
                of: query + " LIMIT \(limit) OFFSET \(offset)",
                threads: 1 + random.below(3), partRows: random.element(of: [1, 50, 1 << 16]))
            #expect(first == Array(all.dropFirst(offset).prefix(limit)), "seed \(seed): \(query)")
        }
    }

    @Test func `many rows are let go of`() throws {
        let rows = try QuerySource(.empty).rows(
            of: """
                SELECT n FROM (SELECT unnest(range(300000)) AS n)
                ORDER BY (n * 7919) % 300007 DESC, n LIMIT 3
                """, threads: 2, partRows: 1 << 10)
        let wanted = (0..<Int64(300_000)).sorted {
            ($0 * 7_919 % 300_007, $1) > ($1 * 7_919 % 300_007, $0)
        }
        #expect(rows == wanted.prefix(3).map { [.int64($0)] })
    }

    /// Keys of `n`: of several types, with many equal ones, NULLs, and in the order of rows and against it.
    private static let keys = [
        "n", "n DESC", "n * 7919 % 100003", "n * 7919 % 100003 DESC", "n % 11, n % 7 DESC",
        "nullif(n % 5, 2) DESC NULLS FIRST", "nullif(n * 31 % 4001, 7) NULLS LAST",
        "nullif(n * 31 % 4001, 7) NULLS FIRST", "CASE WHEN n > 60000 THEN n / 7.5 END DESC",
        "CASE WHEN n % 1000 = 3 THEN 'nan'::DOUBLE ELSE sin(n) END DESC",
        "CASE WHEN n % 1000 = 3 THEN -0.0 ELSE abs(sin(n)) END", "n % 3 = 1 DESC, sin(n)",
        "CAST(n % 1009 AS VARCHAR) DESC", "DATE '2024-01-01' + CAST(n * 13 % 997 AS INTEGER)",
    ]

    @Test(arguments: keys)
    func `the first rows are those of the whole order`(key: String) throws {
        let rows = "(SELECT unnest(range(80000)) AS n)"
        func answer(_ text: String) throws -> [[Value]] {
            try QuerySource(.empty).rows(of: text, partRows: 1)
        }
        for limit in [1, 500] {
            let first = try answer("SELECT n FROM \(rows) ORDER BY \(key) LIMIT \(limit)")
            let whole = try answer(
                """
                SELECT n FROM (SELECT n, row_number() OVER (ORDER BY \(key), n) AS r FROM \(rows))
                WHERE r <= \(limit) ORDER BY r
                """)
            #expect(first == whole, "LIMIT \(limit)")
        }
    }
}
