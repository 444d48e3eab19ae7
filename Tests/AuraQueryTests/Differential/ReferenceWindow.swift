import AuraCore

@testable import AuraQuery

/// The results of a window function: for each row its partition, its order and its frame anew.
struct ReferenceWindow {
    private let call: WindowCall
    private let rows: [Reference.Row]
    private let reference: Reference

    /// The rows of one partition in order, by their numbers, and where each row's frame lies.
    private struct Partition {
        var rows: [Int]
        /// The values of ORDER BY, by place.
        var keys: [[Value]]
    }

    init(_ call: WindowCall, _ rows: [Reference.Row], _ reference: Reference) {
        self.call = call
        self.rows = rows
        self.reference = reference
    }

    /// One for each row.
    func values() throws -> [Value] {
        var members: [[Value]: [Int]] = [:]
        for (number, row) in rows.enumerated() {
            let key = try call.partition.map { try reference.value($0, row) }
            members[key, default: []].append(number)
        }
        var results = [Value](repeating: .null, count: rows.count)
        for numbers in members.values {
            let partition = try ordered(numbers)
            if case .series(let series) = call.function {
                let arguments = try partition.rows.map { row in
                    try call.arguments.map { try reference.value($0, rows[row]) }
                }
                let values = ReferenceSeries(
                    series: series, arguments: arguments,
                    keys: partition.keys.map { $0.first ?? .null }, casting: reference.casting
                ).values()
                for (row, value) in zip(partition.rows, values) { results[row] = value }
                continue
            }
            for place in partition.rows.indices {
                results[partition.rows[place]] = try value(place, partition)
            }
        }
        return results
    }

    private func ordered(_ numbers: [Int]) throws -> Partition {
        let keyed = try numbers.map { number in
            (
                number: number,
                keys: try call.order.map { try reference.value($0.expression, rows[number]) }
            )
        }
        let sorted = keyed.sorted { left, right in
            switch Reference.order(left.keys, right.keys, call.order) {
            case 0: left.number < right.number
            case let order: order < 0
            }
        }
        return Partition(rows: sorted.map(\.number), keys: sorted.map(\.keys))
    }

    private func value(_ place: Int, _ partition: Partition) throws -> Value {
        let peers = partition.keys.indices.filter {
            Reference.order(partition.keys[$0], partition.keys[place], call.order) == 0
        }
        let (first, last) = (peers[0], peers[peers.count - 1])
        let count = partition.rows.count
        let ranking: WindowRanking
        switch call.function {
        case .aggregate(let aggregate):
            let frame = try frame(place, partition, first, last)
            return try reference.aggregate(aggregate, frame.map { rows[partition.rows[$0]] })
        case .ranking(let own): ranking = own
        case .series: preconditionFailure("a series has no frames")
        }
        let row = rows[partition.rows[place]]
        let arguments = try call.arguments.map { try reference.value($0, row) }
        switch ranking {
        case .rowNumber: return .int64(Int64(place) + 1)
        case .rank: return .int64(Int64(first) + 1)
        case .denseRank:
            let before = (0..<first).filter { index in
                index == 0
                    || Reference.order(
                        partition.keys[index - 1], partition.keys[index], call.order) != 0
            }
            return .int64(Int64(before.count) + 1)
        case .percentRank: return .float64(count == 1 ? 0 : Double(first) / Double(count - 1))
        case .cumulativeDistribution: return .float64(Double(last + 1) / Double(count))
        case .ntile: return tile(place, count, arguments[0])
        case .lag, .lead: return try neighbour(place, partition, arguments, isLag: ranking == .lag)
        case .firstValue, .lastValue, .nthValue:
            var values = try frame(place, partition, first, last).map {
                try reference.value(call.arguments[0], rows[partition.rows[$0]])
            }
            if call.ignoresNulls { values.removeAll(where: \.isNull) }
            if ranking == .lastValue { return values.last ?? .null }
            if ranking == .firstValue { return values.first ?? .null }
            guard let number = arguments[1].integer, number > 0, number <= values.count else {
                return .null
            }
            return values[Int(number) - 1]
        }
    }

