import AuraCore
import AuraStorage
import Glibc

/// count: rows, or values that are not NULL, or the events that rows of cells stand for.
final class CountAccumulator: Accumulator {
    private let isOfWeights: Bool
    private var counts: [Int64] = []

    /// - Parameter isOfWeights: Whether the argument is how many events a row stands for.
    init(isOfWeights: Bool = false) {
        self.isOfWeights = isOfWeights
    }

    var size: Int { counts.count * 8 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        if isOfWeights {
            add(weights: columns[0].integers, nil, groups, groupCount: groupCount)
            return
        }
        counts.grow(to: groupCount, 0)
        if let valid = columns.first?.valid {
            counts.update(groups, by: valid, nil) { $0 &+= $1 ? 1 : 0 }
        } else if groups.isConstant {
            counts[groups[0]] &+= Int64(groups.count)
        } else {
            counts.update(groups, by: groups.stored, nil) { count, _ in count &+= 1 }
        }
    }

    /// Takes the weights of some rows.
    func add(weights: [Int64], _ isTaken: [Bool]?, _ groups: RowNumbers, groupCount: Int) {
        counts.grow(to: groupCount, 0)
        counts.update(groups, by: weights, isTaken) { $0 &+= $1 }
    }

    func merge(_ other: CountAccumulator, _ groups: [UInt32], groupCount: Int) {
        counts.grow(to: groupCount, 0)
        counts.merge(other.counts, groups) { $0 &+= $1 }
    }

    func results(_ groupCount: Int) -> Vector {
        counts.grow(to: groupCount, 0)
        return Vector(.int64, .integers(counts))
    }
}

/// sum of whole numbers, and of how often something is true: 128 bits hold any of 64-bit numbers.
///
/// With two arguments the second is a weight: how many events have the value.
final class WholeSumAccumulator: Accumulator {
    private struct State {
        var sum: Int128 = 0
        var hasRows = false

        mutating func add(_ other: Int128) throws(ComputationError) {
            let (next, overflows) = sum.addingReportingOverflow(other)
            if overflows { throw .overflow("+", "the sum") }
            sum = next
            hasRows = true
        }
    }

    private var states: [State] = []

    var size: Int { states.count * MemoryLayout<State>.stride }

    func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int
    ) throws(ComputationError) {
        states.grow(to: groupCount, State())
        let valid = columns[0].valid
        switch columns[0].values {
        case .integers(let values) where columns.count == 2:
            let weights = columns[1].integers
            let products = values.indices.map { Int128(values[$0]) &* Int128(weights[$0]) }
            states.update(groups, by: products, valid) {
                $0.sum &+= $1
                $0.hasRows = true
            }
        case .integers(let values):
            states.update(groups, by: values, valid) {
                $0.sum &+= Int128($1)
                $0.hasRows = true
            }
        case .bools(let values):
            states.update(groups, by: values, valid) {
                $0.sum &+= $1 ? 1 : 0
                $0.hasRows = true
            }
        default:
            try states.update(groups, by: columns[0].wide, valid) {
                state, value throws(ComputationError) in
                try state.add(value)
            }
        }
    }

    func merge(
        _ other: WholeSumAccumulator, _ groups: [UInt32], groupCount: Int
    ) throws(ComputationError) {
        states.grow(to: groupCount, State())
        try states.merge(other.states, groups) { state, other throws(ComputationError) in
            if other.hasRows { try state.add(other.sum) }
        }
    }

    func results(_ groupCount: Int) -> Vector {
        states.grow(to: groupCount, State())
        return Vector(.int128, .wide(states.map(\.sum)), valid: states.map(\.hasRows))
    }
}

/// avg of whole numbers: their exact sum, divided once.
///
/// With two arguments the second is a weight: how many events have the value.
final class WholeAverageAccumulator: Accumulator {
    private let sum = WholeSumAccumulator()
    private let count = CountAccumulator()

    var size: Int { sum.size + count.size }

    func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int
    ) throws(ComputationError) {
        try sum.add(columns, groups, groupCount: groupCount)
        if columns.count == 2 {
            count.add(
                weights: columns[1].integers, columns[0].valid, groups, groupCount: groupCount)
        } else {
            count.add(columns, groups, groupCount: groupCount)
        }
    }

    func merge(
        _ other: WholeAverageAccumulator, _ groups: [UInt32], groupCount: Int
    ) throws(ComputationError) {
        try sum.merge(other.sum, groups, groupCount: groupCount)
        count.merge(other.count, groups, groupCount: groupCount)
    }

    func results(_ groupCount: Int) -> Vector {
        let (sums, counts) = (sum.results(groupCount), count.results(groupCount))
        let means = zip(sums.wide, counts.integers).map { Double($0) / Double($1) }
        return Vector(.float64, .floats(means), valid: sums.valid)
    }
}

/// sum and avg of floats, with the digits that rounding loses: the order of rows hardly counts.
final class FloatSumAccumulator: Accumulator {
    private struct State {
        var sum = CompensatedSum()
        /// Of what is infinite or no number, which has no digits to lose.
        var plain = 0.0
        var count: Int64 = 0

