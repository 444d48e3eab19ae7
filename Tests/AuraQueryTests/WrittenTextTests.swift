import AuraCore
import AuraTesting
import Testing

@testable import AuraQuery

/// Networks and UUIDs, which are written when somebody looks at them: whatever is asked of them has the
/// answer that the same texts have.
@Suite struct WrittenTextTests {
    /// Questions of `x`, which stands for a column of texts; all of them say in which order their rows
    /// come.
    private static let questions = [
        "SELECT x, count(*), sum(n) FROM events GROUP BY x ORDER BY x",
        "SELECT x, k, count(*) FROM events GROUP BY x, k ORDER BY x, k",
        "SELECT k, count(DISTINCT x), min(x), max(x) FROM events GROUP BY k ORDER BY k",
        "SELECT n FROM events WHERE x LIKE '%1%' ORDER BY n",
        "SELECT n FROM events WHERE x LIKE '10.%' OR x LIKE 'a%' ORDER BY n",
        "SELECT n FROM events WHERE starts_with(x, '2') AND n % 3 <> 0 ORDER BY n",
        "SELECT n, x FROM events WHERE x > '5' OR x IS NULL ORDER BY x DESC, n",
        "SELECT n FROM events WHERE x = (SELECT max(x) FROM events) ORDER BY n",
        "SELECT n FROM events WHERE x IN ('10.0.1.0/24', 'no', '2001:db8:1::/48') ORDER BY n",
        "SELECT DISTINCT upper(x) || '!' AS y FROM events ORDER BY y",
        "SELECT string_agg(x, ',' ORDER BY n), length(max(x)) FROM events",
        "SELECT count(*), sum(a.n * b.n) FROM events a JOIN events b ON a.x = b.x",
        "SELECT count(*) FROM (SELECT x FROM events UNION SELECT 'no' UNION SELECT k FROM events)",
        """
        SELECT b.x, count(*) FROM (SELECT 'no' AS x UNION ALL SELECT '10.0.1.0/24') b
        LEFT JOIN events a ON a.x = b.x GROUP BY b.x ORDER BY b.x
        """,
        "SELECT n, count(*) OVER (PARTITION BY x) AS c FROM events ORDER BY n",
        "SELECT mode(x), first(x ORDER BY x, n), arg_max(x, n) FROM events",
        "SELECT n, CASE WHEN n % 2 = 0 THEN x ELSE k END AS y FROM events ORDER BY n",
    ]

    private static func network(_ random: inout SeededRandom) -> IPPrefix {
        random.chance(80)
            ? IPPrefix(v4: 10, UInt8(random.below(2)), UInt8(random.below(5)))
            : IPPrefix(v6: 0x2001, 0xDB8, UInt16(random.below(3)))
    }

    private static func events(_ random: inout SeededRandom) -> [Event] {
        (0..<random.element(of: [1, 40, 400])).map { number in
            var attributes = [
                Attribute("n", .int64(Int64(number))),
                Attribute("k", .string(random.element(of: ["a", "b"]))),
            ]
            if random.chance(90) {
                let network = network(&random)
                attributes.append(Attribute("ip", .ipPrefix(network)))
                attributes.append(Attribute("iptext", .string(network.description)))
            }
            if random.chance(90) {
                let uuid = UUIDBytes(high: UInt64(random.below(20)) << 60, low: 7)
                attributes.append(Attribute("id", .uuid(uuid)))
                attributes.append(Attribute("idtext", .string(uuid.description)))
            }
            // An attribute of several types.
            let network = network(&random)
            let isText = random.chance(50)
            attributes.append(
                Attribute(
                    "mixed", isText ? .string(network.description) : .ipPrefix(network)))
            attributes.append(Attribute("mixedtext", .string(network.description)))
            return Event(
                type: random.element(of: ["one", "two"]),
                time: Timestamp(microseconds: Int64(random.below(1_000))), attributes: attributes)
        }
    }

    @Test(arguments: 1...UInt64(Effort.count(20)))
    func `networks and UUIDs answer as their texts do`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let source = try Keeping(&random).source(of: Self.events(&random))
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.partRows = random.element(of: [10, 1_000])
        func rows(_ text: String) throws -> [[Value]] {
            let answer = try PreparedQuery(text, over: source, settings).answer()
            return (0..<answer.rowCount).map { answer.row($0) }
        }
        for question in Self.questions {
            for (column, text) in [
                ("ip", "iptext"), ("CAST(id AS VARCHAR)", "idtext"), ("mixed", "mixedtext"),
            ] {
                func asked(_ column: String) -> String {
                    "WITH events AS (SELECT n, k, \(column) AS x FROM events) " + question
                }
                #expect(try rows(asked(column)) == rows(asked(text)), "seed \(seed), \(question)")
            }
        }
    }
}
