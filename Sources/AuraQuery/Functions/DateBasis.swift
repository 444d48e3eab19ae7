/// Which of the parts that a format has say the date: months and days come before all others, and a
/// year, weeks and a day of the year only go together in some ways.
struct DateBasis {
    /// The part that says how the date is counted, beside the year; nil for none so far.
    private var field: TimeFormat.Field?
    private var isoYear: Int64?
    private var isoWeek: Int64?
    private var isoWeekday: Int64?
    private var week: Int64 = 0
    /// From Sunday, 0.
    private var weekday: Int64?
    private var dayOfYear: Int64 = 0

    /// Keeps the value of a part.
    mutating func set(
        _ field: TimeFormat.Field, to value: Int64
    ) throws(TimeParser.Mismatch) {
        switch field {
        case .isoYear:
            if isoYear != nil, isISO { throw .init("one year of ISO weeks") }
            isoYear = value
        case .isoWeek:
            if isoWeek != nil, isISO { throw .init("one ISO week") }
            isoWeek = value
        case .isoWeekday:
            if isoWeekday != nil { throw .init("one day of the ISO week") }
            isoWeekday = value
        case .weekdayNumber: weekday = value
        case .dayOfYear: dayOfYear = value
        default: week = value
        }
    }

    private var isISO: Bool { field == .isoYear || field == .isoWeek }

    /// Takes a part into account, behind those that came before it.
    mutating func add(_ new: TimeFormat.Field) throws(TimeParser.Mismatch) {
        switch new {
        case .month, .dayOfMonth: field = .month
        case .year, .yearOfCentury: if field == nil || isISO { field = .year }
        case .isoYear, .isoWeek:
            switch field {
            case .month, .isoYear, .isoWeek: break
            case nil: field = new
            case .year:
                if new == .isoWeek { throw .init("a year %G with the ISO week") }
            default: throw .init("no ISO week beside a week or a day of the year")
            }
        case .sundayWeek, .mondayWeek, .dayOfYear:
            switch field {
            case .month: break
            case nil, .year: field = new
            default: throw .init("one week or one day of the year")
            }
        default: break
        }
    }

    /// Days since 1970; nil for a date that does not exist.
    func day(year: Int64, month: Int64, day: Int64) throws(TimeParser.Mismatch) -> Int64? {
        switch field {
        case .isoYear, .isoWeek:
            return CivilDate.firstMonday(ofISOYear: Int(isoYear ?? 1_900))
                + ((isoWeek ?? 1) - 1) * 7 + (isoWeekday ?? 1) - 1
        case .sundayWeek, .mondayWeek:
            let first = CivilDate(firstOf: Int(year)).days
            // The last day before January 1 with which weeks begin, or the one after it.
            let isMonday = field == .mondayWeek
            var start = first - CivilDate.isoWeekday(first) + (isMonday ? 1 : 0)
            if start >= first { start -= 7 }
            let weekday = weekday.map { isMonday ? ($0 + 6) % 7 : $0 } ?? 0
            return start + week * 7 + weekday
        case .dayOfYear: return CivilDate(firstOf: Int(year)).days + dayOfYear - 1
        default: return CivilDate(year: Int(year), month: Int(month), day: Int(day))?.days
        }
    }
}
