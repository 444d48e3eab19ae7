import AuraCore
import AuraStorage
import Glibc

/// count: rows, or values that are not NULL.
final class CountAccumulator: Accumulator {
    private var counts: [Int64] = []

    var size: Int { counts.count * 8 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        // Out of the object while they change, so that nobody else is feared for each row.
        var counts = self.counts
        self.counts = []
        defer { self.counts = counts }
        counts.grow(to: groupCount, 0)
        guard let valid = columns.first?.valid else {
            if groups.isConstant {
                counts[groups[0]] &+= Int64(groups.count)
            } else {
                for group in groups.stored { counts[Int(group)] &+= 1 }
            }
            return
        }
        for row in 0..<groups.count where valid[row] { counts[groups[row]] &+= 1 }
    }

    func merge(_ other: CountAccumulator, _ groups: [UInt32], groupCount: Int) {
        var counts = self.counts
        self.counts = []
        defer { self.counts = counts }
        counts.grow(to: groupCount, 0)
        for (group, count) in zip(groups, other.counts) { counts[Int(group)] &+= count }
    }

    func results(_ groupCount: Int) -> Vector {
        counts.grow(to: groupCount, 0)
        return Vector(.int64, .integers(counts))
    }
}

/// sum of whole numbers, and of how often something is true: 128 bits hold any of 64-bit numbers.
final class WholeSumAccumulator: Accumulator {
    private var sums: [Int128] = []
    private var hasRows: [Bool] = []

    var size: Int { sums.count * 17 }

    func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int
    ) throws(ComputationError) {
        var (sums, hasRows) = (self.sums, self.hasRows)
        (self.sums, self.hasRows) = ([], [])
        defer { (self.sums, self.hasRows) = (sums, hasRows) }
        sums.grow(to: groupCount, 0)
        hasRows.grow(to: groupCount, false)
        let valid = columns[0].valid
        switch columns[0].values {
        case .integers(let values):
            for row in 0..<groups.count where valid?[row] ?? true {
                let group = groups[row]
                sums[group] &+= Int128(values[row])
                hasRows[group] = true
            }
        case .bools(let values):
            for row in 0..<groups.count where valid?[row] ?? true {
                let group = groups[row]
                sums[group] &+= values[row] ? 1 : 0
                hasRows[group] = true
            }
        default:
            let values = columns[0].wide
            for row in 0..<groups.count where valid?[row] ?? true {
                let group = groups[row]
                let (sum, overflows) = sums[group].addingReportingOverflow(values[row])
                if overflows { throw .overflow("+", "the sum") }
                sums[group] = sum
                hasRows[group] = true
            }
        }
    }

    func merge(
        _ other: WholeSumAccumulator, _ groups: [UInt32], groupCount: Int
    ) throws(ComputationError) {
        sums.grow(to: groupCount, 0)
        hasRows.grow(to: groupCount, false)
        for (index, group) in groups.prefix(other.sums.count).enumerated() {
            let (sum, overflows) = sums[Int(group)].addingReportingOverflow(other.sums[index])
            if overflows { throw .overflow("+", "the sum") }
            sums[Int(group)] = sum
            if other.hasRows[index] { hasRows[Int(group)] = true }
        }
    }

    func results(_ groupCount: Int) -> Vector {
        sums.grow(to: groupCount, 0)
        hasRows.grow(to: groupCount, false)
        return Vector(.int128, .wide(sums), valid: hasRows)
    }
}

/// avg of whole numbers: their exact sum, divided once.
final class WholeAverageAccumulator: Accumulator {
    private let sum = WholeSumAccumulator()
    private let count = CountAccumulator()

    var size: Int { sum.size + count.size }

