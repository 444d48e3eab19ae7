import AuraCore

/// The parts of a date, a time or an interval; the raw value is the name of the part's function.
enum TimePart: String, CaseIterable, Sendable {
    case year, month, day, quarter, decade, century, millennium, era
    case week, yearweek, isoyear, dayofweek, isodow, dayofyear
    case hour, minute, second, millisecond, microsecond
    case epoch, julian

    /// The part that a spelling in any case means; nil if none.
    init?(spelling: String) {
        guard let part = TimePart.spellings[spelling.lowercased()] else { return nil }
        self = part
    }

    /// The part that a query names.
    static func named(_ value: Value) throws(ComputationError) -> TimePart {
        guard case .text(let text) = value, let part = TimePart(spelling: text) else {
            throw ComputationError(
                "'\(value)' is no part of a time",
                hint: "parts are year, quarter, month, week, day, hour, minute, second and others")
        }
        return part
    }

    private static let spellings: [String: TimePart] = {
        var spellings: [String: TimePart] = [:]
        for part in allCases {
            spellings[part.rawValue] = part
            for other in part.otherSpellings { spellings[other] = part }
        }
        return spellings
    }()

    private var otherSpellings: [String] {
        switch self {
        case .year: ["yr", "y", "years", "yrs"]
        case .month: ["mon", "months", "mons"]
        case .day: ["days", "d", "dayofmonth"]
        case .quarter: ["quarters"]
        case .decade: ["dec", "decades", "decs"]
        case .century: ["cent", "centuries", "c"]
        case .millennium: ["mil", "millenniums", "millennia", "mils", "millenium"]
        case .week: ["weeks", "w", "weekofyear"]
        case .dayofweek: ["dow", "weekday"]
        case .dayofyear: ["doy"]
        case .hour: ["hr", "hours", "hrs", "h"]
        case .minute: ["min", "minutes", "mins", "m"]
        case .second: ["sec", "seconds", "secs", "s"]
        case .millisecond: ["milliseconds", "ms", "msec", "msecs", "msecond", "mseconds"]
        case .microsecond: ["microseconds", "us", "usec", "usecs", "usecond", "useconds"]
        case .julian: ["jd"]
        case .era, .yearweek, .isoyear, .isodow, .epoch: []
        }
    }

    /// µs of one, for parts of a day.
    var unit: Int64? {
        switch self {
        case .hour: 3_600_000_000
        case .minute: 60_000_000
        case .second: 1_000_000
        case .millisecond: 1_000
        case .microsecond: 1
        default: nil
        }
    }

    /// µs of the spans, counted from 1970, in each of which all times have the same.
    var span: Int64 { unit ?? Interval.dayMicroseconds }

    /// µs after which a part of a day begins anew; that of milliseconds and µs with the minute.
    private var cycle: Int64 {
        switch self {
        case .hour: Interval.dayMicroseconds
        case .minute: 3_600_000_000
        default: 60_000_000
        }
    }
}

/// The parts, all but `epoch` and `julian`, which are no whole numbers.
extension TimePart {
    /// The part of a date, given in days since 1970; 0 for parts of a day.
    func value(ofDay days: Int64) -> Int64 {
        switch self {
        case .year: return Int64(CivilDate(days: days).year)
        case .month: return Int64(CivilDate(days: days).month)
        case .day: return Int64(CivilDate(days: days).day)
        case .quarter: return Int64(CivilDate(days: days).month - 1) / 3 + 1
        case .decade: return Int64(CivilDate(days: days).year) / 10
        case .century: return TimePart.ordinal(CivilDate(days: days).year, of: 100)
        case .millennium: return TimePart.ordinal(CivilDate(days: days).year, of: 1_000)
        case .era: return CivilDate(days: days).year > 0 ? 1 : 0
        case .week: return CivilDate.isoWeek(days).week
        case .isoyear: return CivilDate.isoWeek(days).year
        case .yearweek:
            let (year, week) = CivilDate.isoWeek(days)
            return year * 100 + (year > 0 ? week : -week)
        case .dayofweek: return CivilDate.isoWeekday(days) % 7
        case .isodow: return CivilDate.isoWeekday(days)
        case .dayofyear: return CivilDate.dayOfYear(days)
        case .hour, .minute, .second, .millisecond, .microsecond, .epoch, .julian: return 0
        }
    }

    /// Which of so many years each a year lies in, from 1 on, or from -1 downwards.
    private static func ordinal(_ year: Int, of length: Int) -> Int64 {
        Int64(year > 0 ? (year - 1) / length + 1 : year / length - 1)
    }

    /// The part of a time, given in µs since 1970.
    @inline(__always)
    func value(ofTime time: Int64) -> Int64 {
        guard let unit else { return value(ofDay: TimeRange.day(time)) }
        let rest = time % cycle
        return (rest < 0 ? rest + cycle : rest) / unit
    }

    /// The part of an interval; nil if there is none.
    func value(of interval: Interval) -> Int64? {
        switch self {
        case .year: interval.months / 12
        case .month: interval.months % 12
        case .day: interval.days
        case .quarter: interval.months % 12 / 3 + 1
        case .decade: interval.months / 120
        case .century: interval.months / 1_200
        case .millennium: interval.months / 12_000
        case .hour: interval.microseconds / 3_600_000_000
        case .minute, .second, .millisecond, .microsecond:
            unit.map { interval.microseconds % cycle / $0 }
        case .era, .week, .yearweek, .isoyear, .dayofweek, .isodow, .dayofyear, .epoch, .julian:
            nil
        }
    }
}

/// The parts that are no whole numbers.
extension TimePart {
    /// Seconds since 1970.
    static func epoch(ofTime time: Int64) -> Double { Double(time) / 1_000_000 }

    /// Seconds, with years of 365¼ days, months of 30 and days of 24 hours.
    static func epoch(of interval: Interval) -> Double {
        let years = Int128(interval.months / 12)
        let days = 365 * years + Int128(interval.months % 12 * 30) + Int128(interval.days)
        return Double(days * 86_400 + years * 21_600) + Double(interval.microseconds) / 1_000_000
    }

    /// Days since the Julian Day 0, each of which begins at midnight here.
    static func julian(ofTime time: Int64) -> Double {
        let day = TimeRange.day(time)
        let rest = time &- day &* Interval.dayMicroseconds
        return Double(rest) / Double(Interval.dayMicroseconds) + Double(day + 2_440_588)
    }
}
