import AuraCore

/// The parts of dates, times and intervals.
extension ScalarFunction {
    static let timeParts: [String: [ScalarFunction]] = {
        var functions = epochs
        for part in TimePart.allCases where part != .epoch && part != .julian {
            functions[part.rawValue] = whole(part)
        }
        for (alias, part) in aliases { functions[alias] = functions[part.rawValue] }
        functions["nanosecond"] = nanosecond
        functions["date_part"] = anyPart
        functions["datepart"] = anyPart
        return functions
    }()

    private static let aliases: [String: TimePart] = [
        "dayofmonth": .day, "weekday": .dayofweek, "weekofyear": .week,
        "milliseconds": .millisecond, "microseconds": .microsecond,
    ]

    /// The name of the function that gives a part, which is spelled in any way and case; nil if
    /// there is no such part.
    static func partFunction(_ part: String) -> String? { TimePart(spelling: part)?.rawValue }

    /// The function of a part that is a whole number.
    private static func whole(_ part: TimePart) -> [ScalarFunction] {
        var functions = [
            ScalarFunction([.timestamp], .int64, .columns { columns, _ in columns[0].parts(part) }),
            ScalarFunction([.date], .int64, .integer { part.value(ofDay: $0) }),
        ]
        if part.value(of: Interval()) != nil {
            functions.append(
                ofInterval(.int64) { interval in part.value(of: interval).map { .int64($0) } })
        }
        return functions
    }

    private static let nanosecond = [
        ScalarFunction(
            [.timestamp], .int64, .integer { TimePart.microsecond.value(ofTime: $0) * 1_000 }),
        ScalarFunction([.date], .int64, .integer { _ in 0 }),
        ofInterval(.int64) { interval in
            TimePart.microsecond.value(of: interval).map { .int64($0 * 1_000) }
        },
    ]

    /// A function of an interval, an error where `body` has no value.
    private static func ofInterval(
        _ result: ValueType, _ body: @escaping @Sendable (Interval) -> Value?
    ) -> ScalarFunction {
        ScalarFunction(
            [.interval], result,
            .values { values throws(ComputationError) in
                guard case .interval(let interval) = values[0], let value = body(interval) else {
                    throw ComputationError("'\(values[0])' has more than fits into 64 bits")
                }
                return value
            })
    }

    // MARK: Since 1970

    private static let epochs: [String: [ScalarFunction]] = [
        "epoch": [
            ScalarFunction([.timestamp], .float64, .float(ofTime: TimePart.epoch(ofTime:))),
            ScalarFunction([.instant], .float64, .float(ofTime: TimePart.epoch(ofTime:))),
            ScalarFunction([.date], .float64, .float(ofTime: { Double($0) * 86_400 })),
            ofInterval(.float64) { .float64(TimePart.epoch(of: $0)) },
        ],
        "julian": [
            ScalarFunction([.timestamp], .float64, .float(ofTime: TimePart.julian(ofTime:))),
            ScalarFunction([.date], .float64, .float(ofTime: { Double($0) + 2_440_588 })),
        ],
        // Rounded, and what is halfway away from 1970.
        "epoch_ms": since1970(perDay: 86_400_000) { time in
            time / 1_000 + time % 1_000 / 500
        }
            + [
                ScalarFunction(
                    [.int64], .timestamp,
                    .integer { value throws(ComputationError) in
                        guard let time = TimeRange.time(Int128(value) * 1_000) else {
                            throw .outsideTime("\(value) ms after 1970")
                        }
                        return time
                    }),
                ofInterval(.int64) { interval in
                    let rest = Int128(interval.microseconds)
                    let whole = (interval.comparable - rest) / 1_000 + rest / 1_000
                    return Int64(exactly: whole).map { .int64($0) }
                },
            ],
        "epoch_us": since1970(perDay: Interval.dayMicroseconds) { time in time }
            + [ofInterval(.int64) { Int64(exactly: $0.comparable).map { .int64($0) } }],
        "epoch_ns": since1970(perDay: 1_000 * Interval.dayMicroseconds) { time in
            time.multipliedExactly(by: 1_000)
        } + [ofInterval(.int64) { Int64(exactly: $0.comparable * 1_000).map { .int64($0) } }],
    ]

    /// How many of a unit have passed at a time or date.
    private static func since1970(
        perDay count: Int64, _ body: @escaping @Sendable (Int64) -> Int64?
    ) -> [ScalarFunction] {
        func function(
            _ type: ValueType, _ body: @escaping @Sendable (Int64) -> Int64?
        ) -> ScalarFunction {
            ScalarFunction(
                [type], .int64,
                .integer { value throws(ComputationError) in
                    guard let result = body(value) else {
                        throw ComputationError(
                            "nanoseconds of a time that far away exceed 64 bits",
                            hint: "epoch_us counts microseconds")
                    }
                    return result
                })
        }
        return [
            function(.timestamp, body), function(.instant, body),
            function(.date) { $0.multipliedExactly(by: count) },
        ]
    }

    // MARK: Any part

    /// `date_part` of a part that only the rows say, which is a float for that reason.
    private static let anyPart = [
        anyPart(.timestamp) { part, value in
            value.time.flatMap { time in
                switch part {
                case .epoch: TimePart.epoch(ofTime: time)
                case .julian: TimePart.julian(ofTime: time)
                default: Double(part.value(ofTime: time))
                }
            }
        },
        anyPart(.interval) { part, value in
            guard case .interval(let interval) = value else { return nil }
            return part == .epoch
                ? TimePart.epoch(of: interval) : part.value(of: interval).map { Double($0) }
        },
    ]

    private static func anyPart(
        _ type: ValueType, _ body: @escaping @Sendable (TimePart, Value) -> Double?
    ) -> ScalarFunction {
        ScalarFunction(
            [.text, type], .float64,
            .values { values throws(ComputationError) in
                let part = try TimePart.named(values[0])
                guard let result = body(part, values[1]) else {
                    throw ComputationError("an interval has no \(part.rawValue)")
                }
                return .float64(result)
            })
    }
}
