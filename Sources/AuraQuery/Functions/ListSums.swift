import AuraCore

/// Sums and means of lists, without NULL; NULL where there is nothing else.
enum ListSums {
    typealias Summary = (
        item: ValueType, result: ValueType,
        body: @Sendable ([Value], [Value]) throws(ComputationError) -> Value
    )

    static let sums: [Summary] = [
        (.int64, .int128, { items, _ throws(ComputationError) in try sum(items) }),
        (.int128, .int128, { items, _ throws(ComputationError) in try sum(items) }),
        (
            .bool, .int128,
            { items, _ in
                items.allSatisfy(\.isNull)
                    ? .null : .int128(items.reduce(0) { $1 == .bool(true) ? $0 + 1 : $0 })
            }
        ),
        (
            .float64, .float64,
            { items, _ in
                let numbers = items.compactMap(\.double)
                return numbers.isEmpty ? .null : .float64(numbers.reduce(0, +))
            }
        ),
    ]

    static let averages: [Summary] = [
        (.int64, .float64, { items, _ throws(ComputationError) in try average(items) }),
        (.int128, .float64, { items, _ throws(ComputationError) in try average(items) }),
        (
            .float64, .float64,
            { items, _ in
                let numbers = items.compactMap(\.double)
                return numbers.isEmpty
                    ? .null : .float64(numbers.reduce(0, +) / Double(numbers.count))
            }
        ),
        (.timestamp, .timestamp, { items, _ in middle(items, 1).map { .timestamp($0) } ?? .null }),
        (.instant, .instant, { items, _ in middle(items, 1).map { .instant($0) } ?? .null }),
        (
            .date, .timestamp,
            { items, _ in
                middle(items, Interval.dayMicroseconds).map { .timestamp($0) } ?? .null
            }
        ),
    ]

    private static func sum(_ items: [Value]) throws(ComputationError) -> Value {
        let numbers = items.compactMap(\.integer)
        guard !numbers.isEmpty else { return .null }
        var sum: Int128 = 0
        for number in numbers {
            let (next, overflows) = sum.addingReportingOverflow(number)
            if overflows {
                throw ComputationError("the sum of a list exceeds 128 bits: \(sum) + \(number)")
            }
            sum = next
        }
        return .int128(sum)
    }

    private static func average(_ items: [Value]) throws(ComputationError) -> Value {
        try sum(items).double.map { .float64($0 / Double(items.compactMap(\.integer).count)) }
            ?? .null
    }

    /// The mean of times, of so many µs in each of their units.
    ///
    /// From 1970 on it is the nearest µs, the earlier of two; before that the one towards 1970.
    private static func middle(_ items: [Value], _ unit: Int64) -> Int64? {
        let times = items.compactMap(\.time)
        guard !times.isEmpty else { return nil }
        // The sum of a million numbers of 64 bits is far from 128.
        let sum = times.reduce(Int128(0)) { $0 + Int128($1) } * Int128(unit)
        let (quotient, rest) = sum.quotientAndRemainder(dividingBy: Int128(times.count))
        return Int64(exactly: rest * 2 > times.count ? quotient + 1 : quotient)
    }
}
