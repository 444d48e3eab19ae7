import AuraCore
import Glibc

@testable import AuraQuery

/// Window functions that go through a series, each place by itself from all before it.
struct ReferenceSeries {
    let series: WindowSeries
    /// The arguments of the rows of a partition in order.
    let arguments: [[Value]]
    /// The first value that each row is ordered by.
    let keys: [Value]
    let casting: Casting

    /// The result of each.
    func values() -> [Value] { arguments.indices.map { value($0) } }

    private func value(_ place: Int) -> Value {
        let known = arguments.indices.filter { !arguments[$0][0].isNull }
        let before = known.filter { $0 <= place }
        switch series {
        case .lastKnown: return before.last.map { arguments[$0][0] } ?? .null
        case .weightedAverage: return average(before)
        case .session:
            guard known.contains(place) else { return .null }
            let gaps = zip(before, before.dropFirst()).filter {
                isGap(arguments[$0], arguments[$1])
            }
            return .int64(Int64(gaps.count) + 1)
        case .interpolation:
            if known.contains(place) { return arguments[place][0] }
            guard let last = before.last, let next = known.first(where: { $0 > place }),
                let low = number(last), let high = number(next), let start = key(last),
                let end = key(next), let here = key(place), start != end
            else { return .null }
            return .float64(low + (high - low) * (here - start) / (end - start))
        }
    }

    private func average(_ places: [Int]) -> Value {
        var result: Double?
        for (index, place) in places.enumerated() {
            guard let value = number(place) else { continue }
            var weight = arguments[place][1].double ?? 1
            if case .interval(let halfLife) = arguments[place][1], index > 0 {
                let passed = ((key(place) ?? 0) - (key(places[index - 1]) ?? 0)).magnitude
                weight = 1 - pow(0.5, passed / Double(halfLife.comparable))
            }
            result = result.map { (1 - weight) * $0 + weight * value } ?? value
        }
        return result.map { .float64($0) } ?? .null
    }

    private func isGap(_ left: [Value], _ right: [Value]) -> Bool {
        guard case .interval(let gap) = right[1], let first = min(left[0], right[0]).time,
            let second = max(left[0], right[0]).time
        else { return false }
        return second > casting.adding(gap, to: first) ?? .max
    }

    private func number(_ place: Int) -> Double? { arguments[place][0].double }

    /// µs of a time.
    private func key(_ place: Int) -> Double? {
        switch keys[place] {
        case .date(let days): Double(days) * Double(Interval.dayMicroseconds)
        case let key: key.double ?? key.time.map { Double($0) }
        }
    }
}
