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
        case .timestamp, .instant, .date: Value.text(of: self)
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

    package static func text(ofDate days: Int64) -> String { text(of: .date(days)) }

    package static func text(ofTimestamp time: Int64) -> String { text(of: .timestamp(time)) }

    private static func text(of value: Value) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(32)
        value.append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text that `description` is, in UTF-8.
    public func append(to text: inout [UInt8]) {
        switch self {
        case .int64(let value): text.append(decimal: value)
        case .date(let days):
            let (start, overflows) = days.multipliedReportingOverflow(by: Interval.dayMicroseconds)
            if overflows { return text.append(decimal: days) }
            Value.append(CivilTime(utc: Timestamp(microseconds: start)), to: &text)
        case .timestamp(let time), .instant(let time):
            let civil = CivilTime(utc: Timestamp(microseconds: time))
            Value.append(civil, to: &text)
            text.append(UInt8(ascii: " "))
            Value.append(
                hours: civil.hour, civil.minute, civil.second, civil.microsecond, to: &text)
            if case .instant = self { text.append(contentsOf: "+00".utf8) }
        default: text.append(contentsOf: description.utf8)
        }
    }

    /// Appends `2024-03-01`; years before the first are those before Christ.
    private static func append(_ civil: CivilTime, to text: inout [UInt8]) {
        let isEarlier = civil.year <= 0
        text.append(digits: UInt64(isEarlier ? 1 - civil.year : civil.year), width: 4)
        text.append(UInt8(ascii: "-"))
        text.append(digits: UInt64(civil.month), width: 2)
        text.append(UInt8(ascii: "-"))
        text.append(digits: UInt64(civil.day), width: 2)
        if isEarlier { text.append(contentsOf: " (BC)".utf8) }
    }

    /// Appends `12:34:56.789`, without zeros at its end.
    fileprivate static func append(
        hours: Int, _ minutes: Int, _ seconds: Int, _ microseconds: Int, to text: inout [UInt8]
    ) {
        text.append(digits: UInt64(hours), width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(digits: UInt64(minutes), width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(digits: UInt64(seconds), width: 2)
        guard microseconds != 0 else { return }
        text.append(UInt8(ascii: "."))
        text.append(digits: UInt64(microseconds), width: 6)
        while text.last == UInt8(ascii: "0") { text.removeLast() }
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
            var clock: [UInt8] = []
            if microseconds < 0 { clock.append(UInt8(ascii: "-")) }
            Value.append(
                hours: seconds / 3_600, seconds / 60 % 60, seconds % 60, Int(all % 1_000_000),
                to: &clock)
            parts.append(String(decoding: clock, as: UTF8.self))
        }
        return parts.joined(separator: " ")
    }
}
