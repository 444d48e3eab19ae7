import AuraCore

/// Functions that make intervals of numbers.
extension ScalarFunction {
    static let intervalFunctions: [String: [ScalarFunction]] = [
        "to_centuries": [ofWhole(Interval(months: 1_200))],
        "to_decades": [ofWhole(Interval(months: 120))],
        "to_years": [ofWhole(Interval(months: 12))],
        "to_quarters": [ofWhole(Interval(months: 3))],
        "to_months": [ofWhole(Interval(months: 1))],
        "to_weeks": [ofWhole(Interval(days: 7))],
        "to_days": [ofWhole(Interval(days: 1))],
        "to_hours": [ofWhole(Interval(microseconds: 3_600_000_000))],
        "to_minutes": [ofWhole(Interval(microseconds: 60_000_000))],
        "to_seconds": [ofFloat(1_000_000)],
        "to_milliseconds": [ofFloat(1_000)],
        "to_microseconds": [ofWhole(Interval(microseconds: 1))],
    ]

    /// So many of an interval.
    private static func ofWhole(_ unit: Interval) -> ScalarFunction {
        ScalarFunction(
            [.int64], .interval,
            .values { values throws(ComputationError) in
                guard case .int64(let count) = values[0],
                    let result = unit.multiplied(by: count), result.isCommon
                else { throw ComputationError("no interval is as long as \(values[0]) × \(unit)") }
                return .interval(result)
            })
    }

    /// So many of a unit of some µs, to the nearest µs.
    private static func ofFloat(_ unit: Double) -> ScalarFunction {
        ScalarFunction(
            [.float64], .interval,
            .values { values throws(ComputationError) in
                guard let count = values[0].double,
                    let result = Int64(exactly: (count * unit).rounded(.toNearestOrEven))
                else {
                    throw ComputationError(
                        "no interval is as long as \(values[0]) × \(Int64(unit)) µs")
                }
                return .interval(Interval(microseconds: result))
            })
    }
}
