/// A time zone in the form of the POSIX variable `TZ`, with the hours of RFC 8536 §3.3.1:
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// It holds for all years.
struct PosixTimeZone: Hashable, Sendable {
    let standard: TimeZoneRules.LocalType
    let daylight: Daylight?

    /// Daylight-saving time and the two changes of each year.
    struct Daylight: Hashable, Sendable {
        let type: TimeZoneRules.LocalType
        let start: Change
        let end: Change
    }

    /// A change of the clocks, once in every year.
    struct Change: Hashable, Sendable {
        let day: Day
        /// Seconds after the start of the day by the clock before the change; may be negative.
        let time: Int
    }

    /// How a rule names the day.
    enum Day: Hashable, Sendable {
        /// `Jn`: 1…365, February 29 never counts.
        case julian(Int)
        /// `n`: 0…365, February 29 counts.
        case zeroBased(Int)
        /// `Mm.w.d`: weekday 0 (Sunday)…6 of week 1…5, where 5 is the last of the month.
        case weekday(month: Int, week: Int, weekday: Int)
    }

    /// The period that holds at an instant, cut at `floor`, where the rule begins to hold.
    func period(at second: Int64, notBefore floor: Int64) -> TimeZoneRules.Period {
        guard let daylight else {
            return period(standard, from: floor, to: Int64.max)
        }
        let bounded = min(max(second, PosixTimeZone.earliest), PosixTimeZone.latest)
        let year = CivilTime(utc: Timestamp(seconds: bounded)).year
        // Changes may lie up to a week outside of their year, so that there may be none within the
        // last twelve months, nor within the next.
        var changes: [(second: Int64, isDaylight: Bool)] = []
        for year in year - 2...year + 2 {
            changes.append((instant(of: daylight.start, in: year, offset: standard.offset), true))
            changes.append(
                (instant(of: daylight.end, in: year, offset: daylight.type.offset), false))
        }
        // Where standard time would begin when daylight time does, it never begins (RFC 8536's
        // "DST in effect all year").
        changes.sort { ($0.second, $0.isDaylight ? 1 : 0) < ($1.second, $1.isDaylight ? 1 : 0) }
        var current = changes[0]
        for (index, change) in changes.enumerated() {
            if change.second > bounded { break }
            current = change
            current.second = index == 0 ? Int64.min : change.second
        }
        let next = changes.first { $0.second > bounded }?.second
        let end = second < PosixTimeZone.latest ? next ?? Int64.max : Int64.max
        return period(
            current.isDaylight ? daylight.type : standard, from: max(floor, current.second),
            to: end)
    }

    /// Some years more than an event may have; beyond them the clocks change no more, so that the
    /// arithmetic stays far from overflow.
    private static let earliest = Limits.earliestTime / 1_000_000 - 4_000 * 86_400
    private static let latest = Limits.latestTime / 1_000_000 + 4_000 * 86_400

    private func period(
        _ type: TimeZoneRules.LocalType, from start: Int64, to end: Int64
    ) -> TimeZoneRules.Period {
        .init(
            start: start, end: end, offset: type.offset, isDaylightSaving: type.isDaylightSaving,
            abbreviation: type.abbreviation)
    }

    /// The second at which the clocks change; `offset` is the one before.
    private func instant(of change: Change, in year: Int, offset: Int) -> Int64 {
        let day: Int
        switch change.day {
        case .julian(let number):
            let isLeap = CivilTime.days(inMonth: 2, of: year) == 29
            day = PosixTimeZone.day(year, 1) + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .zeroBased(let number):
            day = PosixTimeZone.day(year, 1) + number
        case .weekday(let month, let week, let weekday):
            let first = PosixTimeZone.day(year, month)
            // 1970-01-01 was a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var inMonth = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if inMonth >= CivilTime.days(inMonth: month, of: year) { inMonth -= 7 }
            day = first + inMonth
        }
        return Int64(day) * 86_400 + Int64(change.time - offset)
    }

    /// Days from the epoch to the first of the month.
    private static func day(_ year: Int, _ month: Int) -> Int {
        Int(CivilTime(year: year, month: month, day: 1).utc.microseconds / 86_400_000_000)
    }
}

extension PosixTimeZone {
    /// Parses the text form; nil if it is none.
    init?(_ text: RawSpan) {
        var parser = PosixTimeZoneParser(text: text)
        guard let standard = parser.type(isDaylightSaving: false, default: nil) else { return nil }
        self.standard = standard
        if parser.isAtEnd {
            daylight = nil
            return
        }
        guard let type = parser.type(isDaylightSaving: true, default: standard.offset + 3_600),
            let start = parser.change(), let end = parser.change(), parser.isAtEnd
        else { return nil }
        daylight = Daylight(type: type, start: start, end: end)
    }
}

private struct PosixTimeZoneParser: ~Escapable {
    private let text: RawSpan
    private var place = 0

    @_lifetime(copy text)
    init(text: RawSpan) { self.text = text }

    var isAtEnd: Bool { place == text.byteCount }

    private var next: UInt8 { isAtEnd ? 0 : text.load(place, as: UInt8.self) }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let start = place
        var value = 0
        while next >= 0x30, next <= 0x39, place - start < 4 {
            value = value * 10 + Int(next - 0x30)
            place += 1
        }
        return place > start && range.contains(value) ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private mutating func seconds(hours: ClosedRange<Int>) -> Int? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard let hour = number(hours) else { return nil }
        var value = hour * 3_600
        if take(":") {
            guard let minute = number(0...59) else { return nil }
            value += minute * 60
            if take(":") {
                guard let second = number(0...59) else { return nil }
                value += second
            }
        }
        return isNegative ? -value : value
    }

    private mutating func name() -> String? {
        let isQuoted = take("<")
        let start = place
        while !isAtEnd {
            let isLetter = (0x41...0x5A).contains(next & ~0x20)
            let isSign = next == UInt8(ascii: "+") || next == UInt8(ascii: "-")
            guard isLetter || isQuoted && (isSign || (0x30...0x39).contains(next)) else { break }
            place += 1
        }
        let size = place - start
        guard size >= 3, !isQuoted || take(">") else { return nil }
        return text.slice(start, size).text
    }

    /// A name and an offset, which POSIX counts westwards.
    mutating func type(
        isDaylightSaving: Bool, default offset: Int?
    ) -> TimeZoneRules.LocalType? {
        guard let name = name() else { return nil }
        var offset = offset
        if offset == nil || next != UInt8(ascii: ",") && !isAtEnd {
            guard let west = seconds(hours: 0...24) else { return nil }
            offset = -west
        }
        guard let offset else { return nil }
        return .init(offset: offset, isDaylightSaving: isDaylightSaving, abbreviation: name)
    }

    /// `,day[/time]`.
    mutating func change() -> PosixTimeZone.Change? {
        guard take(",") else { return nil }
        let day: PosixTimeZone.Day
        if take("M") {
            guard let month = number(1...12), take("."), let week = number(1...5), take("."),
                let weekday = number(0...6)
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if take("J") {
            guard let number = number(1...365) else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(0...365) else { return nil }
            day = .zeroBased(number)
        }
        guard take("/") else { return .init(day: day, time: 2 * 3_600) }
        guard let time = seconds(hours: 0...167) else { return nil }
        return .init(day: day, time: time)
    }
}
