/// The distinct rows of some columns, each with a number: first come, first numbered.
///
/// The values of each column are numbered, then pairs of numbers are, column by column.
struct GroupNumbers: Sendable {
    private var columns: [ValueNumbers]
    /// Pairs of the number of the columns before, and that of the next column.
    private var pairs: [NumberTable<UInt64>]

    init(_ types: [ValueType]) {
        columns = types.map { ValueNumbers($0) }
        pairs = types.map { _ in NumberTable() }
    }

    /// Groups so far.
    var count: Int { pairs.last?.count ?? 1 }
    /// Bytes of memory, about.
    var size: Int {
        columns.reduce(0) { $0 + $1.size } + pairs.reduce(0) { $0 + $1.count * 20 }
    }

    /// The number of each row's group; new ones are added.
    mutating func numbers(of rows: [Vector], count: Int) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: count)
        for index in columns.indices {
            let values = columns[index].numbers(of: rows[index])
            pairs[index].combine(&numbers, values)
        }
        return numbers
    }

    /// The number of each row's group; `ValueNumbers.unknown` where there is none.
    func known(of rows: [Vector], count: Int) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: count)
        for index in columns.indices {
            let values = columns[index].known(of: rows[index])
            for row in numbers.indices where numbers[row] != ValueNumbers.unknown {
                numbers[row] =
                    pairs[index].known(UInt64(numbers[row]) << 32 | UInt64(values[row]))
                    ?? ValueNumbers.unknown
            }
        }
        return numbers
    }

    /// The columns of the groups, by number.
    func keys() -> [Vector] {
        var groups = (0..<UInt32(count)).map { $0 }
        var keys: [Vector] = []
        for index in columns.indices.reversed() {
            let pairs = groups.map { self.pairs[index].keys[Int($0)] }
            keys.append(columns[index].values().rows(pairs.map { UInt32(truncatingIfNeeded: $0) }))
            groups = pairs.map { UInt32(truncatingIfNeeded: $0 >> 32) }
        }
        return keys.reversed()
    }
}

extension NumberTable<UInt64> {
    /// Puts the number of each pair in the place of its first half.
    fileprivate mutating func combine(_ numbers: inout [UInt32], _ others: [UInt32]) {
        var lastKey = UInt64.max
        var lastNumber: UInt32 = 0
        for row in numbers.indices {
            let key = UInt64(numbers[row]) << 32 | UInt64(others[row])
            if key != lastKey {
                lastKey = key
                lastNumber = number(of: key)
            }
            numbers[row] = lastNumber
        }
    }
}
