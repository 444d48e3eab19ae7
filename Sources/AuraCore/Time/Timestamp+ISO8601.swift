extension Timestamp {
    /// The instant that an RFC 3339 or ISO 8601 text in extended form writes; nil for other text.
    ///
    /// `2024-03-31`, `2024-03-31T14:05`, `2024-03-31 14:05:09.25+02:00`: a date, then perhaps `T`
    /// or a space and a time of day with seconds and any number of decimals (those after the sixth
    /// are cut), then perhaps `Z`, ` UTC` or an offset of hours and minutes. Without an offset the
    /// text is what the clocks of `zone` show (`TimeZoneRules.instant(of:)` for gaps). Second 60,
    /// a leap second, is the second after it.
    public init?(iso8601 text: RawSpan, zone: TimeZoneRules = .utc) {
        var parser = ISO8601Parser(text: text)
        guard let local = parser.localMicroseconds() else { return nil }
        switch parser.offset() {
        case .wrong: return nil
        case .absent: self = zone.instant(showing: Timestamp(microseconds: local))
        case .east(let seconds): self.init(microseconds: local - Int64(seconds) * 1_000_000)
        }
        guard isRepresentable else { return nil }
    }
}

private struct ISO8601Parser: ~Escapable {
    private let text: RawSpan
    private var place = 0

    @_lifetime(copy text)
    init(text: RawSpan) { self.text = text }

    /// The byte at a place; 0 past the end.
    @inline(__always)
    private func byte(_ place: Int) -> UInt8 {
        place < text.byteCount ? text.load(place, as: UInt8.self) : 0
    }

    /// The number that two digits write; at least 100 if they are none.
    @inline(__always)
    private func pair(_ place: Int) -> Int {
        let tens = byte(place) &- 0x30
        let ones = byte(place + 1) &- 0x30
        return tens > 9 || ones > 9 ? 100 : Int(tens) * 10 + Int(ones)
    }

    /// The date and time of day, as µs since the epoch by a clock on UTC.
    mutating func localMicroseconds() -> Int64? {
        let dash = UInt8(ascii: "-")
        let century = pair(0)
        let yearOfCentury = pair(2)
        let month = pair(5)
        let day = pair(8)
        guard century < 100, yearOfCentury < 100, byte(4) == dash, byte(7) == dash else {
            return nil
        }
        var civil = CivilTime(year: century * 100 + yearOfCentury, month: month, day: day)
        guard civil.isValid else { return nil }
        place = 10
        let separator = byte(10)
        guard separator != 0 else { return civil.utc.microseconds }
        guard separator | 0x20 == UInt8(ascii: "t") || separator == UInt8(ascii: " ") else {
            return nil
        }
        let hour = pair(11)
        let minute = pair(14)
        guard hour < 24, minute < 60, byte(13) == UInt8(ascii: ":") else { return nil }
        civil.hour = hour
        civil.minute = minute
        place = 16
        if byte(16) == UInt8(ascii: ":") {
            let second = pair(17)
            guard second <= 60 else { return nil }
            civil.second = second
            place = 19
            if byte(19) == UInt8(ascii: ".") || byte(19) == UInt8(ascii: ",") {
                guard let fraction = fraction() else { return nil }
                civil.microsecond = fraction
            }
        }
        return civil.utc.microseconds
    }

    /// The digits after the point, in µs.
    private mutating func fraction() -> Int? {
        place += 1
        let start = place
        var value = 0
        var unit = 100_000
        while true {
            let digit = byte(place) &- 0x30
            guard digit <= 9 else { break }
            value += Int(digit) * unit
            unit /= 10
            place += 1
        }
        return place > start ? value : nil
    }

    enum Offset {
        case absent
        case wrong
        /// Seconds east of UTC.
        case east(Int)
    }

    /// What the rest of the text says.
    func offset() -> Offset {
        let left = text.byteCount - place
        if left == 0 { return .absent }
        // A date alone has no offset.
        guard place > 10 else { return .wrong }
        let first = byte(place)
        if left == 1 { return first | 0x20 == UInt8(ascii: "z") ? .east(0) : .wrong }
        if left == 4, text.slice(place, 4).text == " UTC" { return .east(0) }
        guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-") else { return .wrong }
        let hour = pair(place + 1)
        var minute = 0
        if left == 6, byte(place + 3) == UInt8(ascii: ":") {
            minute = pair(place + 4)
        } else if left == 5 {
            minute = pair(place + 3)
        } else if left != 3 {
            return .wrong
        }
        guard hour < 24, minute < 60 else { return .wrong }
        let seconds = hour * 3_600 + minute * 60
        return .east(first == UInt8(ascii: "-") ? -seconds : seconds)
    }
}
