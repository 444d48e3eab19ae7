import AuraCore

/// `strptime`: times that texts write in a format, or in one of several.
extension ScalarFunction {
    /// - Parameter isTried: What is not written so is NULL then.
    static func parsing(isTried: Bool) -> [ScalarFunction] {
        [ValueType.text, .list(.text)].map { type in
            ScalarFunction(
                [.text, type], .timestamp,
                .prepared(from: 1, .timestamp) { value throws(ComputationError) in
                    try formats(value)
                } _: { (formats: [TimeFormat], columns, count) throws(ComputationError) in
                    try Kernel.values { values throws(ComputationError) in
                        guard case .text(let text) = values[0] else { return .null }
                        return try time(text, formats, isTried: isTried)
                    }.evaluate([columns[0]], .timestamp, count: count)
                })
        }
    }

    private static func formats(_ value: Value) throws(ComputationError) -> [TimeFormat] {
        guard case .list(let items) = value else { return [try TimeFormat(value)] }
        var formats: [TimeFormat] = []
        for item in items { formats.append(try TimeFormat(item)) }
        if formats.isEmpty { throw ComputationError("there is no format in the list") }
        return formats
    }

    /// What the first format that fits reads.
    private static func time(
        _ text: String, _ formats: [TimeFormat], isTried: Bool
    ) throws(ComputationError) -> Value {
        var first: TimeParser.Mismatch?
        for format in formats {
            var parser = unsafe TimeParser(text.utf8.span.bytes)
            do throws(TimeParser.Mismatch) {
                return .timestamp(try parser.time(format))
            } catch {
                first = first ?? error
            }
        }
        if isTried { return .null }
        throw ComputationError(
            "'\(text)' is not written as the format says: \(first?.expected ?? "")",
            hint: "try_strptime gives NULL for such texts")
    }
}

/// Reads one text in one format.
struct TimeParser: ~Escapable {
    /// That a text is not in the format.
    struct Mismatch: Error {
        let expected: String

        init(_ expected: String) { self.expected = expected }
    }

    private var scanner: TextScanner
    private var year: Int64 = 1_900
    private var month: Int64 = 1
    private var day: Int64 = 1
    private var hour: Int64 = 0
    private var minute: Int64 = 0
    private var second: Int64 = 0
    private var nanosecond: Int64 = 0
    /// Seconds east of UTC.
    private var offset: Int64 = 0
    private var isAfternoon: Bool?
    private var basis = DateBasis()

    @_lifetime(copy text)
    init(_ text: RawSpan) { scanner = TextScanner(text) }

    /// µs since 1970, in UTC if the format has an offset.
    mutating func time(_ format: TimeFormat) throws(Mismatch) -> Int64 {
        scanner.skipBlanks()
        var wasBlank = false
        for item in format.items {
            switch item {
            case .byte(let byte) where TextScanner.isBlank(byte):
                if !wasBlank { try readBlanks() }
                wasBlank = true
            case .byte(let byte):
                try read(byte)
                wasBlank = false
            case .field(let field, _):
                try read(field)
                wasBlank = false
            }
        }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { throw Mismatch("the end before the rest of the text") }
        try readHalf()
        guard let day = try basis.day(year: year, month: month, day: day) else {
            throw Mismatch("a date that exists")
        }
        let seconds = (hour * 60 + minute) * 60 + second - offset
        let rest = seconds * 1_000_000 + (nanosecond + 500) / 1_000
        guard
            let time = TimeRange.time(
                Int128(day) * Int128(Interval.dayMicroseconds) + Int128(rest))
        else { throw Mismatch("a time from 290309 BC to 294247") }
        return time
    }

    /// Blanks, however many there are in the format and in the text.
    private mutating func readBlanks() throws(Mismatch) {
        guard TextScanner.isBlank(scanner.next) else { throw Mismatch("a space") }
        scanner.skipBlanks()
    }

    /// A byte that the format has itself.
    private mutating func read(_ byte: UInt8) throws(Mismatch) {
        guard !scanner.isAtEnd, scanner.next == byte else {
            throw Mismatch("'\(String(decoding: [byte], as: UTF8.self))'")
        }
        scanner.skip()
    }

