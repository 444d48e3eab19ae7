import AuraCore

/// min and max.
final class ExtremeAccumulator: Accumulator {
    private struct State {
        var word: Int64
        var hasRows = false
    }

    private let type: ValueType
    private let isGreatest: Bool
    /// Of numbers of 64 bits.
    private var states: [State] = []
    /// Of other types.
    private var values: [Value] = []

    init(_ type: ValueType, isGreatest: Bool) {
        self.type = type
        self.isGreatest = isGreatest
    }

    var size: Int { states.count * MemoryLayout<State>.stride + values.count * 40 }

    private var empty: State { State(word: isGreatest ? .min : .max) }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        let column = columns[0]
        switch column.values {
        case .integers(let values): add(values, column.valid, groups, groupCount)
        case .floats(let floats):
            add(floats.mapped(FloatOrder.word), column.valid, groups, groupCount)
        default:
            values.grow(to: groupCount, .null)
            for row in 0..<groups.count { take(column.value(row), into: groups[row]) }
        }
    }

    private func take(_ value: Value, into group: Int) {
        if value.isNull { return }
        let isBetter =
            values[group].isNull || (isGreatest ? values[group] < value : value < values[group])
        if isBetter { values[group] = value }
    }

    private func add(
        _ words: [Int64], _ valid: [Bool]?, _ groups: RowNumbers, _ groupCount: Int
    ) {
        states.grow(to: groupCount, empty)
        if isGreatest {
            states.update(groups, by: words, valid) {
                $0.word = max($0.word, $1)
                $0.hasRows = true
            }
        } else {
            states.update(groups, by: words, valid) {
                $0.word = min($0.word, $1)
                $0.hasRows = true
            }
        }
    }

    func merge(_ other: ExtremeAccumulator, _ groups: [UInt32], groupCount: Int) {
        let known = RowNumbers(Array(groups.prefix(other.states.count)))
        add(other.states.map(\.word), other.states.map(\.hasRows), known, groupCount)
        if other.values.isEmpty { return }
        values.grow(to: groupCount, .null)
        for (value, group) in zip(other.values, groups) { take(value, into: Int(group)) }
    }

    func results(_ groupCount: Int) -> Vector {
        switch type {
        case .int64, .timestamp, .instant, .date, .null, .float64:
            states.grow(to: groupCount, empty)
            let words = states.map(\.word)
            return Vector(
                type,
                type == .float64 ? .floats(words.mapped(FloatOrder.value)) : .integers(words),
                valid: states.map(\.hasRows))
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
    /// The keys that are numbers of 64 bits, as words in their order.
    private var words: [Int64] = []

    init(_ type: ValueType, isGreatest: Bool) {
        self.type = type
        self.isGreatest = isGreatest
    }

    var size: Int { values.count * 88 }

    private func makeRoom(_ groupCount: Int) {
        values.grow(to: groupCount, .null)
        keys.grow(to: groupCount, .null)
        words.grow(to: groupCount, isGreatest ? .min : .max)
    }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        makeRoom(groupCount)
        let words = ExtremeRowAccumulator.words(of: columns[1])
        for row in 0..<groups.count where columns[0].isValid(row) && columns[1].isValid(row) {
            let group = groups[row]
            // Nearly all rows are no better than what is known, which a word tells at once.
            if let word = words?[row], !keys[group].isNull {
                guard isGreatest ? word > self.words[group] : word < self.words[group] else {
                    continue
                }
            }
            take(columns[0].value(row), columns[1].value(row), words?[row], into: group)
        }
    }

    /// Numbers of 64 bits in their order; nil for other types.
    private static func words(of column: Vector) -> [Int64]? {
        switch column.values {
        case .integers(let words): words
        case .floats(let floats): floats.mapped(FloatOrder.word)
        default: nil
        }
    }

    private func take(_ value: Value, _ key: Value, _ word: Int64?, into group: Int) {
        guard keys[group].isNull || (isGreatest ? keys[group] < key : key < keys[group]) else {
            return
        }
        keys[group] = key
        values[group] = value
        if let word { words[group] = word }
    }

    func merge(_ other: ExtremeRowAccumulator, _ groups: [UInt32], groupCount: Int) {
        makeRoom(groupCount)
        for (index, group) in groups.prefix(other.keys.count).enumerated()
        where !other.keys[index].isNull {
            take(other.values[index], other.keys[index], other.words[index], into: Int(group))
        }
    }

    func results(_ groupCount: Int) -> Vector {
        values.grow(to: groupCount, .null)
        var builder = VectorBuilder(type)
        for value in values { builder.append(value) }
        return builder.finish()
    }
}
