import AuraCore

/// What times and dates there are: all of which the µs since 1970 have 64 bits.
enum TimeRange {
    /// Days of a DATE, each with its midnight in the range of times.
    static let days: ClosedRange<Int64> = -106_751_991...106_751_991
    /// µs of a TIMESTAMP.
    static let times: ClosedRange<Int64> = -9_223_372_022_400_000_000...9_223_372_036_854_775_806

    /// A time of so many µs; nil if there is none.
    @inline(__always)
    static func time(_ exact: Int128) -> Int64? {
        guard let time = Int64(exactly: exact), times.contains(time) else { return nil }
        return time
    }

    /// The midnight at which a date begins; nil if there is none.
    @inline(__always)
    static func midnight(_ days: Int64) -> Int64? {
        guard TimeRange.days.contains(days) else { return nil }
        return days &* Interval.dayMicroseconds
    }

    /// The date of a time.
    @inline(__always)
    static func day(_ time: Int64) -> Int64 { time.flooredQuotient(Interval.dayMicroseconds) }
}

extension ComputationError {
    /// No TIMESTAMP or DATE is that far away.
    static func outsideTime(_ what: String) -> ComputationError {
        ComputationError(
            "\(what) lies outside of the years that a TIMESTAMP can have",
            hint: "they go from 290309 BC to 294247")
    }
}

extension Interval {
    /// The interval that an argument is.
    init(_ value: Value) {
        guard case .interval(let interval) = value else {
            preconditionFailure("\(value) is no INTERVAL")
        }
        self = interval
    }

    /// The time that much later: its months first, up to the last day of a shorter month, then its
    /// days and µs; nil if there is none.
    func added(to time: Int64) -> Int64? {
        var shift = Int128(days)
        if months != 0 {
            shift += CivilDate(days: TimeRange.day(time)).days(toMonthsLater: months)
        }
        return TimeRange.time(
            Int128(time) + shift * Int128(Interval.dayMicroseconds) + Int128(microseconds))
    }

    /// The instant that much later where clocks show UTC.
    ///
    /// µs come last, but first where they are less than none: so a difference undoes a sum.
    func addedToInstant(_ time: Int64) -> Int64? {
        guard microseconds < 0, months != 0 else { return added(to: time) }
        return TimeRange.time(Int128(time) + Int128(microseconds)).flatMap {
            Interval(months: months, days: days).added(to: $0)
        }
    }
}

extension ScalarFunction {
    /// The time an interval later, as `Interval.added(to:)`.
    static func timestamp(
        _ time: Int64, plus interval: Interval
    ) throws(ComputationError) -> Int64 {
        guard let result = interval.added(to: time) else {
            throw .outsideTime("\(Value.timestamp(time)) + \(interval)")
        }
        return result
    }
}
