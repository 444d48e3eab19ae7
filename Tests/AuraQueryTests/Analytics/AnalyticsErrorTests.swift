import Testing

@testable import AuraQuery

/// What is wrong with calls of Aura's own functions is said with a way to mend it.
@Suite struct AnalyticsErrorTests {
    private static let table = "(SELECT TIMESTAMP '2024-01-01' AS t, 1 AS n, 'x' AS s)"

    @Test(arguments: [
        ("zscore(s) OVER ()", "zscore() takes numbers, not VARCHAR"),
        ("zscore(n)", "write zscore() OVER (…)"),
        ("zscore(n, 1) OVER ()", "takes one argument"),
        ("mad_zscore(DISTINCT n) OVER ()", "takes one argument, and at most FILTER"),
        ("ewma(n, 0.5) OVER ()", "OVER (ORDER BY time)"),
        ("ewma(n, 2) OVER (ORDER BY t)", "greater than 0, up to 1"),
        ("ewma(n, n) OVER (ORDER BY t)", "the same for all rows"),
        ("ewma(n, 0.5) OVER (ORDER BY t ROWS 2 PRECEDING)", "leave out ROWS or RANGE"),
        ("ewma(n, INTERVAL '1 month') OVER (ORDER BY t)", "no months"),
        ("ewma(n, INTERVAL '1 day') OVER (ORDER BY n)", "ordered by a time, not by BIGINT"),
        ("interpolate(n) OVER (ORDER BY t, n)", "one ORDER BY expression"),
        ("interpolate(n) OVER (ORDER BY s)", "a time or a number, not by VARCHAR"),
        ("interpolate(n)", "GROUP BY time_bucket_gapfill("),
        ("session_id(n, INTERVAL '1 day') OVER (ORDER BY t)", "takes a time, not BIGINT"),
        ("session_id(t, 30) OVER (ORDER BY t)", "such as INTERVAL '7 days'"),
        ("session_id(t, INTERVAL '-1 day') OVER (ORDER BY t)", "greater than zero, not '-1 day'"),
        ("session_id(t) OVER (ORDER BY t)", "takes two arguments"),
        ("funnel(INTERVAL '0 days', t, true)", "greater than zero"),
        ("funnel(INTERVAL '1 month -1 day', t, true)", "greater than zero"),
        ("funnel(INTERVAL '1 day', t)", "a condition for each step"),
        ("funnel(INTERVAL '1 day', n, true)", "takes a time here, not BIGINT"),
        ("funnel(INTERVAL '1 day', t, n)", "takes conditions here, not BIGINT"),
        ("funnel(t - t, t, true)", "the same for all rows"),
        ("retention(INTERVAL '1 day', 0, t, true, true)", "from 1 to 1000"),
        ("retention(INTERVAL '1 day', 3, t, true)", "INTERVAL '1 week', 8"),
        ("rate(INTERVAL '1 hour')", "group by time_bucket(…)"),
        ("rate(60)", "such as INTERVAL '7 days'"),
        ("rate(INTERVAL '1 month')", "no months"),
        ("rate(INTERVAL '1 hour', s)", "rate() takes numbers, not VARCHAR"),
        ("rate(INTERVAL '1 hour') OVER ()", "at most FILTER"),
        ("time_bucket_gapfill(INTERVAL '1 hour', t)", "must be one of the terms of GROUP BY"),
        ("retension(1)", "did you mean 'retention'?"),
        ("time_bucket_gapfil(t)", "did you mean 'time_bucket_gapfill'?"),
    ]) func `a call is refused`(call: String, words: String) {
        let message = ConstantQuery.failure("SELECT \(call) FROM \(Self.table)")
        #expect(message.contains(words), "\(message)")
    }

    @Test(arguments: [
        ("INTERVAL '1 hour', t, 'x'", "GROUP BY 1", "'x' cannot be read as TIMESTAMP"),
        ("INTERVAL '1 hour', t, finish := t", "GROUP BY 1", "the same for all rows"),
        ("INTERVAL '1 hour', t, until := t", "GROUP BY 1", "perhaps a start and a finish"),
        (
            "INTERVAL '1 hour', t, '2024-01-01', start := '2024-01-02'", "GROUP BY 1",
            "perhaps a start"
        ),
        ("INTERVAL '1 month 1 day', t", "GROUP BY 1", "months beside days"),
        ("INTERVAL '1 hour', t", "GROUP BY ROLLUP (1)", "does not go with ROLLUP"),
        (
            "INTERVAL '1 hour', t", "GROUP BY 1, time_bucket_gapfill(INTERVAL '1 day', t)",
            "more than once"
        ),
        (
            "INTERVAL '1 second', t, '2023-01-01', '2024-01-01'", "GROUP BY 1",
            "more than 1000000 groups"
        ),
    ]) func `a series is refused`(arguments: String, groups: String, words: String) {
        let message = ConstantQuery.failure(
            "SELECT time_bucket_gapfill(\(arguments)) FROM \(Self.table) \(groups)")
        #expect(message.contains(words), "\(message)")
    }

    @Test func `a funnel has at most so many steps`() {
        let steps = Array(repeating: "true", count: 33).joined(separator: ", ")
        let message = ConstantQuery.failure(
            "SELECT funnel(INTERVAL '1 day', t, \(steps)) FROM \(Self.table)")
        #expect(message.contains("has 33 steps, and at most 32 may be"), "\(message)")
    }

    @Test(arguments: [
        ("WHERE rate(INTERVAL '1 day') > 1", "WHERE cannot have the aggregate rate()"),
        ("WHERE locf(n) > 1", "WHERE cannot have a window function"),
        ("WHERE time_bucket_gapfill(INTERVAL '1 day', t) > t", "must be one of the terms"),
        ("HAVING zscore(n) OVER () > 1", "HAVING cannot have a window function"),
    ]) func `a clause cannot have it`(clause: String, words: String) {
        let message = ConstantQuery.failure("SELECT 1 FROM \(Self.table) \(clause)")
        #expect(message.contains(words), "\(message)")
    }
}
