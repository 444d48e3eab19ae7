import AuraCore

extension Interval {
    /// The interval that a text writes; nil for other texts.
    ///
    /// `1 year 2 months`, `-3 days 04:05:06.7`, `1.5 h`, `2 weeks ago`, `@ 1 day`, or seconds alone:
    /// numbers, each with a unit, then perhaps a clock, behind which anything is ignored, or `ago`.
    /// Source: what DuckDB accepts.
    init?(text: String) {
        self.init()
        var scanner = unsafe TextScanner(text.utf8.span.bytes)
        _ = scanner.take("@")
        var isEmpty = true
        var isLast = false
        scanner.skipBlanks()
        while !isLast, !scanner.isAtEnd {
            let sum: Interval?
            if scanner.take(word: "ago") {
                scanner.skipBlanks()
                guard scanner.isAtEnd else { return nil }
                sum = multiplied(by: -1)
            } else {
                guard let piece = Piece(&scanner, isFirst: isEmpty), piece.length.isCommon else {
                    return nil
                }
                sum = adding(piece.length)
                isLast = piece.isLast
                isEmpty = false
            }
            guard let sum, sum.isCommon else { return nil }
            self = sum
            scanner.skipBlanks()
        }
        if isEmpty { return nil }
    }

    /// Whether months and days have 32 bits, as elsewhere.
    var isCommon: Bool { Int32(exactly: months) != nil && Int32(exactly: days) != nil }

    /// So much of it, which is one unit: what is left of months are days, and of days µs.
    fileprivate func fraction(_ part: Double) -> Interval {
        /// The nearest whole number of a fraction; none of one that nearly is 0.
        func rounded(_ part: Double, _ unit: Double) -> Int64 {
            part.magnitude > 1e-10 ? Int64((part * unit).rounded()) : 0
        }
        let dayLength = Double(Interval.dayMicroseconds)
        switch (months, days) {
        case (0, 0):
            return Interval(
                microseconds: microseconds == 1 ? 0 : rounded(part, Double(microseconds)))
        case (0, _), (1, _):
            let rest = part * (months == 1 ? 30 : Double(days))
            let whole = rest.rounded(.towardZero)
            return Interval(days: Int64(whole), microseconds: rounded(rest - whole, dayLength))
        case (3, _):
            let rest = part * 3
            let whole = rest.rounded(.towardZero)
            return Interval(months: Int64(whole), days: rounded(rest - whole, 30))
        default: return Interval(months: rounded(part, Double(months)))
        }
    }
}

/// A number with its unit, or a clock.
private struct Piece {
    let length: Interval
    /// Whether nothing may follow, or whatever follows is ignored.
    let isLast: Bool

    init?(_ scanner: inout TextScanner, isFirst: Bool) {
        let isNegative = scanner.take("-")
        var ahead = scanner
        if ahead.number() != nil, ahead.next == UInt8(ascii: ":") {
            guard let clock = scanner.clock() else { return nil }
            length = Interval(microseconds: isNegative ? -clock : clock)
            isLast = true
            return
        }
        guard let whole = scanner.number() else { return nil }
        let fraction = scanner.decimals()
        scanner.skipBlanks()
        let name = scanner.word(TextScanner.isLetter)
        // A number alone is one of seconds.
        isLast = name.isEmpty && isFirst && scanner.isAtEnd
        guard let unit = (isLast ? .second : TimePart(spelling: name))?.one,
            let length = unit.multiplied(by: isNegative ? -whole : whole)?
                .adding(unit.fraction(isNegative ? -fraction : fraction))
        else { return nil }
        self.length = length
    }
}

extension TimePart {
    /// One as an interval; nil for what is no unit of intervals.
    fileprivate var one: Interval? {
        switch self {
        case .microsecond, .millisecond, .second, .minute, .hour:
            unit.map { Interval(microseconds: $0) }
        case .day: Interval(days: 1)
        case .week: Interval(days: 7)
        case .month: Interval(months: 1)
        case .quarter: Interval(months: 3)
        case .year: Interval(months: 12)
        case .decade: Interval(months: 120)
        case .century: Interval(months: 1_200)
        case .millennium: Interval(months: 12_000)
        case .era, .yearweek, .isoyear, .dayofweek, .isodow, .dayofyear, .epoch, .julian: nil
        }
    }
}

extension TextScanner {
    /// What a point and the decimals behind it write, if there is one.
    fileprivate mutating func decimals() -> Double {
        guard take(".") else { return 0 }
        return Double("0." + word(TextScanner.isDigit)) ?? 0
    }
}
