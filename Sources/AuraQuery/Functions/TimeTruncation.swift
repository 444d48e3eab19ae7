import AuraCore

/// `date_trunc`: times and intervals without what is less than a unit.
extension ScalarFunction {
    static let truncations: [ScalarFunction] = [
        ofTimes(.timestamp), ofTimes(.date),
        ScalarFunction(
            [.text, .interval], .interval,
            .values { values throws(ComputationError) in
                let part = try TimePart.named(values[0])
                guard case .interval(let interval) = values[1] else { return .null }
                return .interval(try interval.truncated(to: part))
            }),
    ]

    private static func ofTimes(_ type: ValueType) -> ScalarFunction {
        ScalarFunction(
            [.text, type], .timestamp,
            .prepared(from: 0, .timestamp) { value throws(ComputationError) in
                let part = try TimePart.named(value)
                guard let grid = TimeGrid(part) else { throw .noUnit(part) }
                return grid
            } _: { (grid: TimeGrid, columns, _) throws(ComputationError) in
                try grid.starts(try columns[1].asTimes())
            })
    }
}

extension ComputationError {
    /// No unit of time is that long.
    static func noUnit(_ part: TimePart) -> ComputationError {
        ComputationError(
            "'\(part.rawValue)' is no unit of time",
            hint: "units are year, quarter, month, week, day, hour, minute, second and others")
    }
}

extension Interval {
    fileprivate func truncated(to part: TimePart) throws(ComputationError) -> Interval {
        func cut(months count: Int64) -> Interval { Interval(months: months / count * count) }
        switch part {
        case .month: return Interval(months: months)
        case .quarter: return cut(months: 3)
        case .year, .isoyear: return cut(months: 12)
        case .decade: return cut(months: 120)
        case .century: return cut(months: 1_200)
        case .millennium: return cut(months: 12_000)
        case .week, .yearweek: return Interval(months: months, days: days / 7 * 7)
        case .day, .dayofweek, .isodow, .dayofyear, .julian:
            return Interval(months: months, days: days)
        case .hour, .minute, .second, .millisecond, .microsecond, .epoch:
            let unit = part.unit ?? 1_000_000
            return Interval(
                months: months, days: days, microseconds: microseconds / unit * unit)
        case .era: throw .noUnit(part)
        }
    }
}
