import AuraCore
import Glibc

@testable import AuraQuery

/// Aggregates by the formulas of a textbook, over all rows of a group at once.
struct ReferenceAggregate {
    private let function: AggregateFunction

    init(_ function: AggregateFunction) {
        self.function = function
    }

    /// - Parameter rows: The arguments of each row, in order.
    func value(of rows: [[Value]]) -> Value {
        let all = rows.map { $0.first ?? .bool(true) }
        let values = all.filter { !$0.isNull }
        switch function.kind {
        case .count: return .int64(Int64(values.count))
        case .list: return all.isEmpty ? .null : .list(all)
        case .entropy where values.isEmpty: return .float64(0)
        case .first(let skipsNulls): return (skipsNulls ? values : all).first ?? .null
        case .last(let skipsNulls): return (skipsNulls ? values : all).last ?? .null
        case .valueAtLeast, .valueAtGreatest: return valueAtExtreme(rows)
        case .pair(let moment): return pair(moment, rows)
        case .funnel(let steps, let within):
            return ReferenceSubjects.funnel(rows, steps: steps, within: within)
        case .retention(let every, let periods):
            return ReferenceSubjects.retention(rows, every: every, periods: periods)
        default: return values.isEmpty ? .null : known(values)
        }
    }

    /// Of values none of which is NULL, one at least.
    private func known(_ values: [Value]) -> Value {
        switch function.kind {
        case .countIf: return .int128(Int128(values.count { $0 == .bool(true) }))
        case .sum where function.result == .int128: return .int128(whole(values))
        case .sum: return .float64(floats(values).reduce(0, +))
        case .average where function.arguments[0].isInteger:
            return .float64(Double(whole(values)) / Double(values.count))
        case .average: return .float64(floats(values).reduce(0, +) / Double(values.count))
        case .product: return .float64(floats(values).reduce(1, *))
        case .geometricMean:
            return .float64(exp(floats(values).map(log).reduce(0, +) / Double(values.count)))
        case .least: return values.reduce(values[0]) { $1 < $0 ? $1 : $0 }
        case .greatest: return values.reduce(values[0]) { $0 < $1 ? $1 : $0 }
        case .allHold: return .bool(!values.contains(.bool(false)))
        case .anyHolds: return .bool(values.contains(.bool(true)))
        case .bitAnd: return bits(values, &)
        case .bitOr: return bits(values, |)
        case .bitXor: return bits(values, ^)
        case .moment(let moment): return self.moment(moment, floats(values))
        case .quantile(let fractions, let interpolation, let isList):
            let found = fractions.map { quantile($0, values, interpolation) }
            return isList ? .list(found) : found[0]
        case .medianDeviation:
            let median = middle(floats(values))
            return .float64(middle(floats(values).map { ($0 - median).magnitude }))
        case .mode: return mode(values)
        case .entropy:
            let shares = Dictionary(grouping: values) { $0 }.values.map {
                Double($0.count) / Double(values.count)
            }
            return .float64(shares.reduce(0) { $0 - $1 * log2($1) })
        case .texts(let separator):
            return .text(values.map(\.description).joined(separator: separator))
        default: return .null
        }
    }

    private func floats(_ values: [Value]) -> [Double] { values.compactMap(\.double) }

    private func whole(_ values: [Value]) -> Int128 {
        values.reduce(0) { $0 + ($1.integer ?? ($1 == .bool(true) ? 1 : 0)) }
    }

    private func bits(_ values: [Value], _ join: (Int128, Int128) -> Int128) -> Value {
        let numbers = values.compactMap(\.integer)
        let result = numbers.dropFirst().reduce(numbers[0], join)
        return function.result == .int128
            ? .int128(result) : .int64(Int64(truncatingIfNeeded: result))
    }

    /// The most frequent value, of several the first.
    private func mode(_ values: [Value]) -> Value {
        var best = (value: Value.null, count: 0)
        for value in values {
            let count = values.count { $0 == value }
            if count > best.count { best = (value, count) }
        }
        return best.value
    }

