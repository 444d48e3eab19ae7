import AuraCore

@testable import AuraQuery

/// The aggregates there are, as forms of their calls.
///
/// `{D}` is DISTINCT or nothing, `{O}` an ORDER BY that determines the result.
extension ExpressionForm {
    static let aggregates: [ExpressionForm] = [
        ExpressionForm(.int64, "count(*)", width: .fixed(12), weight: 6),
        ExpressionForm(.int64, "count({D}{A})", width: .fixed(12), weight: 5),
        ExpressionForm(.int64, "regr_count({exact}, {exact})", width: .fixed(12)),
        ExpressionForm(.int64, "bit_{and|or|xor}({int})", width: .fixed(64)),
        ExpressionForm(.int128, "sum({D}{int})", width: .fixed(80), weight: 6),
        ExpressionForm(.int128, "sum({huge})", width: .fixed(120)),
        ExpressionForm(.int128, "sum({bool})", width: .fixed(12)),
        ExpressionForm(.int128, "count_if({bool})", width: .fixed(12), weight: 2),
        ExpressionForm(.float64, "sum({D}{exact})", .exact, weight: 4),
        ExpressionForm(.float64, "fsum({exact})", .exact),
        ExpressionForm(.float64, "avg({D}{exact})", .rough, weight: 2),
        ExpressionForm(.float64, "avg({D}{int})", .rough, weight: 2),
        ExpressionForm(
            .float64, "{stddev|variance|stddev_pop|var_pop|sem}({exact})", .rough, weight: 2),
        ExpressionForm(.float64, "{skewness|kurtosis|kurtosis_pop}({exact})", .rough),
        ExpressionForm(
            .float64,
            "{corr|covar_pop|covar_samp|regr_slope|regr_intercept|regr_r2}({exact}, {exact})",
            .rough),
        ExpressionForm(.float64, "regr_{avgx|avgy|sxx|syy|sxy}({exact}, {exact})", .rough),
        ExpressionForm(.float64, "{median|mad}({exact})", .rough),
        ExpressionForm(.float64, "quantile_cont({exact}, {0|0.25|0.5|0.9|1})", .rough),
        ExpressionForm(.float64, "quantile_cont({small}, {0.1|0.5})", .rough),
        ExpressionForm(
            .float64, "percentile_cont({0.25|0.75}) WITHIN GROUP (ORDER BY {exact})", .rough),
        ExpressionForm(.float64, "entropy({A})", .rough),
        ExpressionForm(.float64, "product({exact} / 64::DOUBLE + 1::DOUBLE)", .rough),
        ExpressionForm(.bool, "{bool_and|bool_or}({bool})", weight: 2),
        ExpressionForm(.text, "string_agg({text}, '{,| - }'{O})", weight: 2),
        ExpressionForm(.any, "{min|max}({D}{R})", weight: 6),
        ExpressionForm(.any, "{first|last}({R}{O})", weight: 2),
        ExpressionForm(.any, "any_value({R}{O})"),
        ExpressionForm(.any, "{arg_min|arg_max}({R}, {A}{O})", weight: 2),
        ExpressionForm(.any, "mode({R}{O})"),
        ExpressionForm(.any, "quantile_disc({R}, {0|0.3|0.5|1})"),
        ExpressionForm(.list, "list({item}{O})", weight: 2),
    ]

    /// Whether DuckDB takes it for a window function of that meaning.
    var isWindowAggregate: Bool {
        !text.contains("WITHIN GROUP") && !text.hasPrefix("{first|last}")
    }

    /// Window functions that are no aggregates: `{N}` is IGNORE NULLS or nothing.
    static let rankings: [ExpressionForm] = [
        ExpressionForm(.int64, "row_number()", width: .fixed(12), weight: 4),
        ExpressionForm(.int64, "{rank|dense_rank}()", width: .fixed(12), weight: 3),
        ExpressionForm(.int64, "ntile({1|3|4})", width: .fixed(12)),
        ExpressionForm(.float64, "{percent_rank|cume_dist}()", .rough),
        ExpressionForm(.any, "{lag|lead}({R}{|, 1|, 2|, 0}{N})", weight: 4),
        ExpressionForm(.any, "{lag|lead}({R}, {1|3}, {R!})"),
        ExpressionForm(.any, "{first_value|last_value}({R}{N})", weight: 3),
        ExpressionForm(.any, "nth_value({R}, {1|2|4}{N})"),
    ]
}
