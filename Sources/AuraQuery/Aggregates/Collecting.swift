import AuraCore
import AuraStorage
import Glibc

/// Aggregates that need all values of a group at once.
final class CollectingAccumulator: Accumulator {
    private let function: AggregateFunction
    private var parts: [Vector] = []
    private var groups: [UInt32] = []

    init(_ function: AggregateFunction) {
        self.function = function
    }

    var size: Int { groups.count * 24 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        guard groups.count > 0 else { return }
        parts.append(columns[0])
        self.groups += groups.expanded
    }

    func merge(_ other: CollectingAccumulator, _ groups: [UInt32], groupCount: Int) {
        parts += other.parts
        self.groups += groups.at(other.groups)
    }

    func results(_ groupCount: Int) throws(ComputationError) -> Vector {
        var builder = VectorBuilder(function.result)
        let all = parts.isEmpty ? nil : Vector.joined(parts, function.arguments[0])
        let grouped = GroupedRows(groups, groupCount)
        for group in 0..<groupCount {
            var values: [Value] = []
            if let all {
                for row in grouped.rows(of: group) { values.append(all.value(Int(row))) }
            }
            builder.append(try result(of: values))
        }
        return builder.finish()
    }

    private func result(of all: [Value]) throws(ComputationError) -> Value {
        if function.kind == .list { return all.isEmpty ? .null : .list(all) }
        let values = all.filter { !$0.isNull }
        if values.isEmpty { return function.kind == .entropy ? .float64(0) : .null }
        switch function.kind {
        case .quantile(let fractions, _, let isList),
            .approximateQuantile(let fractions, let isList):
            let sorted = values.sorted()
            let found = fractions.map { sorted[Quantile.discretePlace($0, sorted.count)] }
            return isList ? .list(found) : found[0]
        case .mode:
            return counted(values).max { ($0.count, $1.first) < ($1.count, $0.first) }?.value
                ?? .null
        case .top(let limit):
            let ranked = counted(values).sorted { ($1.count, $0.first) < ($0.count, $1.first) }
            return .list(ranked.prefix(limit).map(\.value))
        case .entropy:
            let total = Double(values.count)
            return .float64(
                counted(values).reduce(0) { sum, entry in
                    let share = Double(entry.count) / total
                    return sum - share * log2(share)
                })
        case .medianDeviation: return .float64(medianDeviation(values.compactMap(\.double)))
        case .texts(let separator):
            var text = ""
            for (index, value) in values.enumerated() {
                if case .text(let part) = value { text += (index == 0 ? "" : separator) + part }
            }
            return .text(text)
        default: return .null
        }
    }

    /// How often each value occurs, and where it does so first.
    private func counted(_ values: [Value]) -> [(value: Value, count: Int, first: Int)] {
        var places: [Value: Int] = [:]
        var counts: [(value: Value, count: Int, first: Int)] = []
        for (index, value) in values.enumerated() {
            if let place = places[value] {
                counts[place].count += 1
            } else {
                places[value] = counts.count
                counts.append((value, 1, index))
            }
        }
        return counts
    }

    private func medianDeviation(_ values: [Double]) -> Double {
        func median(_ values: [Double]) -> Double {
            Quantile.values(of: [0.5], in: values)[0]
        }
        let middle = median(values)
        return median(values.map { ($0 - middle).magnitude })
    }
}

/// approx_count_distinct: a sketch for each group, which depends on the set of values alone.
final class SketchAccumulator: Accumulator {
    private var words: [UInt64] = []

    var size: Int { words.count * 8 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        var registers = words
        words = []
        registers.grow(to: groupCount * HyperLogLog.words, 0)
        let hashes = columns[0].hashes()
        do {
            var span = registers.mutableSpan
            for row in 0..<groups.count where columns[0].isValid(row) {
                HyperLogLog.insert(
                    hashes[row], into: &span, at: groups[row] * HyperLogLog.words)
            }
        }
        words = registers
    }

    func merge(_ other: SketchAccumulator, _ groups: [UInt32], groupCount: Int) {
        words.grow(to: groupCount * HyperLogLog.words, 0)
        for (index, group) in groups.prefix(other.words.count / HyperLogLog.words).enumerated() {
            let start = index * HyperLogLog.words
            HyperLogLog.merge(
                other.words[start..<start + HyperLogLog.words], into: &words,
                at: Int(group) * HyperLogLog.words)
        }
    }

    func results(_ groupCount: Int) -> Vector {
        words.grow(to: groupCount * HyperLogLog.words, 0)
        let counts = (0..<groupCount).map { group in
            let start = group * HyperLogLog.words
            return Int64(HyperLogLog.estimate(words[start..<start + HyperLogLog.words]).rounded())
        }
        return Vector(.int64, .integers(counts))
    }
}
