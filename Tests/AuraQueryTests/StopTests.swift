import AuraCore
import AuraStorage
import Testing

@testable import AuraQuery

/// A query that is to stop does so soon, in the midst of long steps, too.
@Suite(.serialized) struct StopTests {
    private static let rows = "(SELECT unnest(range(400000)) AS n)"

    /// Steps that take seconds where nothing is optimised.
    private static let long = [
        // An expensive expression of one batch.
        "SELECT max(levenshtein(repeat(n::VARCHAR, 300), repeat('ab', 1200))) FROM \(rows)",
        "SELECT max(regexp_replace(repeat('a' || n, 5000), '[0-9]+', 'b', 'g')) FROM \(rows)",
        // Orders.
        "SELECT n FROM \(rows) ORDER BY md5(n::VARCHAR), n",
        "SELECT n FROM \(rows) ORDER BY (n * 7919) % 400009 LIMIT 20000",
        // Windows.
        "SELECT sum(n) OVER (ORDER BY (n * 7919) % 400009 ROWS BETWEEN 1000 PRECEDING AND CURRENT ROW) FROM \(rows)",
        "SELECT max(n) OVER (ORDER BY n ROWS BETWEEN 100000 PRECEDING AND 5 FOLLOWING) FROM \(rows)",
        // Joins, and rows that come of few.
        "SELECT count(*) FROM \(rows) a JOIN \(rows) b ON a.n % 7 = b.n % 7",
        "SELECT count(*) FROM \(rows) WHERE n NOT IN (SELECT (n * 7919) % 400009 FROM \(rows))",
        // Many groups.
        "SELECT count(*) FROM (SELECT n, n % 100003 AS m, min(n) FROM \(rows) GROUP BY ROLLUP (n, m))",
    ]
    /// Ten times what it takes at most where nobody else uses the machine.
    private static let patience = Duration.seconds(2)

    @Test(arguments: long.indices, [1, 3])
    func `it ends soon after somebody says so`(index: Int, threads: Int) throws {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.threads = threads
        let query = try PreparedQuery(Self.long[index], over: QuerySource(.empty), settings)
        for after in [20, 150, 700] {
            let end = ContinuousClock.now + .milliseconds(after)
            // A fast machine may be done before.
            do throws(QueryFailure) {
                _ = try query.answer { ContinuousClock.now >= end }
            } catch {
                #expect(error == .stopped)
            }
            #expect(end.duration(to: .now) < Self.patience, "\(Self.long[index])")
        }
    }
}
