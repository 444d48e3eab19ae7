import AuraCore

/// The distinct rows of some columns, each with a number.
///
/// The values of each column are numbered, then pairs of numbers are, column by column. Of one column the
/// numbers of values do, but that NULL has its own among them once it was seen.
struct GroupNumbers: Sendable {
    private var columns: [ValueNumbers]
    /// Pairs of the number of the columns before, and that of the next column.
    private var pairs: [PairNumbers]
    /// The group of NULL where there is one column; `ValueNumbers.unknown` until there is one.
    private var nullGroup = ValueNumbers.unknown

    init(_ types: [ValueType]) {
        columns = types.map { ValueNumbers($0) }
        pairs = types.count == 1 ? [] : types.map { _ in PairNumbers() }
    }

    /// Groups so far.
    var count: Int {
        guard columns.count == 1 else { return pairs.last?.count ?? 1 }
        return columns[0].end - 1 + (nullGroup == ValueNumbers.unknown ? 0 : 1)
    }

    /// Bytes of memory, about.
    var size: Int {
        columns.reduce(0) { $0 + $1.size } + pairs.reduce(0) { $0 + $1.size }
    }

    /// The number of each row's group; new ones are added.
    mutating func numbers(of rows: [Vector], count: Int) -> RowNumbers {
        var numbers = RowNumbers(0, count: count)
        var end = 1
        if count == 0 { return numbers }
        if columns.count == 1 { return valueGroups(of: rows[0]) }
        for index in columns.indices {
            let values = columns[index].numbers(of: rows[index])
            numbers = pairs[index].numbers(of: numbers, values, below: (end, columns[index].end))
            end = pairs[index].count
        }
        return numbers
    }

    /// The same of the only column.
    private mutating func valueGroups(of column: Vector) -> RowNumbers {
        let values = columns[0].numbers(of: column)
        if columns[0].hasNull, nullGroup == ValueNumbers.unknown {
            nullGroup = UInt32(columns[0].end - 1)
        }
        return values.map { group(ofValue: $0) }
    }

    /// Values have the groups in their order, without that of NULL.
    @inline(__always)
    private func group(ofValue number: UInt32) -> UInt32 {
        number == ValueNumbers.null ? nullGroup : number > nullGroup ? number : number &- 1
    }

    /// The number of each row's group; `ValueNumbers.unknown` where there is none.
    func known(of rows: [Vector], count: Int) -> [UInt32] {
        if columns.count == 1, count > 0 {
            return columns[0].known(of: rows[0]).map {
                $0 == ValueNumbers.unknown ? $0 : group(ofValue: $0)
            }.expanded
        }
        var numbers = [UInt32](repeating: 0, count: count)
        for index in columns.indices {
            let values = columns[index].known(of: rows[index])
            for row in numbers.indices where numbers[row] != ValueNumbers.unknown {
                numbers[row] =
                    pairs[index].known(numbers[row], UInt32(values[row])) ?? ValueNumbers.unknown
            }
        }
        return numbers
    }

    /// The columns of the groups, by number.
    func keys() -> [Vector] {
        var groups = (0..<UInt32(count)).map { $0 }
        if columns.count == 1 {
            let numbers = groups.map {
                $0 == nullGroup ? ValueNumbers.null : $0 > nullGroup ? $0 : $0 + 1
            }
            return [columns[0].values().rows(numbers)]
        }
        var keys: [Vector] = []
        for index in columns.indices.reversed() {
            let known = self.pairs[index].keys
            let pairs = groups.map { known[Int($0)] }
            keys.append(columns[index].values().rows(pairs.map { UInt32(truncatingIfNeeded: $0) }))
            groups = pairs.map { UInt32(truncatingIfNeeded: $0 >> 32) }
        }
        return keys.reversed()
    }
}
