import AuraCore

@testable import AuraQuery

/// Functions that DuckDB does not have: only the reference is asked about them.
extension ExpressionForm {
    static let ownAggregates: [ExpressionForm] = [
        ExpressionForm(
            .int64, "funnel(INTERVAL '{3 hours|2 days|1 month}', {time}, {bool}, {bool}, {bool})",
            width: .fixed(5), weight: 3),
        ExpressionForm(
            .bool,
            "retention(INTERVAL '{2 hours|1 day|1 month}', 2, {time}, {bool}, {bool})[{1|2}]",
            weight: 3),
    ]

    /// Those that need a window, which may have a frame.
    static let ownScores: [ExpressionForm] = [
        ExpressionForm(.float64, "{zscore|mad_zscore}({exact})", .rough, weight: 6)
    ]

    /// Those that need an order, and take no frame.
    static let ownSeries: [ExpressionForm] = [
        ExpressionForm(.float64, "ewma({exact}, {0.5|1|INTERVAL '1 day'})", .rough, weight: 3),
        ExpressionForm(
            .int64, "session_id({time}, INTERVAL '{1 hour|1 day}')", width: .fixed(12), weight: 3),
        ExpressionForm(.any, "locf({R})", weight: 2),
        ExpressionForm(.float64, "interpolate({exact})", .rough, weight: 2),
    ]
}
