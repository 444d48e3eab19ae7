import AuraCore
import AuraStorage
import Testing

@testable import AuraQuery

/// Limits of queries: what is refused names the limit, and says how to do with less or to allow more.
@Suite struct LimitTests {
    private static func failure(_ text: String, memoryLimit: Int = 1 << 30) -> String {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.memoryLimit = memoryLimit
        do throws(QueryFailure) {
            _ = try PreparedQuery(text, over: QuerySource(.empty), settings).answer()
            return "no error"
        } catch { return error.description(in: text) }
    }

    private static func list(_ count: Int, _ separator: String, _ item: (Int) -> String) -> String {
        (0..<count).map(item).joined(separator: separator)
    }

    /// A text, and what its refusal says.
    private static let refusals: [(text: String, words: [String])] = [
        (
            "SELECT '\(String(repeating: "x", count: 1 << 20))'",
            ["the limit is 1048576", "hint: ask for less at once, or in several queries"]
        ),
        (
            "SELECT \(String(repeating: "(", count: 200))1",
            ["more than 100 expressions within each other", "hint: name a part of it with WITH"]
        ),
        (
            "SELECT \(list(600, "+") { _ in "1" })",
            ["more than 300 operators in a row", "hint: WITH, a list"]
        ),
        (
            list(200, " UNION ") { _ in "SELECT 1" },
            ["more than 75 queries in a row", "hint: IN or OR"]
        ),
        (
            "FROM \(list(200, ", ") { _ in "events" })",
            ["more than 75 tables in a row", "hint: ask for less at once"]
        ),
        (
            "WITH \(list(200, ", ") { "w\($0) AS (SELECT 1)" }) SELECT 1",
            ["more than 75 queries in a row", "hint: ask for less at once"]
        ),
        (
            "SELECT \(list(10_001, ", ") { _ in "1" })",
            ["more than 10000 columns", "hint: name those that are wanted"]
        ),
        (
            "SELECT 1 AS a0, \(list(80, ", ") { "a\($0) + 1 AS a\($0 + 1)" })",
            ["more than 50 names of items", "hint: compute the first ones in a subquery"]
        ),
        (
            "SELECT n FROM (SELECT 1 AS n) GROUP BY ROLLUP (\(list(1_000, ", ") { "n + \($0)" }))",
            ["more than 1000 groupings", "hint: name fewer keys"]
        ),
        (
            "SELECT sequence \(list(30, " ") { _ in "BETWEEN 0 AND 1" }) FROM events",
            ["repeat more than 100000 expressions", "hint: compute what is compared in a subquery"]
        ),
        (
            "SELECT repeat('x', 16777217)",
            ["a text of more than 16777216 bytes", "hint: take a part of the text first"]
        ),
        (
            "SELECT range(1000001)",
            ["a list of 1000001 numbers is too long", "at most 1000000"]
        ),
        (
            "SELECT count(*) FROM (SELECT DISTINCT unnest(range(1000000)))",
            ["more than its 4 MiB of memory", "SET memory_limit"]
        ),
    ]

    @Test(arguments: refusals.indices)
    func `a limit is named, with a remedy`(index: Int) {
        let (text, words) = Self.refusals[index]
        let found = Self.failure(text, memoryLimit: 4 << 20)
        for word in words { #expect(found.contains(word), "\(found.prefix(600))") }
    }

    @Test func `what is just within a limit is answered`() {
        for text in [
            "SELECT \(Self.list(250, " + ") { _ in "1" })",
            "SELECT count(*) FROM events WHERE \(Self.list(3_000, " OR ") { "sequence = \($0)" })",
            Self.list(70, " UNION ") { "SELECT \($0)" },
            Self.list(250, " UNION ALL ") { "SELECT \($0)" },
            "WITH \(Self.list(70, ", ") { "w\($0) AS (SELECT 1 AS a)" }) SELECT a FROM w69",
            "SELECT \(Self.list(5_000, ", ") { "\($0)" })",
        ] {
            #expect(Self.failure(text) == "no error")
        }
    }
}
