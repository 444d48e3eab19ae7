extension Value: CustomStringConvertible {
    /// The value as CAST to VARCHAR writes it; `NULL` for none.
    public var description: String {
        switch self {
        case .null: "NULL"
        case .bool(let value): String(value)
        case .int64(let value): String(value)
        case .int128(let value): String(value)
        case .float64(let value): Value.text(of: value)
        case .text(let value): value
        case .timestamp(let value): Value.text(ofTimestamp: value)
        case .instant(let value): Value.text(ofTimestamp: value) + "+00"
        case .date(let value): Value.text(ofDate: value)
        case .interval(let value): value.description
        case .uuid(let value): value.description
        case .list(let items): "[" + items.map(\.description).joined(separator: ", ") + "]"
        }
    }

    /// The shortest digits that read back as the same number, with an exponent beyond 16 of them.
    package static func text(of value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let text = value.description
        guard let mark = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else {
            guard value.magnitude < 1e-4, value != 0 else { return text }
            return text
        }
        var mantissa = String(text[..<mark])
        if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
        let exponent = Int(text[text.index(after: mark)...]) ?? 0
        let digits = String(exponent.magnitude)
        return mantissa + (exponent < 0 ? "e-" : "e+")
            + (digits.count < 2 ? "0" : "") + digits
    }

    package static func text(ofDate days: Int64) -> String {
        let (start, overflows) = days.multipliedReportingOverflow(by: Interval.dayMicroseconds)
        if overflows { return String(days) }
        return dateText(CivilTime(utc: Timestamp(microseconds: start)))
    }

    package static func text(ofTimestamp time: Int64) -> String {
        let civil = CivilTime(utc: Timestamp(microseconds: time))
        return dateText(civil) + " "
            + clock(civil.hour, civil.minute, civil.second, Int64(civil.microsecond))
    }

    private static func dateText(_ civil: CivilTime) -> String {
        let isEarlier = civil.year <= 0
        let year = padded(isEarlier ? 1 - civil.year : civil.year, 4)
        return year + "-" + padded(civil.month, 2) + "-" + padded(civil.day, 2)
            + (isEarlier ? " (BC)" : "")
    }

    /// `12:34:56.789`, without zeros at its end.
    fileprivate static func clock(
        _ hours: Int, _ minutes: Int, _ seconds: Int, _ microseconds: Int64
    ) -> String {
        var text = padded(hours, 2) + ":" + padded(minutes, 2) + ":" + padded(seconds, 2)
        guard microseconds != 0 else { return text }
        var decimals = padded(Int(microseconds), 6)
        while decimals.hasSuffix("0") { decimals.removeLast() }
        text += "." + decimals
        return text
    }

    package static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Interval: CustomStringConvertible {
    /// `1 year 2 months 3 days 04:05:06`.
    public var description: String {
        var parts: [String] = []
        func add(_ count: Int64, _ unit: String) {
            guard count != 0 else { return }
            parts.append("\(count) \(unit)\(count.magnitude == 1 ? "" : "s")")
        }
        add(months / 12, "year")
        add(months % 12, "month")
        add(days, "day")
        if microseconds != 0 || parts.isEmpty {
            let all = microseconds.magnitude
            let seconds = Int(all / 1_000_000)
            let clock = Value.clock(
                seconds / 3_600, seconds / 60 % 60, seconds % 60, Int64(all % 1_000_000))
            parts.append((microseconds < 0 ? "-" : "") + clock)
        }
        return parts.joined(separator: " ")
    }
}
