import AuraCore

/// How instants and intervals go together where the session's clocks do not show UTC.
///
/// Months and days are those of clocks and calendars, what is less passes as it does everywhere.
extension Casting {
    /// The instant that much later; nil if there is none.
    ///
    /// In the order of `Interval.addedToInstant(_:)`.
    func adding(_ interval: Interval, to time: Int64) -> Int64? {
        if zone.fixedOffset == 0 { return interval.addedToInstant(time) }
        let rest = Int128(interval.microseconds)
        guard let start = TimeRange.time(Int128(time) + min(rest, 0)) else { return nil }
        var moved = start
        if interval.months != 0 || interval.days != 0 {
            let clock = Interval(months: interval.months, days: interval.days)
            guard let local = clock.added(to: local(start)) else { return nil }
            moved = instant(local, asAt: start)
        }
        return TimeRange.time(Int128(moved) + max(rest, 0))
    }

    /// The instant at which clocks show a time: of two, the one at which they stand as they do at
    /// another instant.
    private func instant(_ local: Int64, asAt other: Int64) -> Int64 {
        let same = local &- (self.local(other) &- other)
        return self.local(same) == local ? same : instant(local)
    }

    /// Whole days from one instant to another, and what is left of the last; nil beyond 64 bits.
    func interval(from start: Int64, to end: Int64) -> Interval? {
        guard start <= end else {
            return interval(from: end, to: start).flatMap { $0.multiplied(by: -1) }
        }
        guard let days = days(from: start, to: end),
            let last = adding(Interval(days: days), to: start)
        else { return nil }
        return Interval(days: days, microseconds: end - last)
    }

    /// Whole days from one instant to another; nil beyond 64 bits.
    func days(from start: Int64, to end: Int64) -> Int64? {
        let (length, overflows) = end.subtractingReportingOverflow(start)
        if overflows { return nil }
        // A day may be as short as 23 hours.
        let most = Int64(clamping: length.magnitude) / Interval.dayMicroseconds + 1
        return count(from: start, to: end, atMost: most) { Interval(days: $0) }
    }

    /// Whole months from one instant to another.
    func months(from start: Int64, to end: Int64) -> Int64 {
        func month(_ time: Int64) -> Int64 { CivilDate(days: TimeRange.day(local(time))).months }
        let most = Int64(clamping: (month(end) - month(start)).magnitude)
        return count(from: start, to: end, atMost: most) { Interval(months: $0) }
    }

    /// How many steps from one instant do not go beyond another; backwards as many less than none.
    private func count(
        from start: Int64, to end: Int64, atMost most: Int64, _ steps: (Int64) -> Interval
    ) -> Int64 {
        let sign: Int64 = start <= end ? 1 : -1
        var count = most
        while count > 0 {
            if let reached = adding(steps(sign * count), to: start),
                sign > 0 ? reached <= end : reached >= end
            {
                break
            }
            count -= 1
        }
        return sign * count
    }

    /// When the unit of a part of a day began, by the clocks that an instant has.
    fileprivate func start(of unit: Int64, at time: Int64) -> Int64 {
        let local = local(time)
        return time &- (local &- local.flooredQuotient(unit) &* unit)
    }
}

extension ScalarFunction {
    /// The functions of instants and intervals, or of two instants, by their names.
    static func zoned(_ casting: Casting) -> [String: [ScalarFunction]] {
        let add: @Sendable (Interval, Int64) -> Int64? = { casting.adding($0, to: $1) }
        let later = shifted(.instant, isLess: false, add)
        let difference = ScalarFunction(
            [.instant, .instant], .interval,
            .values { values throws(ComputationError) in
                guard let end = values[0].time, let start = values[1].time else { return .null }
                guard let interval = casting.interval(from: start, to: end) else {
                    throw .overflow("-", "\(values[0]) - \(values[1])")
                }
                return .interval(interval)
            })
        return [
            "+": [later, shifted(.instant, isLess: false, isSwapped: true, add)],
            "-": [shifted(.instant, isLess: true, add), difference],
            "date_add": [later],
            "date_diff": [crossings(casting)], "datediff": [crossings(casting)],
            "date_sub": [distances(casting)], "datesub": [distances(casting)],
        ]
    }

    private static func crossings(_ casting: Casting) -> ScalarFunction {
        difference(.instant) { part in
            guard let body = part.crossings else { return nil }
            guard let unit = part == .epoch ? 1_000_000 : part.unit, unit > 1 else {
                return part == .microsecond
                    ? body : { body(casting.local($0), casting.local($1)) }
            }
            return { start, end in
                (casting.start(of: unit, at: end) - casting.start(of: unit, at: start)) / unit
            }
        }
    }

    private static func distances(_ casting: Casting) -> ScalarFunction {
        difference(.instant) { part in
            if let months = part.months { return { casting.months(from: $0, to: $1) / months } }
            if let days = part.days { return { casting.days(from: $0, to: $1).map { $0 / days } } }
            return part.distance
        }
    }
}
