import AuraCore

/// The operators of dates, times and intervals.
extension ScalarFunction {
    static let timeOperators: [String: [ScalarFunction]] = [
        "+": [
            days(isLess: false),
            swapped(days(isLess: false)),
            shifted(.date, isLess: false), shifted(.date, isLess: false, isSwapped: true),
            shifted(.timestamp, isLess: false), shifted(.timestamp, isLess: false, isSwapped: true),
            shifted(.instant, isLess: false) { $0.addedToInstant($1) },
            shifted(.instant, isLess: false, isSwapped: true) { $0.addedToInstant($1) },
            intervals { $0.adding($1) },
        ],
        "-": [
            days(isLess: true), dayDifference,
            shifted(.date, isLess: true), shifted(.timestamp, isLess: true),
            shifted(.instant, isLess: true) { $0.addedToInstant($1) },
            difference(.timestamp), difference(.instant),
            intervals { left, right in right.multiplied(by: -1).flatMap { left.adding($0) } },
            ScalarFunction(
                [.interval], .interval,
                .values { values throws(ComputationError) in
                    guard case .interval(let value) = values[0],
                        let result = value.multiplied(by: -1)
                    else { throw .overflow("-", values[0].description) }
                    return .interval(result)
                }),
        ],
        "*": [
            scaled { $0 * $1 }, swapped(scaled { $0 * $1 }), multiplied, swapped(multiplied),
        ],
        "/": [scaled { $0 / $1 }],
    ]

    /// A date some days later or earlier.
    private static func days(isLess: Bool) -> ScalarFunction {
        ScalarFunction(
            [.date, .int64], .date,
            .values { values throws(ComputationError) in
                guard case .date(let date) = values[0], case .int64(let days) = values[1] else {
                    return .null
                }
                let (sum, overflows) =
                    isLess
                    ? date.subtractingReportingOverflow(days) : date.addingReportingOverflow(days)
                guard !overflows, sum.multipliedExactly(by: Interval.dayMicroseconds) != nil else {
                    throw .overflow("+", "\(values[0]) \(isLess ? "-" : "+") \(days)")
                }
                return .date(sum)
            })
    }

    private static let dayDifference = ScalarFunction(
        [.date, .date], .int64,
        .values { values in
            guard case .date(let left) = values[0], case .date(let right) = values[1] else {
                return .null
            }
            return .int64(left &- right)
        })

    /// A time and an interval, or the other way round; that of a date is a TIMESTAMP.
    static func shifted(
        _ type: ValueType, isLess: Bool, isSwapped: Bool = false,
        _ add: @escaping @Sendable (Interval, Int64) -> Int64? = { $0.added(to: $1) }
    ) -> ScalarFunction {
        let result = type == .date ? .timestamp : type
        return ScalarFunction(
            isSwapped ? [.interval, type] : [type, .interval], result,
            .prepared(from: isSwapped ? 0 : 1, result) { value throws(ComputationError) in
                guard let step = Interval(value).multiplied(by: isLess ? -1 : 1) else {
                    throw .overflow("-", value.description)
                }
                return step
            } _: { (step: Interval, columns, _) throws(ComputationError) in
                try columns[isSwapped ? 1 : 0].asTimes().times(result) { add(step, $0) }
            })
    }

    /// Whole days and what is left of them.
    private static func difference(_ type: ValueType) -> ScalarFunction {
        ScalarFunction(
            [type, type], .interval,
            .columns { columns, count throws(ComputationError) in
                let whole = try Columns.integers(columns[0], columns[1], count: count) {
                    let (whole, overflows) = $0.subtractingReportingOverflow($1)
                    return overflows ? nil : whole
                } failure: {
                    .overflow("-", "\($0) - \($1)")
                }
                return whole.mapped(
                    .interval,
                    .intervals(
                        whole.integers.mapped {
                            let (days, rest) = $0.quotientAndRemainder(
                                dividingBy: Interval.dayMicroseconds)
                            return Interval(days: days, microseconds: rest)
                        }))
            })
    }

    private static func intervals(
        _ body: @escaping @Sendable (Interval, Interval) -> Interval?
    ) -> ScalarFunction {
        ScalarFunction(
            [.interval, .interval], .interval,
            .values { values throws(ComputationError) in
                guard case .interval(let left) = values[0], case .interval(let right) = values[1]
                else { return .null }
                guard let result = body(left, right) else {
                    throw .overflow("+", "\(left) and \(right)")
                }
                return .interval(result)
            })
    }

    private static let multiplied = ScalarFunction(
        [.interval, .int64], .interval,
        .values { values throws(ComputationError) in
            guard case .interval(let interval) = values[0], case .int64(let factor) = values[1],
                let result = interval.multiplied(by: factor)
            else { throw .overflow("*", "\(values[0]) * \(values[1])") }
            return .interval(result)
        })

    /// So much of each part, where what is left of months are days, and of days µs.
    private static func scaled(
        _ body: @escaping @Sendable (Double, Double) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            [.interval, .float64], .interval,
            .values { values throws(ComputationError) in
                guard case .interval(let interval) = values[0], let factor = values[1].double else {
                    return .null
                }
                let months = body(Double(interval.months), factor)
                let wholeMonths = months.rounded(.towardZero)
                let days = body(Double(interval.days), factor) + (months - wholeMonths) * 30
                let wholeDays = days.rounded(.towardZero)
                let rest =
                    body(Double(interval.microseconds), factor)
                    + ((days - wholeDays) * Double(Interval.dayMicroseconds)).rounded()
                guard let wholeMonths = Int64(exactly: wholeMonths),
                    let wholeDays = Int64(exactly: wholeDays),
                    let rest = Int64(exactly: rest.rounded())
                else {
                    if factor == 0 { throw .zeroDivision("\(interval) / 0") }
                    throw .overflow("*", "\(interval) times or by \(factor)")
                }
                return .interval(
                    Interval(months: wholeMonths, days: wholeDays, microseconds: rest))
            })
    }

    /// The same with its two arguments in the other order.
    private static func swapped(_ function: ScalarFunction) -> ScalarFunction {
        guard case .values(let body) = function.kernel else { return function }
        return ScalarFunction(
            function.parameters.reversed(), function.result,
            .values { values throws(ComputationError) in try body(values.reversed()) })
    }
}
