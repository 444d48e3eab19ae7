import AuraCore

/// `strftime`: times as a format has them.
extension ScalarFunction {
    static let formatting: [ScalarFunction] = [ValueType.timestamp, .date].flatMap { type in
        [formatting([type, .text], format: 1), formatting([.text, type], format: 0)]
    }

    private static func formatting(_ parameters: [ValueType], format: Int) -> ScalarFunction {
        ScalarFunction(
            parameters, .text,
            .prepared(from: format, .text) { value throws(ComputationError) in
                try TimeFormat(value)
            } _: { (prepared: TimeFormat, columns, _) throws(ComputationError) in
                try prepared.texts(columns[1 - format])
            })
    }
}

extension TimeFormat {
    /// The text of each time or date, written once for times in which the format sees no difference.
    fileprivate func texts(_ times: Vector) throws(ComputationError) -> Vector {
        let isDate = times.type == .date
        let unit = isDate ? 1 : unit
        var builder = TextBuilder()
        var text: [UInt8] = []
        var known: [Int64: UInt32] = [:]
        var last: (key: Int64, code: UInt32)?
        let codes = try times.integers.enumerated().map {
            (row, value) throws(ComputationError) in
            let key = value.flooredQuotient(unit)
            if let last, last.key == key { return last.code }
            if let code = known[key] {
                last = (key, code)
                return code
            }
            text.removeAll(keepingCapacity: true)
            let day = isDate ? value : TimeRange.day(value)
            if TimeRange.days.contains(day) {
                try append(day, isDate ? 0 : value - day * Interval.dayMicroseconds, to: &text)
            } else if times.isValid(row) {
                throw .outsideTime("\(times.value(row))")
            }
            guard builder.byteCount + text.count <= UInt32.max else {
                throw ComputationError("the texts of all rows have more than 4 GiB")
            }
            let code = UInt32(builder.count)
            builder.append(text.rawSpan)
            // Times of smaller units hardly occur again.
            if isDate || unit >= 60_000_000 { known[key] = code }
            last = (key, code)
            return code
        }
        return times.mapped(.text, .texts(codes, builder.table))
    }

    /// µs of the smallest unit that texts show.
    private var unit: Int64 {
        var unit = Interval.dayMicroseconds
        for case .field(let field, _) in items {
            switch field {
            case .nanosecond, .microsecond: return 1
            case .millisecond: unit = min(unit, 1_000)
            case .second: unit = min(unit, 1_000_000)
            case .minute: unit = min(unit, 60_000_000)
            case .hour, .hour12, .half: unit = min(unit, 3_600_000_000)
            default: break
            }
        }
        return unit
    }

    /// - Parameters:
    ///   - day: Since 1970.
    ///   - rest: µs of the day.
    private func append(
        _ day: Int64, _ rest: Int64, to text: inout [UInt8]
    ) throws(ComputationError) {
        let writer = TimeWriter(day: day, date: CivilDate(days: day), rest: Int(rest))
        for item in items {
            switch item {
            case .byte(let byte): text.append(byte)
            case .field(let field, let isPlain):
                writer.append(field, isPlain: isPlain, to: &text)
            }
        }
        guard text.count <= Limits.stringBytes * 16 else {
            throw ComputationError(
                "a text of more than \(Limits.stringBytes * 16) bytes is too long")
        }
    }
}

/// Writes the parts of one time.
private struct TimeWriter {
    let day: Int64
    let date: CivilDate
    /// µs of the day.
    let rest: Int

    func append(_ field: TimeFormat.Field, isPlain: Bool, to text: inout [UInt8]) {
        func number(_ number: Int, _ width: Int) {
            TimeWriter.append(number, isPlain ? 1 : width, to: &text)
        }
        switch field {
        case .shortWeekday, .weekday:
            let name = TimeNames.weekdays[Int(CivilDate.isoWeekday(day) % 7)]
            text.append(contentsOf: field == .weekday ? name.utf8[...] : name.utf8.prefix(3))
        case .shortMonthName, .monthName:
            let name = TimeNames.months[date.month - 1]
            text.append(contentsOf: field == .monthName ? name.utf8[...] : name.utf8.prefix(3))
        case .weekdayNumber: number(Int(CivilDate.isoWeekday(day) % 7), 1)
        case .isoWeekday: number(Int(CivilDate.isoWeekday(day)), 1)
        case .year: year(date.year, to: &text)
        case .isoYear: year(Int(CivilDate.isoWeek(day).year), to: &text)
        case .yearOfCentury: number(Int(date.year.magnitude) % 100, 2)
        case .month: number(date.month, 2)
        case .dayOfMonth: number(date.day, 2)
        case .dayOfYear: number(Int(CivilDate.dayOfYear(day)), 3)
        case .isoWeek: number(Int(CivilDate.isoWeek(day).week), 2)
        case .sundayWeek: number(week(from: 0), 2)
        case .mondayWeek: number(week(from: 1), 2)
        case .hour: number(rest / 3_600_000_000, 2)
        case .hour12: number((rest / 3_600_000_000 + 11) % 12 + 1, 2)
        case .half: text.append(contentsOf: (rest < 43_200_000_000 ? "AM" : "PM").utf8)
        case .minute: number(rest / 60_000_000 % 60, 2)
        case .second: number(rest / 1_000_000 % 60, 2)
        case .millisecond: number(rest / 1_000 % 1_000, 3)
        case .microsecond: number(rest % 1_000_000, 6)
        case .nanosecond: number(rest % 1_000_000 * 1_000, 9)
        case .offset: text.append(contentsOf: "+00".utf8)
        case .zone: break
        }
    }

    private func year(_ year: Int, to text: inout [UInt8]) {
        if year < 0 { text.append(UInt8(ascii: "-")) }
        TimeWriter.append(Int(year.magnitude), year < 0 ? 1 : 4, to: &text)
    }

    /// The week of the year, where the first begins with the first such day: 0 is Sunday.
    private func week(from first: Int64) -> Int {
        let weekday = (CivilDate.isoWeekday(day) + 7 - first) % 7
        return Int((CivilDate.dayOfYear(day) + 6 - weekday) / 7)
    }

    /// A number that is not negative, of so many digits at least.
    private static func append(_ number: Int, _ width: Int, to text: inout [UInt8]) {
        guard width == 2, number < 100 else {
            if number >= 10 || width > 1 { append(number / 10, width - 1, to: &text) }
            text.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
            return
        }
        // Both at once, as most numbers have two digits.
        text.append(little: 0x3030 + UInt16(number / 10) + UInt16(number % 10) << 8)
    }
}
