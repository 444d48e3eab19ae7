import AuraCore

/// min and max.
final class ExtremeAccumulator: Accumulator {
    private let type: ValueType
    private let isGreatest: Bool
    private var integers: [Int64] = []
    private var hasRows: [Bool] = []
    /// Of types that are not numbers of 64 bits.
    private var values: [Value] = []

    init(_ type: ValueType, isGreatest: Bool) {
        self.type = type
        self.isGreatest = isGreatest
    }

    var size: Int { hasRows.count * 9 + values.count * 40 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        hasRows.grow(to: groupCount, false)
        let column = columns[0]
        switch column.values {
        case .integers(let values): add(values, column.valid, groups, groupCount)
        case .floats(let floats):
            add(floats.map(FloatOrder.word), column.valid, groups, groupCount)
        default:
            values.grow(to: groupCount, .null)
            for row in 0..<groups.count {
                take(column.value(row), into: groups[row])
            }
        }
    }

    private func take(_ value: Value, into group: Int) {
        if value.isNull { return }
        let isBetter =
            values[group].isNull || (isGreatest ? values[group] < value : value < values[group])
        if isBetter { values[group] = value }
        hasRows[group] = true
    }

    private func add(
        _ values: [Int64], _ valid: [Bool]?, _ groups: RowNumbers, _ groupCount: Int
    ) {
        var (integers, hasRows) = (self.integers, self.hasRows)
        (self.integers, self.hasRows) = ([], [])
        defer { (self.integers, self.hasRows) = (integers, hasRows) }
        integers.grow(to: groupCount, isGreatest ? .min : .max)
        if isGreatest {
            ExtremeAccumulator.take(values, valid, groups, &integers, &hasRows) { max($0, $1) }
        } else {
            ExtremeAccumulator.take(values, valid, groups, &integers, &hasRows) { min($0, $1) }
        }
    }

    @inline(__always)
    private static func take(
        _ values: [Int64], _ valid: [Bool]?, _ groups: RowNumbers, _ integers: inout [Int64],
        _ hasRows: inout [Bool], _ better: (Int64, Int64) -> Int64
    ) {
        for row in 0..<groups.count where valid?[row] ?? true {
            let group = groups[row]
            integers[group] = better(integers[group], values[row])
            hasRows[group] = true
        }
    }

    func merge(_ other: ExtremeAccumulator, _ groups: [UInt32], groupCount: Int) {
        let known = RowNumbers(Array(groups.prefix(other.integers.count)))
        hasRows.grow(to: groupCount, false)
        if !other.integers.isEmpty {
            add(other.integers, other.hasRows, known, groupCount)
        }
        if other.values.isEmpty { return }
        values.grow(to: groupCount, .null)
        for (value, group) in zip(other.values, groups) { take(value, into: Int(group)) }
    }

    func results(_ groupCount: Int) -> Vector {
        hasRows.grow(to: groupCount, false)
        switch type {
        case .int64, .timestamp, .instant, .date, .null:
            integers.grow(to: groupCount, 0)
            return Vector(type, .integers(integers), valid: hasRows)
        case .float64:
            integers.grow(to: groupCount, 0)
            return Vector(type, .floats(integers.map(FloatOrder.value)), valid: hasRows)
        default:
            values.grow(to: groupCount, .null)
            var builder = VectorBuilder(type)
            for value in values { builder.append(value) }
            return builder.finish()
        }
    }
}

/// Floats as whole numbers in the same order: NaN is the greatest, -0.0 equals 0.0.
enum FloatOrder {
    @inline(__always)
    static func word(_ value: Double) -> Int64 {
        if value.isNaN { return .max }
        let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
        return bits < 0 ? bits ^ .max : bits
    }

    @inline(__always)
    static func value(_ word: Int64) -> Double {
        if word == .max { return .nan }
        return Double(bitPattern: UInt64(bitPattern: word < 0 ? word ^ .max : word))
    }
}

/// first, last and any_value.
final class PickAccumulator: Accumulator {
    private let type: ValueType
    private let isLast: Bool
    private let skipsNulls: Bool
    private var values: [Value] = []
    private var hasRows: [Bool] = []

    init(_ type: ValueType, isLast: Bool, _ skipsNulls: Bool) {
        self.type = type
        self.isLast = isLast
        self.skipsNulls = skipsNulls
    }

    var size: Int { values.count * 41 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        values.grow(to: groupCount, .null)
        hasRows.grow(to: groupCount, false)
        for row in 0..<groups.count {
            let group = groups[row]
            if !isLast && hasRows[group] || skipsNulls && !columns[0].isValid(row) { continue }
            values[group] = columns[0].value(row)
            hasRows[group] = true
        }
    }

    func merge(_ other: PickAccumulator, _ groups: [UInt32], groupCount: Int) {
        values.grow(to: groupCount, .null)
        hasRows.grow(to: groupCount, false)
        for (index, group) in groups.prefix(other.hasRows.count).enumerated()
        where other.hasRows[index] && (isLast || !hasRows[Int(group)]) {
            values[Int(group)] = other.values[index]
            hasRows[Int(group)] = true
        }
    }

    func results(_ groupCount: Int) -> Vector {
        values.grow(to: groupCount, .null)
        var builder = VectorBuilder(type)
        for value in values { builder.append(value) }
        return builder.finish()
    }
}

/// arg_min and arg_max: what a row has where another column is least or greatest, the first of several.
final class ExtremeRowAccumulator: Accumulator {
    private let type: ValueType
    private let isGreatest: Bool
    private var values: [Value] = []
    private var keys: [Value] = []

    init(_ type: ValueType, isGreatest: Bool) {
        self.type = type
        self.isGreatest = isGreatest
    }

    var size: Int { values.count * 80 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        values.grow(to: groupCount, .null)
        keys.grow(to: groupCount, .null)
        for row in 0..<groups.count where columns[0].isValid(row) && columns[1].isValid(row) {
            let key = columns[1].value(row)
            if isBetter(key, for: groups[row]) {
                keys[groups[row]] = key
                values[groups[row]] = columns[0].value(row)
            }
        }
    }

    private func isBetter(_ key: Value, for group: Int) -> Bool {
        keys[group].isNull || (isGreatest ? keys[group] < key : key < keys[group])
    }

    func merge(_ other: ExtremeRowAccumulator, _ groups: [UInt32], groupCount: Int) {
        values.grow(to: groupCount, .null)
        keys.grow(to: groupCount, .null)
        for (index, group) in groups.prefix(other.keys.count).enumerated()
        where !other.keys[index].isNull && isBetter(other.keys[index], for: Int(group)) {
            keys[Int(group)] = other.keys[index]
            values[Int(group)] = other.values[index]
        }
    }

    func results(_ groupCount: Int) -> Vector {
        values.grow(to: groupCount, .null)
        var builder = VectorBuilder(type)
        for value in values { builder.append(value) }
        return builder.finish()
    }
}
