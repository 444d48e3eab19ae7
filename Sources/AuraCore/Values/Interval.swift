/// A length of time in months, days and µs, which have no fixed length in each other.
public struct Interval: Hashable, Sendable {
    /// Months.
    public var months: Int64 = 0
    /// Days beside the months.
    public var days: Int64 = 0
    /// µs beside the days.
    public var microseconds: Int64 = 0

    /// µs of 24 hours.
    @inlinable public static var dayMicroseconds: Int64 { 86_400_000_000 }
    private static let monthDays: Int64 = 30

    /// The whole in µs, with months of 30 days and days of 24 hours: what two intervals are compared
    /// by.
    package var comparable: Int128 {
        (Int128(months) * Int128(Interval.monthDays) + Int128(days))
            * Int128(Interval.dayMicroseconds) + Int128(microseconds)
    }

    /// Equal lengths, as they are compared.
    public static func == (left: Interval, right: Interval) -> Bool {
        left.comparable == right.comparable
    }

    /// Whether both have the same months, days and µs: added to a time, equal ones may differ.
    package func isSame(as other: Interval) -> Bool {
        months == other.months && days == other.days && microseconds == other.microseconds
    }

    /// Hashes what is compared.
    public func hash(into hasher: inout Hasher) { hasher.combine(comparable) }

    /// So many times a unit; nil beyond 64 bits, and for a unit that is none.
    ///
    /// - Parameter unit: In lower case, of one or of many.
    package init?(_ amount: Int64, _ unit: String) {
        let single = unit.hasSuffix("s") && unit != "s" ? String(unit.dropLast()) : unit
        let field: WritableKeyPath<Interval, Int64>
        let factor: Int64
        switch single {
        case "microsecond", "u": (field, factor) = (\.microseconds, 1)
        case "millisecond", "m": (field, factor) = (\.microseconds, 1_000)
        case "second", "sec", "s": (field, factor) = (\.microseconds, 1_000_000)
        case "minute", "min": (field, factor) = (\.microseconds, 60_000_000)
        case "hour", "h", "hr": (field, factor) = (\.microseconds, 3_600_000_000)
        case "day", "d": (field, factor) = (\.days, 1)
        case "week", "w": (field, factor) = (\.days, 7)
        case "month", "mon": (field, factor) = (\.months, 1)
        case "quarter": (field, factor) = (\.months, 3)
        case "year", "y", "yr": (field, factor) = (\.months, 12)
        case "decade": (field, factor) = (\.months, 120)
        case "century", "centurie": (field, factor) = (\.months, 1_200)
        default: return nil
        }
        let (product, overflows) = amount.multipliedReportingOverflow(by: factor)
        if overflows { return nil }
        self[keyPath: field] = product
    }

    package init(months: Int64 = 0, days: Int64 = 0, microseconds: Int64 = 0) {
        self.months = months
        self.days = days
        self.microseconds = microseconds
    }

    /// What both are together; nil beyond 64 bits.
    package func adding(_ other: Interval) -> Interval? {
        let months = months.addingReportingOverflow(other.months)
        let days = days.addingReportingOverflow(other.days)
        let rest = microseconds.addingReportingOverflow(other.microseconds)
        if months.overflow || days.overflow || rest.overflow { return nil }
        return Interval(
            months: months.partialValue, days: days.partialValue, microseconds: rest.partialValue)
    }

    /// So many of it; nil beyond 64 bits.
    package func multiplied(by factor: Int64) -> Interval? {
        let months = months.multipliedReportingOverflow(by: factor)
        let days = days.multipliedReportingOverflow(by: factor)
        let rest = microseconds.multipliedReportingOverflow(by: factor)
        if months.overflow || days.overflow || rest.overflow { return nil }
        return Interval(
            months: months.partialValue, days: days.partialValue, microseconds: rest.partialValue)
    }

    /// µs of an interval that has a fixed length; nil if it has months, or more than 64 bits.
    package var fixedMicroseconds: Int64? {
        guard months == 0 else { return nil }
        return Int64(exactly: comparable)
    }
}
