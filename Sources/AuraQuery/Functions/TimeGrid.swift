import AuraCore

/// Points in time at regular distances, one of which is the last up to any time.
enum TimeGrid: Sendable {
    /// So many µs from each other, one of them at the origin.
    case fixed(width: Int64, origin: Int64)
    /// The beginnings of months that are so many from each other, counted since January 1970.
    case months(width: Int64, origin: Int64)
    /// The beginnings of years that so many divide; of a year before 0 the next one, not the last.
    case years(Int)
    /// The beginnings of years of ISO 8601.
    case isoYears

    /// The units that times are cut to; nil for parts that are none.
    init?(_ part: TimePart) {
        switch part {
        case .microsecond, .millisecond, .second, .minute, .hour:
            self = .fixed(width: part.unit ?? 1, origin: 0)
        case .epoch: self = .fixed(width: 1_000_000, origin: 0)
        case .day, .dayofweek, .isodow, .dayofyear, .julian:
            self = .fixed(width: Interval.dayMicroseconds, origin: 0)
        case .week, .yearweek:
            // 1970-01-05 was a Monday.
            self = .fixed(
                width: 7 * Interval.dayMicroseconds, origin: 4 * Interval.dayMicroseconds)
        case .month: self = .months(width: 1, origin: 0)
        case .quarter: self = .months(width: 3, origin: 0)
        case .year: self = .months(width: 12, origin: 0)
        case .decade: self = .years(10)
        case .century: self = .years(100)
        case .millennium: self = .years(1_000)
        case .isoyear: self = .isoYears
        case .era: return nil
        }
    }

    /// The last point up to a time; nil if a TIMESTAMP cannot have it.
    func start(_ time: Int64) -> Int64? {
        switch self {
        case .fixed(let width, let origin): TimeGrid.start(time, width, origin)
        case .months(let width, let origin): TimeGrid.start(time, months: width, origin)
        case .years(let count):
            TimeRange.midnight(
                CivilDate(firstOf: CivilDate(days: TimeRange.day(time)).year / count * count).days)
        case .isoYears:
            TimeRange.midnight(
                CivilDate.firstMonday(
                    ofISOYear: Int(CivilDate.isoWeek(TimeRange.day(time)).year)))
        }
    }

    /// The point behind one of them, where they are a fixed width or some months apart; nil if there is
    /// none.
    func next(after start: Int64) -> Int64? {
        switch self {
        case .fixed(let width, _): TimeRange.time(Int128(start) + Int128(width))
        case .months(let width, _): Interval(months: width).added(to: start)
        case .years, .isoYears: nil
        }
    }

    @inline(__always)
    private static func start(_ time: Int64, _ width: Int64, _ origin: Int64) -> Int64? {
        let (distance, overflows) = time.subtractingReportingOverflow(origin)
        let rest =
            overflows
            ? Int64((Int128(time) - Int128(origin)) % Int128(width)) : distance % width
        let (start, isEarlier) = time.subtractingReportingOverflow(rest < 0 ? rest + width : rest)
        return isEarlier || start < TimeRange.times.lowerBound ? nil : start
    }

    @inline(__always)
    private static func start(_ time: Int64, months width: Int64, _ origin: Int64) -> Int64? {
        let months = CivilDate(days: TimeRange.day(time)).months
        let rest = width == 1 ? 0 : (months - origin) % width
        let start = months - (rest < 0 ? rest + width : rest)
        guard start > TimeGrid.earliestMonth else { return nil }
        return TimeRange.midnight(CivilDate.days(beforeMonths: start))
    }

    /// Before all that a TIMESTAMP can have.
    private static let earliestMonth: Int64 = -300_000 * 12

    /// The last point up to each time of a column.
    func starts(_ times: Vector) throws(ComputationError) -> Vector {
        switch self {
        case .fixed(let width, let origin):
            return try times.startsOfRuns(length: width) { TimeGrid.start($0, width, origin) }
        case .months(let width, let origin):
            // Certain is the length of the first days alone, whatever follows.
            let certain = min(width, 1_200) * 28 * Interval.dayMicroseconds
            return try times.startsOfRuns(length: certain) {
                TimeGrid.start($0, months: width, origin)
            }
        case .years, .isoYears: return try times.times(.timestamp) { start($0) }
        }
    }
}
