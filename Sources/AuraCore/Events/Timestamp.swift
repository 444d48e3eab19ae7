/// An instant: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// µs since the epoch, of either sign.
    public var microseconds: Int64

    /// An instant of that many µs since the epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// An instant of that many seconds since the epoch; traps beyond ±9.2 × 10¹².
    public init(seconds: Int64) {
        self.microseconds = seconds * 1_000_000
    }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Whether it lies within the years 1…9999, which every output format can write.
    public var isRepresentable: Bool {
        microseconds >= Limits.earliestTime && microseconds <= Limits.latestTime
    }
}

/// A calendar date and time of day in the proleptic Gregorian calendar, without a zone.
public struct CivilTime: Hashable, Sendable {
    /// 1…9999 if valid; the year 0 precedes 1.
    public var year: Int
    /// 1…12 if valid.
    public var month: Int
    /// 1…31, from the first of the month, if valid.
    public var day: Int
    /// 0…23 if valid.
    public var hour = 0
    /// 0…59 if valid.
    public var minute = 0
    /// 0…59 if valid.
    public var second = 0
    /// 0…999,999 if valid.
    public var microsecond = 0

    /// A date and time of day; fields are taken as they are (see `isValid`).
    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
        microsecond: Int = 0
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    /// Whether such a moment exists, in the years 1…9999; second 60 does not.
    public var isValid: Bool {
        (1...9999).contains(year) && (1...12).contains(month)
            && day >= 1 && day <= CivilTime.days(inMonth: month, of: year)
            && (0...23).contains(hour) && (0...59).contains(minute) && (0...59).contains(second)
            && (0...999_999).contains(microsecond)
    }

    /// The instant at which a clock on UTC shows this.
    ///
    /// Traps where years beyond ±292,000 exceed 64 bits. Source: Hinnant, "chrono-Compatible
    /// Low-Level Date Algorithms", <https://howardhinnant.github.io/date_algorithms.html>.
    public var utc: Timestamp {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = Int64(era * 146_097 + dayOfEra - 719_468)
        let seconds = days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        return Timestamp(microseconds: seconds * 1_000_000 + Int64(microsecond))
    }

    /// What a clock on UTC shows at the instant.
    ///
    /// Source as for `utc`.
    public init(utc time: Timestamp) {
        let days = time.microseconds.flooredQuotient(86_400_000_000)
        // The product may lie below 64 bits, the difference never does.
        let within = time.microseconds &- days &* 86_400_000_000
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let seconds = Int(within / 1_000_000)
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, hour: seconds / 3_600,
            minute: seconds / 60 % 60, second: seconds % 60,
            microsecond: Int(within % 1_000_000))
    }

    /// 28…31.
    public static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many decimals (0, 3 or 6) as the value needs; outside the years
    /// 1…9999, which RFC 3339 cannot write, with a sign or more digits.
    public var description: String {
        let civil = CivilTime(utc: self)
        var text = padded(civil.year, 4) + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2)
        text += "T" + padded(civil.hour, 2) + ":" + padded(civil.minute, 2)
        text += ":" + padded(civil.second, 2)
        if civil.microsecond % 1_000 != 0 {
            text += "." + padded(civil.microsecond, 6)
        } else if civil.microsecond != 0 {
            text += "." + padded(civil.microsecond / 1_000, 3)
        }
        return text + "Z"
    }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + zeros + digits
}

extension Int64 {
    /// Quotient rounded towards minus infinity; `divisor` is positive.
    public func flooredQuotient(_ divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
