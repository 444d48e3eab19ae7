import AuraCore

/// Reads dates and times from texts, as casts do.
///
/// The forms are `y-m-d[ (BC)][[T] h:m[:s[.f]][zone]]`, the dashes perhaps `/`, `\` or spaces, the
/// zone `Z`, an offset or a space and a name. Source: what DuckDB accepts.
enum TimeText {
    /// Days since 1970 of a date; a time of day behind it is nothing but checked.
    static func date(_ text: String) -> Int64? {
        var scanner = unsafe TextScanner(text.utf8.span.bytes)
        guard let date = scanner.date() else { return nil }
        var rest = scanner
        rest.skipBlanks()
        return rest.isAtEnd || scanner.clockAndZone() != nil ? date : nil
    }

    /// µs since 1970 by the clock that the text shows, in whichever zone.
    static func timestamp(_ text: String) -> Int64? {
        var scanner = unsafe TextScanner(text.utf8.span.bytes)
        guard let date = scanner.date(), let (clock, _) = scanner.clockAndZone() else { return nil }
        return TimeRange.time(Int128(date) * Int128(Interval.dayMicroseconds) + Int128(clock))
    }

    /// µs since 1970 in UTC.
    ///
    /// - Parameter local: The instant at which clocks show a time, for texts that name no zone.
    static func instant(_ text: String, local: (Int64) -> Int64) -> Int64? {
        var scanner = unsafe TextScanner(text.utf8.span.bytes)
        guard let date = scanner.date(), let (clock, zone) = scanner.clockAndZone(),
            let time = TimeRange.time(
                Int128(date) * Int128(Interval.dayMicroseconds) + Int128(clock))
        else { return nil }
        switch zone {
        case .none: return local(time)
        case .offset(let seconds): return TimeRange.time(Int128(time) - Int128(seconds) * 1_000_000)
        case .name(let name): return TimeText.isUTC(name) ? time : nil
        }
    }

    /// Whether a name is that of universal time.
    static func isUTC(_ name: String) -> Bool { name.lowercased() == "utc" }

    /// What a text says of the zone of its time.
    fileprivate enum Zone {
        case none
        /// Seconds east of UTC.
        case offset(Int64)
        case name(String)
    }

    /// Whether a name of a zone may have a character.
    static func isOfZone(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "_", "/", "+", "-", ":", "0"..."9", "a"..."z", "A"..."Z": true
        default: false
        }
    }
}

extension TextScanner {
    /// Days since 1970 of `y-m-d`, perhaps with ` (BC)`.
    fileprivate mutating func date() -> Int64? {
        skipBlanks()
        let isNegative = take("-")
        guard var year = number(), year < 1_000_000 else { return nil }
        let separator = next
        guard isSeparator(separator) else { return nil }
        skip()
        guard let month = number(digits: 2), next == separator else { return nil }
        skip()
        guard let day = number(digits: 2) else { return nil }
        if TextScanner.isBlank(next), byte(1) == UInt8(ascii: "(") {
            var rest = self
            rest.skip()
            if rest.take(word: "(bc)") {
                guard !isNegative, year > 0 else { return nil }
                year = 1 - year
                self = rest
            }
        }
        guard !TextScanner.isDigit(next) else { return nil }
        return CivilDate(
            year: Int(isNegative ? -year : year), month: Int(month), day: Int(day))?.days
    }

    /// µs of the time of day behind a date, 0 if there is none, and the zone behind that, up to the
    /// end of the text; nil for anything else.
    fileprivate mutating func clockAndZone() -> (clock: Int64, zone: TimeText.Zone)? {
        if isAtEnd { return (0, .none) }
        if next == 0x20 || next == UInt8(ascii: "T") { skip() }
        var length = 0
        while TextScanner.isBlank(byte(length)) { length += 1 }
        while !endsClock(byte(length)) { length += 1 }
        var time = part(length)
        guard let clock = time.clock(), time.isAtEnd, clock <= Interval.dayMicroseconds else {
            return nil
        }
        guard let zone = zone() else { return nil }
        skipBlanks()
        return isAtEnd ? (clock, zone) : nil
    }

    /// Whether a time of day ends before a character: before a zone, a blank or the end.
    private func endsClock(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "Z", "+", "-", "\0": true
        default: TextScanner.isBlank(byte)
        }
    }

    /// Whether a character may stand between year, month and day.
    private func isSeparator(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "-", "/", "\\", " ": true
        default: false
        }
    }

    private mutating func zone() -> TimeText.Zone? {
        if isAtEnd { return TimeText.Zone.none }
        if take("Z") { return .offset(0) }
        var ahead = self
        if let seconds = ahead.offset() {
            self = ahead
            return .offset(seconds)
        }
        guard take(" ") else { return nil }
        let name = word(TimeText.isOfZone)
        return name.isEmpty ? TimeText.Zone.none : .name(name)
    }
}
