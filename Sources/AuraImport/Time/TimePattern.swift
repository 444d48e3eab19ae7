import AuraCore

/// A pattern of dates and times in the language of `strptime`.
///
/// `%Y` year (4 digits), `%y` (2 digits: 69…99 are 19xx), `%m` month, `%b` `%B` `%h` its English
/// name, short or long, `%d` `%e` day, `%j` day of the year, `%H` hour, `%I` with `%p` hour of AM
/// or PM, `%M` minute, `%S` second, `%f` decimals of it, `%z` offset (`Z`, `+02`, `+0200`,
/// `+02:00`), `%a` `%A` English weekday (read, not checked), `%s` seconds since 1970, `%F` =
/// `%Y-%m-%d`, `%T` = `%H:%M:%S`, `%R` = `%H:%M`, `%D` = `%m/%d/%y`, `%%`. Numbers may lack leading
/// zeros; a space stands for any number of spaces; all else stands for itself.
struct TimePattern: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case literal(UInt8)
        case spaces
        case year, yearOfCentury, month, monthName, day, dayOfYear
        case hour, hourOfHalf, half, minute, second, fraction, offset, weekdayName, epoch
    }

    private let parts: [Part]

    init(_ text: String) throws(MappingError) {
        var parts: [Part] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: " ") {
                if parts.last != .spaces { parts.append(.spaces) }
            } else if byte == UInt8(ascii: "%") {
                guard let letter = rest.popFirst(),
                    let meaning = TimePattern.meaning(of: Unicode.Scalar(letter))
                else { throw MappingError("time pattern '\(text)': what follows '%' is unknown") }
                parts += meaning
            } else {
                parts.append(.literal(byte))
            }
        }
        self.parts = parts
        let hasYear = parts.contains(.year) || parts.contains(.yearOfCentury)
        let hasDay =
            parts.contains(.dayOfYear)
            || parts.contains(.day) && (parts.contains(.month) || parts.contains(.monthName))
        guard parts.contains(.epoch) || hasYear && hasDay else {
            throw MappingError("time pattern '\(text)' does not give year, month and day")
        }
        guard parts.contains(.hourOfHalf) == parts.contains(.half) else {
            throw MappingError("time pattern '\(text)': %I and %p need each other")
        }
    }

    private static func meaning(of letter: Unicode.Scalar) -> [Part]? {
        switch letter {
        case "Y": [.year]
        case "y": [.yearOfCentury]
        case "m": [.month]
        case "b", "B", "h": [.monthName]
        case "d": [.day]
        case "e": [.spaces, .day]
        case "j": [.dayOfYear]
        case "H": [.hour]
        case "I": [.hourOfHalf]
        case "p": [.half]
        case "M": [.minute]
        case "S": [.second]
        case "f": [.fraction]
        case "z": [.offset]
        case "a", "A": [.weekdayName]
        case "s": [.epoch]
        case "F": [.year, .literal(0x2D), .month, .literal(0x2D), .day]
        case "T": [.hour, .literal(0x3A), .minute, .literal(0x3A), .second]
        case "R": [.hour, .literal(0x3A), .minute]
        case "D": [.month, .literal(0x2F), .day, .literal(0x2F), .yearOfCentury]
        case "n", "t": [.spaces]
        case "%": [.literal(UInt8(ascii: "%"))]
        default: nil
        }
    }

    /// The instant that all of the text writes; nil if it does not follow the pattern.
    func timestamp(of text: RawSpan, zone: TimeZoneRules) -> Timestamp? {
        var match = TimeMatch(text: text)
        for part in parts {
            guard match.read(part) else { return nil }
        }
        return match.timestamp(zone: zone)
    }
}

