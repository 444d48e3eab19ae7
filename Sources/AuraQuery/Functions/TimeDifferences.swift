import AuraCore

/// How far times are from each other.
extension ScalarFunction {
    /// `date_diff`: how many beginnings of a unit lie between two times.
    static let crossings = difference { part in part.crossings }
    /// `date_sub`: how many whole units lie between two times.
    static let distances = difference { part in part.distance }

    /// A function of a unit and two times.
    static func difference(
        _ type: ValueType = .timestamp,
        _ body: @escaping @Sendable (TimePart) -> (@Sendable (Int64, Int64) -> Int64?)?
    ) -> ScalarFunction {
        ScalarFunction(
            [.text, type, type], .int64,
            .prepared(from: 0, .int64) { value throws(ComputationError) in
                let part = try TimePart.named(value)
                guard let body = body(part) else { throw .noUnit(part) }
                return body
            } _: {
                (
                    body: @Sendable (Int64, Int64) -> Int64?, columns, count
                ) throws(ComputationError)
                in
                try Columns.integers(columns[1], columns[2], count: count, body) { start, end in
                    ComputationError("\(end) and \(start) differ by more than 64 bits")
                }
            })
    }

    /// `age`: years, months, days and the rest.
    static let age = ScalarFunction(
        [.timestamp, .timestamp], .interval,
        .values { values in
            guard let left = values[0].time, let right = values[1].time else { return .null }
            guard left < right else { return .interval(Interval(from: right, to: left)) }
            let age = Interval(from: left, to: right)
            return .interval(
                Interval(
                    months: -age.months, days: -age.days, microseconds: -age.microseconds))
        })
}

extension Interval {
    /// What clocks and calendars count from one time to a later one.
    fileprivate init(from start: Int64, to end: Int64) {
        let (startDay, endDay) = (TimeRange.day(start), TimeRange.day(end))
        let (first, last) = (CivilDate(days: startDay), CivilDate(days: endDay))
        var months = last.months - first.months
        var days = Int64(last.day - first.day)
        // What of its day has passed; the products may exceed 64 bits, their difference does not.
        var rest =
            (end &- endDay &* Interval.dayMicroseconds)
            - (start &- startDay &* Interval.dayMicroseconds)
        if rest < 0 {
            rest += Interval.dayMicroseconds
            days -= 1
        }
        if days < 0 {
            days += Int64(CivilTime.days(inMonth: first.month, of: first.year))
            months -= 1
        }
        self.init(months: months, days: days, microseconds: rest)
    }
}

extension TimePart {
    /// How many µs, if always as many.
    private var length: Int64? {
        days.map { $0 * Interval.dayMicroseconds } ?? (self == .epoch ? 1_000_000 : unit)
    }

    /// How many days, if always as many.
    var days: Int64? {
        switch self {
        case .day, .dayofweek, .isodow, .dayofyear, .julian: 1
        case .week, .yearweek: 7
        default: nil
        }
    }

    /// How many months, if always as many.
    var months: Int64? {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year, .isoyear: 12
        case .decade: 120
        case .century: 1_200
        case .millennium: 12_000
        default: nil
        }
    }

    /// Beginnings of this unit from a first to a second time; of weeks, whole ones between the
    /// dates, on whichever day of the week they begin.
    var crossings: (@Sendable (Int64, Int64) -> Int64?)? {
        func ofDays(
            _ number: @escaping @Sendable (Int64) -> Int64
        ) -> @Sendable (Int64, Int64) -> Int64? {
            { number(TimeRange.day($1)) - number(TimeRange.day($0)) }
        }
        switch self {
        case .microsecond: return distance
        case .week, .yearweek: return { (TimeRange.day($1) - TimeRange.day($0)) / 7 }
        case .isoyear: return ofDays { CivilDate.isoWeek($0).year }
        case .month: return ofDays { CivilDate(days: $0).months }
        // Divided towards zero, so that the quarter, decade and so on about the year 0 are longer.
        case .quarter: return ofDays { (CivilDate(days: $0).months + 1_970 * 12) / 3 }
        case .year: return ofDays { Int64(CivilDate(days: $0).year) }
        case .decade: return ofDays { Int64(CivilDate(days: $0).year) / 10 }
        case .century: return ofDays { Int64(CivilDate(days: $0).year) / 100 }
        case .millennium: return ofDays { Int64(CivilDate(days: $0).year) / 1_000 }
        default:
            guard let length else { return nil }
            return { $1.flooredQuotient(length) - $0.flooredQuotient(length) }
        }
    }

    /// Whole units of this kind from a first to a second time.
    var distance: (@Sendable (Int64, Int64) -> Int64?)? {
        if let length {
            return { start, end in
                let (whole, overflows) = end.subtractingReportingOverflow(start)
                return overflows ? nil : whole / length
            }
        }
        guard let months else { return nil }
        return { start, end in
            start > end
                ? -TimePart.months(from: end, to: start) / months
                : TimePart.months(from: start, to: end) / months
        }
    }

    /// Whole months, of which the last may end with a month that is shorter than the first was.
    private static func months(from start: Int64, to end: Int64) -> Int64 {
        let last = CivilDate(days: TimeRange.day(end))
        let length = CivilTime.days(inMonth: last.month, of: last.year)
        var start = start
        if last.day == length {
            let startDay = TimeRange.day(start)
            let excess = Int64(CivilDate(days: startDay).day - length)
            if excess > 0 { start -= excess * Interval.dayMicroseconds }
        }
        return Interval(from: start, to: end).months
    }
}
