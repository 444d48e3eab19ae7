/// The distinct rows of some columns, each with a number: first come, first numbered.
///
/// The values of each column are numbered, then pairs of numbers are, column by column.
struct GroupNumbers: Sendable {
    private var columns: [ValueNumbers]
    /// Pairs of the number of the columns before, and that of the next column.
    private var pairs: [PairNumbers]

    init(_ types: [ValueType]) {
        columns = types.map { ValueNumbers($0) }
        pairs = types.map { _ in PairNumbers() }
    }

    /// Groups so far.
    var count: Int { pairs.last?.count ?? 1 }
    /// Bytes of memory, about.
    var size: Int {
        columns.reduce(0) { $0 + $1.size } + pairs.reduce(0) { $0 + $1.size }
    }

    /// The number of each row's group; new ones are added.
    mutating func numbers(of rows: [Vector], count: Int) -> RowNumbers {
        var numbers = RowNumbers(0, count: count)
        var end = 1
        if count == 0 { return numbers }
        for index in columns.indices {
            let values = columns[index].numbers(of: rows[index])
            numbers = pairs[index].numbers(of: numbers, values, below: (end, columns[index].end))
            end = pairs[index].count
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
                    pairs[index].known(numbers[row], UInt32(values[row])) ?? ValueNumbers.unknown
            }
        }
        return numbers
    }

    /// The columns of the groups, by number.
    func keys() -> [Vector] {
        var groups = (0..<UInt32(count)).map { $0 }
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