/// A text on its way through a pattern, and what was read so far.
private struct TimeMatch: ~Escapable {
    private let text: RawSpan
    private var place = 0
    private var civil = CivilTime(year: 1970, month: 1, day: 1)
    private var dayOfYear: Int?
    private var isAfternoon: Bool?
    private var offset: Int?
    private var epoch: Int64?
    private var isBeforeEpoch = false

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september",
        "october", "november", "december",
    ]
    private static let weekdays = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]

    @_lifetime(copy text)
    init(text: RawSpan) { self.text = text }

    mutating func read(_ part: TimePattern.Part) -> Bool {
        switch part {
        case .literal(let byte):
            guard text.byte(place) == byte, place < text.byteCount else { return false }
            place += 1
            return true
        case .spaces:
            while text.byte(place) == UInt8(ascii: " ") { place += 1 }
            return true
        case .monthName:
            guard let index = name(TimeMatch.months) else { return false }
            civil.month = index + 1
            return true
        case .half: return half()
        case .fraction: return fraction()
        case .offset: return readOffset()
        case .weekdayName: return name(TimeMatch.weekdays) != nil
        case .epoch: return readEpoch()
        case .year: return set(part, number(4...4))
        case .yearOfCentury: return set(part, number(2...2))
        case .dayOfYear: return set(part, number(1...3))
        case .month, .day, .hour, .hourOfHalf, .minute, .second: return set(part, number(1...2))
        }
    }

    private mutating func set(_ part: TimePattern.Part, _ number: Int?) -> Bool {
        guard let number else { return false }
        switch part {
        case .year: civil.year = number
        case .yearOfCentury: civil.year = number + (number < 69 ? 2000 : 1900)
        case .month: civil.month = number
        case .day: civil.day = number
        case .dayOfYear: dayOfYear = number
        case .hour: civil.hour = number
        case .hourOfHalf:
            guard (1...12).contains(number) else { return false }
            civil.hour = number
        case .minute: civil.minute = number
        case .second: civil.second = number
        default: return false
        }
        return true
    }

    private mutating func number(_ digits: ClosedRange<Int>) -> Int? {
        let start = place
        var value = 0
        while place - start < digits.upperBound, text.byte(place) &- 0x30 <= 9 {
            value = value * 10 + Int(text.byte(place) - 0x30)
            place += 1
        }
        return place - start >= digits.lowerBound ? value : nil
    }

    /// The index of the name that stands here, whole or its first three letters.
    private mutating func name(_ names: [String]) -> Int? {
        let start = place
        while (0x61...0x7A).contains(text.byte(place) | 0x20) { place += 1 }
        let word = text.slice(start, place - start).text.lowercased()
        return names.firstIndex { $0 == word || $0.prefix(3) == word }
    }

    private mutating func half() -> Bool {
        let letter = text.byte(place) | 0x20
        guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p"),
            text.byte(place + 1) | 0x20 == UInt8(ascii: "m")
        else { return false }
        place += 2
        isAfternoon = letter == UInt8(ascii: "p")
        return true
    }

    /// Any number of digits; those after the sixth are cut.
    private mutating func fraction() -> Bool {
        let start = place
        var unit = 100_000
        civil.microsecond = 0
        while text.byte(place) &- 0x30 <= 9 {
            civil.microsecond += Int(text.byte(place) - 0x30) * unit
            unit /= 10
            place += 1
        }
        return place > start
    }

    private mutating func readOffset() -> Bool {
        let sign = text.byte(place)
        place += 1
        if sign | 0x20 == UInt8(ascii: "z") {
            offset = 0
            return true
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        guard let hour = number(2...2) else { return false }
        var minute = 0
        let hasColon = text.byte(place) == UInt8(ascii: ":")
        if hasColon { place += 1 }
        if hasColon || text.byte(place) &- 0x30 <= 9 {
            guard let number = number(2...2) else { return false }
            minute = number
        }
        guard hour < 24, minute < 60 else { return false }
        let seconds = hour * 3_600 + minute * 60
        offset = sign == UInt8(ascii: "-") ? -seconds : seconds
        return true
    }

    private mutating func readEpoch() -> Bool {
        isBeforeEpoch = text.byte(place) == UInt8(ascii: "-")
        if isBeforeEpoch { place += 1 }
        let start = place
        var value: UInt64 = 0
        place = Number.digits(text, from: start, into: &value)
        guard place > start, place - start <= 12 else { return false }
        epoch = Int64(value)
        return true
    }

    /// What was read, if it is a moment that exists and nothing is left over.
    func timestamp(zone: TimeZoneRules) -> Timestamp? {
        guard place == text.byteCount else { return nil }
        let time: Timestamp
        if let epoch {
            // The sign is that of seconds and decimals together.
            let distance = epoch * 1_000_000 + Int64(civil.microsecond)
            time = Timestamp(microseconds: isBeforeEpoch ? -distance : distance)
        } else {
            guard let civil = wholeTime() else { return nil }
            if let offset {
                time = Timestamp(
                    microseconds: civil.utc.microseconds - Int64(offset) * 1_000_000)
            } else {
                time = zone.instant(of: civil)
            }
        }
        return time.isRepresentable ? time : nil
    }

    private func wholeTime() -> CivilTime? {
        var civil = civil
        // A leap second is the second after it.
        let isLeapSecond = civil.second == 60
        if isLeapSecond { civil.second = 59 }
        if let isAfternoon { civil.hour = civil.hour % 12 + (isAfternoon ? 12 : 0) }
        if let dayOfYear {
            let isLeapYear = CivilTime.days(inMonth: 2, of: civil.year) == 29
            guard dayOfYear >= 1, dayOfYear <= (isLeapYear ? 366 : 365) else { return nil }
            civil.month = 1
            civil.day = 1
        }
        guard civil.isValid else { return nil }
        if let dayOfYear {
            let days = Int64(dayOfYear - 1) * 86_400_000_000
            civil = CivilTime(utc: Timestamp(microseconds: civil.utc.microseconds + days))
        }
        if isLeapSecond { civil.second = 60 }
        return civil
    }
}