    /// A number of so many digits at most.
    private mutating func number(
        _ digits: Int, _ range: ClosedRange<Int64>, _ name: String
    ) throws(Mismatch) -> Int64 {
        guard let number = scanner.number(digits: digits), range.contains(number) else {
            throw Mismatch("\(name) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private mutating func read(_ field: TimeFormat.Field) throws(Mismatch) {
        switch field {
        case .year, .yearOfCentury, .month, .dayOfMonth, .isoYear, .isoWeek, .isoWeekday,
            .sundayWeek, .mondayWeek, .weekdayNumber, .dayOfYear:
            try readDate(field)
        case .shortWeekday, .weekday:
            _ = try name(TimeNames.weekdays, isShort: field == .shortWeekday)
        case .shortMonthName, .monthName:
            month = try name(TimeNames.months, isShort: field == .shortMonthName) + 1
        case .hour: hour = try number(2, 0...23, "an hour")
        case .hour12: hour = try number(2, 1...12, "an hour")
        case .minute: minute = try number(2, 0...59, "a minute")
        case .second: second = try number(2, 0...59, "a second")
        case .millisecond: nanosecond = try decimals(3) * 1_000_000
        case .microsecond: nanosecond = try decimals(6) * 1_000
        case .nanosecond: nanosecond = try decimals(9)
        case .half:
            if scanner.take(word: "am") {
                isAfternoon = false
            } else if scanner.take(word: "pm") {
                isAfternoon = true
            } else {
                throw Mismatch("AM or PM")
            }
        case .offset:
            guard let offset = scanner.offset() else {
                throw Mismatch("an offset such as +02, +0230 or +02:30")
            }
            self.offset = offset
        case .zone:
            scanner.skipBlanks()
            guard TimeText.isUTC(scanner.word(TimeText.isOfZone)) else {
                throw Mismatch("the time zone UTC")
            }
        }
    }

    private mutating func readDate(_ field: TimeFormat.Field) throws(Mismatch) {
        switch field {
        case .year: year = try number(4, 0...9_999, "a year")
        case .yearOfCentury:
            let short = try number(2, 0...99, "a year")
            year = short + (short < 69 ? 2_000 : 1_900)
        case .month: month = try number(2, 1...12, "a month")
        case .dayOfMonth: day = try number(2, 1...31, "a day")
        case .isoYear: try basis.set(field, to: try number(4, 0...9_999, "a year"))
        case .isoWeek: try basis.set(field, to: try number(2, 1...53, "a week"))
        case .isoWeekday: try basis.set(field, to: try number(1, 1...7, "a day of the week"))
        case .sundayWeek, .mondayWeek: try basis.set(field, to: try number(2, 0...53, "a week"))
        case .weekdayNumber: try basis.set(field, to: try number(1, 0...6, "a day of the week"))
        default: try basis.set(field, to: try number(3, 1...366, "a day of the year"))
        }
        try basis.add(field)
    }

    /// The place of a name in a list.
    private mutating func name(_ names: [String], isShort: Bool) throws(Mismatch) -> Int64 {
        for (index, name) in names.enumerated()
        where scanner.take(word: (isShort ? String(name.prefix(3)) : name).lowercased()) {
            return Int64(index)
        }
        throw Mismatch("a name such as \(isShort ? String(names[0].prefix(3)) : names[0])")
    }

    /// Decimals of a second, as a number of so many digits.
    private mutating func decimals(_ digits: Int) throws(Mismatch) -> Int64 {
        let start = scanner.place
        guard var value = scanner.number(digits: digits) else { throw Mismatch("decimals") }
        for _ in scanner.place - start..<digits { value *= 10 }
        return value
    }

    /// What AM and PM make of the hour.
    private mutating func readHalf() throws(Mismatch) {
        guard let isAfternoon else { return }
        guard hour <= 12 else { throw Mismatch("an hour up to 12 with AM or PM") }
        hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
}
