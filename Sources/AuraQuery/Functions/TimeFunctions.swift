import AuraCore

/// Functions of dates and times, all but their parts.
extension ScalarFunction {
    static let timeFunctions: [String: [ScalarFunction]] = [
        "date_trunc": truncations, "datetrunc": truncations,
        "time_bucket": buckets,
        "date_diff": [crossings], "datediff": [crossings],
        "date_sub": [distances], "datesub": [distances],
        "age": [age],
        "date_add": [
            shifted(.timestamp, isLess: false),
            shifted(.instant, isLess: false) { $0.addedToInstant($1) },
        ],
        "last_day": ofDays(.date) { days in
            let date = CivilDate(days: days)
            return days &+ Int64(CivilTime.days(inMonth: date.month, of: date.year) - date.day)
        },
        "dayname": names(TimeNames.weekdays) { days in Int(CivilDate.isoWeekday(days) % 7) },
        "monthname": names(TimeNames.months) { days in CivilDate(days: days).month - 1 },
        "make_date": [makeDate],
        "make_timestamp": [makeTimestamp, timestampOfMicroseconds],
        "to_timestamp": [instantOfSeconds],
        "strftime": formatting,
        "strptime": parsing(isTried: false), "try_strptime": parsing(isTried: true),
    ]

    // MARK: Of the day

    /// A function of the day that a date is or a time lies in.
    private static func ofDays(
        _ result: ValueType, _ body: @escaping @Sendable (Int64) -> Int64
    ) -> [ScalarFunction] {
        [
            ScalarFunction([.timestamp], result, .integer { body(TimeRange.day($0)) }),
            ScalarFunction([.date], result, .integer(body)),
        ]
    }

    /// One of some names for each day.
    private static func names(
        _ names: [String], _ body: @escaping @Sendable (Int64) -> Int
    ) -> [ScalarFunction] {
        var builder = TextBuilder()
        for name in names { builder.append(name) }
        let table = builder.table
        return [ValueType.timestamp, .date].map { type in
            ScalarFunction(
                [type], .text,
                .columns { columns, _ in
                    let codes = columns[0].integers.map {
                        UInt32(body(type == .date ? $0 : TimeRange.day($0)))
                    }
                    return columns[0].mapped(.text, .texts(codes, table))
                })
        }
    }

    // MARK: Made of numbers

    private static let makeDate = ScalarFunction(
        [.int64, .int64, .int64], .date,
        .values { values throws(ComputationError) in .date(try date(values)) })

    private static let makeTimestamp = ScalarFunction(
        [.int64, .int64, .int64, .int64, .int64, .float64], .timestamp,
        .values { values throws(ComputationError) in
            let start = try date(values) * Interval.dayMicroseconds
            let clock = values[3...5].map(\.description).joined(separator: ":")
            guard case .int64(let hour) = values[3], case .int64(let minute) = values[4],
                let time = values[5].double.flatMap({ microseconds(hour, minute, $0) })
            else {
                throw ComputationError(
                    "there is no time of day \(clock)",
                    hint: "hours go to 24, minutes to 59 and seconds to 60")
            }
            guard let result = TimeRange.time(Int128(start) + Int128(time)) else {
                throw .outsideTime("\(Value.timestamp(start)) and \(clock)")
            }
            return .timestamp(result)
        })

    /// Days since 1970 of a year, a month and a day.
    private static func date(_ values: [Value]) throws(ComputationError) -> Int64 {
        let numbers = values.prefix(3).compactMap { $0.integer.flatMap { Int(exactly: $0) } }
        guard numbers.count == 3,
            let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
        else {
            let shown = values.prefix(3).map(\.description).joined(separator: "-")
            throw ComputationError("there is no date \(shown)")
        }
        return date.days
    }

    /// µs of a time of day; nil if there is none.
    ///
    /// 24:00:00 is one, and so are seconds up to 60.5, which the next minute has.
    private static func microseconds(_ hour: Int64, _ minute: Int64, _ second: Double) -> Int64? {
        let whole = second.rounded(
            (0...60).contains(second) ? .towardZero : .toNearestOrEven)
        let rest = ((second - whole) * 1_000_000).rounded()
        guard (0...60).contains(whole), (0...1_000_000).contains(rest), (0...24).contains(hour),
            (0...59).contains(minute)
        else { return nil }
        let seconds = (hour * 60 + minute) * 60 + Int64(whole)
        let time = seconds * 1_000_000 + Int64(rest)
        return time <= Interval.dayMicroseconds ? time : nil
    }

    private static let timestampOfMicroseconds = ScalarFunction(
        [.int64], .timestamp,
        .integer { value throws(ComputationError) in
            guard TimeRange.times.contains(value) else { throw .outsideTime("\(value) µs") }
            return value
        })

    private static let instantOfSeconds = ScalarFunction(
        [.float64], .instant,
        .values { values throws(ComputationError) in
            guard let seconds = values[0].double,
                let exact = Int64(exactly: (seconds * 1_000_000).rounded(.toNearestOrEven)),
                let time = TimeRange.time(Int128(exact))
            else { throw .outsideTime("\(values[0]) s after 1970") }
            return .instant(time)
        })
}

/// Names in English, as SQL has them in all languages.
enum TimeNames {
    static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
}
