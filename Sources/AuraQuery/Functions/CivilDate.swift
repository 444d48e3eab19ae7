import AuraCore

/// A date of the proleptic Gregorian calendar, in which the year 0 precedes 1.
struct CivilDate: Hashable, Sendable {
    let year: Int
    /// 1…12.
    let month: Int
    /// 1…31.
    let day: Int

    /// Years that are added so that no number below is negative: 732 cycles of 400 years, which is
    /// more than 64 bits of µs reach.
    private static let yearShift = 732 * 400
    /// Days from the March 1 before the first of those years to 1970.
    private static let dayShift = 732 * 146_097 + 719_468

    /// The date so many days after 1970-01-01, which a TIMESTAMP can have (`TimeRange.days`).
    ///
    /// Source: Neri and Schneider, "Euclidean affine functions and their application to calendar
    /// algorithms", 2022, <https://doi.org/10.1002/spe.3172>.
    @inline(__always)
    init(days: Int64) {
        let shifted = UInt32(truncatingIfNeeded: days &+ Int64(CivilDate.dayShift))
        let quarterDays = 4 &* shifted &+ 3
        let century = quarterDays / 146_097
        let dayOfCentury = quarterDays % 146_097 / 4
        let product = UInt64(4 &* dayOfCentury &+ 3) &* 2_939_745
        let dayOfYear = UInt32(truncatingIfNeeded: product) / 2_939_745 / 4
        let yearFromMarch = Int(100 &* century) &+ Int(product >> 32)
        let monthAndDay = 2_141 &* dayOfYear &+ 197_913
        let isNextYear = dayOfYear >= 306
        year = yearFromMarch &- CivilDate.yearShift &+ (isNextYear ? 1 : 0)
        month = Int(monthAndDay >> 16) &- (isNextYear ? 12 : 0)
        day = Int((monthAndDay & 0xFFFF) / 2_141) &+ 1
    }

    /// The date; nil if there is no such, or none that a TIMESTAMP can have.
    init?(year: Int, month: Int, day: Int) {
        guard CivilDate.years.contains(year), (1...12).contains(month), day >= 1,
            day <= CivilTime.days(inMonth: month, of: year)
        else { return nil }
        self.init(known: year, month, day)
        guard TimeRange.days.contains(days) else { return nil }
    }

    private init(known year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    private static let years = -290_308...294_247

    /// Days since 1970-01-01.
    @inline(__always)
    var days: Int64 { CivilDate.days(beforeMonth: month, of: year) &+ Int64(day) &- 1 }

    /// Days from 1970-01-01 to the first of a month, in a year near those that a TIMESTAMP can have.
    ///
    /// Source as for `init(days:)`.
    @inline(__always)
    private static func days(beforeMonth month: Int, of year: Int) -> Int64 {
        let isNextYear = month <= 2
        let fromMarch = UInt32(truncatingIfNeeded: year &+ yearShift &- (isNextYear ? 1 : 0))
        let century = fromMarch / 100
        let yearDays = 1_461 &* fromMarch / 4 &- century &+ century / 4
        let monthNumber = UInt32(truncatingIfNeeded: month) &+ (isNextYear ? 12 : 0)
        let monthDays = (979 &* monthNumber &- 2_919) / 32
        return Int64(yearDays &+ monthDays) &- Int64(dayShift)
    }

    /// Months from January 1970 to this one.
    @inline(__always)
    var months: Int64 { Int64((year &- 1_970) &* 12 &+ month &- 1) }

    /// Days from 1970-01-01 to the first of the month so many after January 1970, which lies near
    /// those that a TIMESTAMP can have.
    @inline(__always)
    static func days(beforeMonths months: Int64) -> Int64 {
        let shifted = UInt32(truncatingIfNeeded: months &+ Int64((yearShift + 1_970) * 12))
        return days(beforeMonth: Int(shifted % 12) + 1, of: Int(shifted / 12) &- yearShift)
    }

    /// January 1 of a year near those that a TIMESTAMP can have.
    init(firstOf year: Int) { self.init(known: year, 1, 1) }

    /// Days in 400 years, after which the calendar begins anew.
    private static let cycleDays: Int128 = 146_097
    private static let cycleMonths: Int64 = 400 * 12

    /// Days to the same day of the month so many months later, or to the last of that month if it
    /// is shorter.
    func days(toMonthsLater count: Int64) -> Int128 {
        let month = months + count % CivilDate.cycleMonths
        let first = CivilDate.days(beforeMonths: month)
        let length = CivilDate.days(beforeMonths: month + 1) - first
        return Int128(first + min(Int64(day), length) - 1 - days)
            + Int128(count / CivilDate.cycleMonths) * CivilDate.cycleDays
    }
}

/// What calendars say of days, which are counted since 1970-01-01.
extension CivilDate {
    /// From Monday, 1, to Sunday, 7.
    @inline(__always)
    static func isoWeekday(_ days: Int64) -> Int64 {
        // 1970-01-01 was a Thursday.
        let rest = (days &+ 3) % 7
        return rest < 0 ? rest + 8 : rest + 1
    }

    /// From 1 on.
    static func dayOfYear(_ days: Int64) -> Int64 {
        days &- CivilDate(firstOf: CivilDate(days: days).year).days &+ 1
    }

    /// The year and the week of ISO 8601: those of the week's Thursday.
    static func isoWeek(_ days: Int64) -> (year: Int64, week: Int64) {
        let thursday = days &+ 4 &- isoWeekday(days)
        return (Int64(CivilDate(days: thursday).year), (dayOfYear(thursday) &- 1) / 7 + 1)
    }

    /// The Monday on which the first week of a year of ISO 8601 begins.
    static func firstMonday(ofISOYear year: Int) -> Int64 {
        let fourth = CivilDate(firstOf: year).days + 3
        return fourth - isoWeekday(fourth) + 1
    }
}
