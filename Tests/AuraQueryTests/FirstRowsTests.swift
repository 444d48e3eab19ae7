import AuraCore
import AuraStorage
import Testing

@testable import AuraQuery

/// ORDER BY with LIMIT over more rows than are looked at together.
@Suite struct FirstRowsTests {
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
            var settings = QuerySettings(now: Timestamp(microseconds: 0))
            settings.partRows = 1
            let answer = try PreparedQuery(text, over: QuerySource(.empty), settings).answer()
            return (0..<answer.rowCount).map { answer.row($0) }
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