        /// What is beyond all floats leaves no number in the digits that were lost.
        var total: Double { (sum.value.isNaN ? sum.high : sum.value) + plain }
    }

    private let isAverage: Bool
    private var states: [State] = []

    init(isAverage: Bool) {
        self.isAverage = isAverage
    }

    var size: Int { states.count * MemoryLayout<State>.stride }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, State())
        states.update(groups, by: columns[0].floats, columns[0].valid) { state, value in
            if value.isFinite { state.sum.add(value) } else { state.plain += value }
            state.count &+= 1
        }
    }

    func merge(_ other: FloatSumAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, State())
        states.merge(other.states, groups) {
            $0.sum.add($1.sum)
            $0.plain += $1.plain
            $0.count &+= $1.count
        }
    }

    func results(_ groupCount: Int) -> Vector {
        states.grow(to: groupCount, State())
        let values = states.map { isAverage ? $0.total / Double($0.count) : $0.total }
        return Vector(.float64, .floats(values), valid: states.map { $0.count > 0 })
    }
}

/// product and geometric mean.
final class ProductAccumulator: Accumulator {
    private struct State {
        /// Of the values, or the sum of their logarithms.
        var product: Double
        var count: Int64 = 0
    }

    private let isMean: Bool
    private let empty: State
    private var states: [State] = []

    init(isMean: Bool) {
        self.isMean = isMean
        empty = State(product: isMean ? 0 : 1)
    }

    var size: Int { states.count * MemoryLayout<State>.stride }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, empty)
        let isMean = isMean
        states.update(groups, by: columns[0].floats, columns[0].valid) {
            if isMean { $0.product += log($1) } else { $0.product *= $1 }
            $0.count &+= 1
        }
    }

    func merge(_ other: ProductAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, empty)
        let isMean = isMean
        states.merge(other.states, groups) {
            if isMean { $0.product += $1.product } else { $0.product *= $1.product }
            $0.count &+= $1.count
        }
    }

    func results(_ groupCount: Int) -> Vector {
        states.grow(to: groupCount, empty)
        let values = states.map { isMean ? exp($0.product / Double($0.count)) : $0.product }
        return Vector(.float64, .floats(values), valid: states.map { $0.count > 0 })
    }
}

/// bool_and and bool_or.
final class LogicAccumulator: Accumulator {
    private struct State {
        var holds: Bool
        var hasRows = false
    }

    private let isAnd: Bool
    private var states: [State] = []

    init(isAnd: Bool) {
        self.isAnd = isAnd
    }

    var size: Int { states.count * MemoryLayout<State>.stride }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, State(holds: isAnd))
        let isAnd = isAnd
        states.update(groups, by: columns[0].bools, columns[0].valid) {
            $0.holds = isAnd ? $0.holds && $1 : $0.holds || $1
            $0.hasRows = true
        }
    }

    func merge(_ other: LogicAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, State(holds: isAnd))
        let isAnd = isAnd
        states.merge(other.states, groups) {
            $0.holds = isAnd ? $0.holds && $1.holds : $0.holds || $1.holds
            $0.hasRows = $0.hasRows || $1.hasRows
        }
    }

    func results(_ groupCount: Int) -> Vector {
        states.grow(to: groupCount, State(holds: isAnd))
        return Vector(.bool, .bools(states.map(\.holds)), valid: states.map(\.hasRows))
    }
}

/// bit_and, bit_or and bit_xor.
final class BitAccumulator: Accumulator {
    private let kind: AggregateFunction.Kind
    private let type: ValueType
    private var states: [Int128] = []
    private var hasRows: [Bool] = []

    init(_ kind: AggregateFunction.Kind, _ type: ValueType) {
        self.kind = kind
        self.type = type
    }

    var size: Int { states.count * 17 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, kind == .bitAnd ? -1 : 0)
        hasRows.grow(to: groupCount, false)
        for row in 0..<groups.count {
            guard let value = columns[0].value(row).integer else { continue }
            take(value, into: groups[row])
        }
    }

    private func take(_ value: Int128, into group: Int) {
        switch kind {
        case .bitAnd: states[group] &= value
        case .bitOr: states[group] |= value
        default: states[group] ^= value
        }
        hasRows[group] = true
    }

    func merge(_ other: BitAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, kind == .bitAnd ? -1 : 0)
        hasRows.grow(to: groupCount, false)
        for (index, group) in groups.prefix(other.states.count).enumerated()
        where other.hasRows[index] { take(other.states[index], into: Int(group)) }
    }

    func results(_ groupCount: Int) -> Vector {
        states.grow(to: groupCount, 0)
        hasRows.grow(to: groupCount, false)
        let values: Vector.Values =
            type == .int128
            ? .wide(states) : .integers(states.map { Int64(truncatingIfNeeded: $0) })
        return Vector(type, values, valid: hasRows)
    }
}