    /// Which of so many parts a place is in, the first parts being the larger ones.
    private func tile(_ place: Int, _ count: Int, _ parts: Value) -> Value {
        guard let parts = parts.integer.map({ Int($0) }) else { return .null }
        var start = 0
        for part in 0..<parts {
            start += count / parts + (part < count % parts ? 1 : 0)
            if place < start { return .int64(Int64(part) + 1) }
        }
        return .null
    }

    private func neighbour(
        _ place: Int, _ partition: Partition, _ arguments: [Value], isLag: Bool
    ) throws -> Value {
        guard let distance = arguments.count > 1 ? arguments[1].integer : 1 else { return .null }
        let values = try partition.rows.map { try reference.value(call.arguments[0], rows[$0]) }
        let step = (isLag ? -1 : 1) * Int(distance)
        let otherwise = arguments.count > 2 ? arguments[2] : .null
        if !call.ignoresNulls || step == 0 {
            return values.indices.contains(place + step) ? values[place + step] : otherwise
        }
        let known = values.indices.filter { !values[$0].isNull }
        let side = step < 0 ? known.filter { $0 < place }.reversed() : known.filter { $0 > place }
        return side.count >= abs(step) ? values[side[abs(step) - 1]] : otherwise
    }

    // MARK: Frames

    private func frame(
        _ place: Int, _ partition: Partition, _ firstPeer: Int, _ lastPeer: Int
    ) throws -> [Int] {
        let isRows = call.frame.unit == .rows
        func edge(_ bound: WindowCall.Bound, isEnd: Bool) throws -> Int {
            switch bound {
            case .unboundedPreceding: return 0
            case .unboundedFollowing: return partition.rows.count - 1
            case .currentRow: return isRows ? place : isEnd ? lastPeer : firstPeer
            case .preceding(let distance), .following(let distance):
                let isBefore = if case .preceding = bound { true } else { false }
                if isRows {
                    let rows = Int(distance.constant?.integer ?? 0)
                    return place + (isBefore ? -rows : rows)
                }
                let key = partition.keys[place][0]
                if key.isNull { return isEnd ? lastPeer : firstPeer }
                let isDescending = call.order[0].isDescending
                let target = try shifted(key, distance, isLess: isBefore != isDescending)
                let known = partition.rows.indices.filter { !partition.keys[$0][0].isNull }
                func isPast(_ place: Int, orEqual: Bool) -> Bool {
                    let value = moment(partition.keys[place][0])
                    if value == target { return orEqual }
                    return isDescending ? value < target : target < value
                }
                // Those up to the target, or those from it on.
                return isEnd
                    ? known.last { !isPast($0, orEqual: false) } ?? known[0] - 1
                    : known.first { isPast($0, orEqual: true) } ?? known[known.count - 1] + 1
            }
        }
        let start = max(0, try edge(call.frame.start, isEnd: false))
        let end = min(partition.rows.count - 1, try edge(call.frame.end, isEnd: true))
        return start <= end ? Array(start...end) : []
    }

    /// A date as the time at which it begins, which a distance may lie behind.
    private func moment(_ value: Value) -> Value {
        guard case .date(let days) = value else { return value }
        return .timestamp(Interval.dayMicroseconds * days)
    }

    private func shifted(
        _ value: Value, _ distance: BoundExpression, isLess: Bool
    ) throws -> Value {
        guard let step = distance.constant else { return value }
        switch (value, step) {
        case (.float64(let value), .float64(let step)):
            return .float64(isLess ? value - step : value + step)
        case (_, .interval(let step)):
            let signed = isLess ? step.multiplied(by: -1) ?? step : step
            switch value {
            case .timestamp(let time):
                return .timestamp(try ScalarFunction.timestamp(time, plus: signed))
            case .instant(let time):
                guard let moved = reference.casting.adding(signed, to: time) else {
                    throw ComputationError.outsideTime("\(value) + \(signed)")
                }
                return .instant(moved)
            case .date(let days):
                let start = Interval.dayMicroseconds * days
                return .timestamp(try ScalarFunction.timestamp(start, plus: signed))
            default: return value
            }
        default:
            guard let value = value.integer, let step = step.integer else { return value }
            return .int128(isLess ? value - step : value + step)
        }
    }
}