    func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int
    ) throws(ComputationError) {
        try sum.add(columns, groups, groupCount: groupCount)
        count.add(columns, groups, groupCount: groupCount)
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
    private let isAverage: Bool
    private var sums: [CompensatedSum] = []
    private var counts: [Int64] = []
    /// Sums of what is infinite or no number, which has no digits to lose.
    private var plain: [Double] = []

    init(isAverage: Bool) {
        self.isAverage = isAverage
    }

    var size: Int { sums.count * 32 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        var (sums, counts) = (self.sums, self.counts)
        (self.sums, self.counts) = ([], [])
        defer { (self.sums, self.counts) = (sums, counts) }
        sums.grow(to: groupCount, CompensatedSum())
        counts.grow(to: groupCount, 0)
        plain.grow(to: groupCount, 0)
        let (values, valid) = (columns[0].floats, columns[0].valid)
        for row in 0..<groups.count where valid?[row] ?? true {
            let group = groups[row]
            if values[row].isFinite {
                sums[group].add(values[row])
            } else {
                plain[group] += values[row]
            }
            counts[group] &+= 1
        }
    }

    func merge(_ other: FloatSumAccumulator, _ groups: [UInt32], groupCount: Int) {
        sums.grow(to: groupCount, CompensatedSum())
        counts.grow(to: groupCount, 0)
        plain.grow(to: groupCount, 0)
        for (index, group) in groups.prefix(other.sums.count).enumerated() {
            sums[Int(group)].add(other.sums[index])
            counts[Int(group)] &+= other.counts[index]
            plain[Int(group)] += other.plain[index]
        }
    }

    func results(_ groupCount: Int) -> Vector {
        sums.grow(to: groupCount, CompensatedSum())
        counts.grow(to: groupCount, 0)
        plain.grow(to: groupCount, 0)
        let values = sums.indices.map { group in
            let sum = sums[group].value
            // What is beyond all floats leaves no number in the digits that were lost.
            let total = (sum.isNaN ? sums[group].high : sum) + plain[group]
            return isAverage ? total / Double(counts[group]) : total
        }
        return Vector(.float64, .floats(values), valid: counts.map { $0 > 0 })
    }
}

/// product and geometric mean.
final class ProductAccumulator: Accumulator {
    private let isMean: Bool
    private var products: [Double] = []
    private var counts: [Int64] = []

    init(isMean: Bool) {
        self.isMean = isMean
    }

    var size: Int { products.count * 16 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        products.grow(to: groupCount, isMean ? 0 : 1)
        counts.grow(to: groupCount, 0)
        let (values, valid) = (columns[0].floats, columns[0].valid)
        for row in 0..<groups.count where valid?[row] ?? true {
            let group = groups[row]
            if isMean {
                products[group] += log(values[row])
            } else {
                products[group] *= values[row]
            }
            counts[group] &+= 1
        }
    }

    func merge(_ other: ProductAccumulator, _ groups: [UInt32], groupCount: Int) {
        products.grow(to: groupCount, isMean ? 0 : 1)
        counts.grow(to: groupCount, 0)
        for (index, group) in groups.prefix(other.counts.count).enumerated() {
            if isMean {
                products[Int(group)] += other.products[index]
            } else {
                products[Int(group)] *= other.products[index]
            }
            counts[Int(group)] &+= other.counts[index]
        }
    }

    func results(_ groupCount: Int) -> Vector {
        products.grow(to: groupCount, isMean ? 0 : 1)
        counts.grow(to: groupCount, 0)
        let values = products.indices.map { group in
            isMean ? exp(products[group] / Double(counts[group])) : products[group]
        }
        return Vector(.float64, .floats(values), valid: counts.map { $0 > 0 })
    }
}

/// bool_and and bool_or.
final class LogicAccumulator: Accumulator {
    private let isAnd: Bool
    private var states: [Bool] = []
    private var hasRows: [Bool] = []

    init(isAnd: Bool) {
        self.isAnd = isAnd
    }

    var size: Int { states.count * 2 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        states.grow(to: groupCount, isAnd)
        hasRows.grow(to: groupCount, false)
        let (values, valid) = (columns[0].bools, columns[0].valid)
        for row in 0..<groups.count where valid?[row] ?? true {
            let group = groups[row]
            states[group] = isAnd ? states[group] && values[row] : states[group] || values[row]
            hasRows[group] = true
        }
    }

    func merge(_ other: LogicAccumulator, _ groups: [UInt32], groupCount: Int) {
        states.grow(to: groupCount, isAnd)
        hasRows.grow(to: groupCount, false)
        for (index, group) in groups.prefix(other.states.count).enumerated() {
            let (state, next) = (states[Int(group)], other.states[index])
            states[Int(group)] = isAnd ? state && next : state || next
            if other.hasRows[index] { hasRows[Int(group)] = true }
        }
    }

    func results(_ groupCount: Int) -> Vector {
        states.grow(to: groupCount, isAnd)
        hasRows.grow(to: groupCount, false)
        return Vector(.bool, .bools(states), valid: hasRows)
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