    private func valueAtExtreme(_ rows: [[Value]]) -> Value {
        var best: [Value]?
        for row in rows where !row[0].isNull && !row[1].isNull {
            guard let known = best else {
                best = row
                continue
            }
            let isBetter =
                function.kind == .valueAtLeast ? row[1] < known[1] : known[1] < row[1]
            if isBetter { best = row }
        }
        return best?[0] ?? .null
    }

    // MARK: Quantiles

    private func quantile(
        _ fraction: Double, _ values: [Value], _ interpolation: AggregateFunction.Interpolation
    ) -> Value {
        let sorted = values.sorted()
        guard interpolation == .continuous else {
            // The first that has at least that part of all up to it.
            let place = Int((fraction * Double(sorted.count)).rounded(.up)) - 1
            return sorted[max(0, place)]
        }
        let numbers = floats(sorted)
        let place = fraction * Double(numbers.count - 1)
        let (low, high) = (numbers[Int(place)], numbers[Int(place.rounded(.up))])
        return .float64(low == high ? low : low + (high - low) * (place - place.rounded(.down)))
    }

    private func middle(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        let count = sorted.count
        return count % 2 == 1
            ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    }

    // MARK: Moments

    private func mean(_ numbers: [Double]) -> Double {
        numbers.reduce(0, +) / Double(numbers.count)
    }

    private func moment(_ moment: AggregateFunction.Moment, _ numbers: [Double]) -> Value {
        let count = Double(numbers.count)
        let mean = mean(numbers)
        func power(_ exponent: Double) -> Double {
            numbers.map { pow($0 - mean, exponent) }.reduce(0, +)
        }
        let second = power(2)
        switch moment {
        case .variance(let isSample), .deviation(let isSample):
            if isSample, count < 2 { return .null }
            let variance = second / (isSample ? count - 1 : count)
            if case .deviation = moment { return .float64(variance.squareRoot()) }
            return .float64(variance)
        case .standardError: return .float64((second / count).squareRoot() / count.squareRoot())
        case .skewness:
            guard count > 2 else { return .null }
            guard second > 0 else { return .null }
            let population = (power(3) / count) / pow(second / count, 1.5)
            return .float64((count * (count - 1)).squareRoot() / (count - 2) * population)
        case .kurtosis(let isSample):
            guard count > (isSample ? 3 : 1), second > 0 else { return .null }
            let excess = power(4) / count / pow(second / count, 2) - 3
            guard isSample else { return .float64(excess) }
            return .float64(
                (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * excess + 6))
        }
    }

    private func pair(_ moment: AggregateFunction.PairMoment, _ rows: [[Value]]) -> Value {
        let known = rows.filter { !$0[0].isNull && !$0[1].isNull }
        if moment == .count { return .int64(Int64(known.count)) }
        if known.isEmpty { return .null }
        let (ys, xs) = (floats(known.map { $0[0] }), floats(known.map { $0[1] }))
        let (meanX, meanY) = (mean(xs), mean(ys))
        let count = Double(known.count)
        let squareX = xs.map { ($0 - meanX) * ($0 - meanX) }.reduce(0, +)
        let squareY = ys.map { ($0 - meanY) * ($0 - meanY) }.reduce(0, +)
        let product = zip(xs, ys).map { ($0 - meanX) * ($1 - meanY) }.reduce(0, +)
        switch moment {
        case .correlation:
            return .float64(product / (squareX.squareRoot() * squareY.squareRoot()))
        case .covariance(let isSample):
            if isSample { return count > 1 ? .float64(product / (count - 1)) : .null }
            return .float64(product / count)
        case .slope: return .float64(product / squareX)
        case .intercept:
            if squareX == 0 { return .null }
            return .float64(meanY - product / squareX * meanX)
        case .determination:
            if squareX == 0 { return .null }
            if squareY == 0 { return .float64(1) }
            return .float64(product * product / (squareX * squareY))
        case .averageX: return .float64(meanX)
        case .averageY: return .float64(meanY)
        case .sumXX: return .float64(squareX)
        case .sumYY: return .float64(squareY)
        case .sumXY: return .float64(product)
        case .count: return .int64(Int64(count))
        }
    }
}
