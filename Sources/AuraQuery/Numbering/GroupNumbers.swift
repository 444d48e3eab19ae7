import AuraCore

/// The distinct rows of some columns, each with a number.
///
/// The values of each column are numbered, then pairs of numbers are, column by column. Of one column the
/// numbers of values do, but that NULL has its own among them once it was seen.
struct GroupNumbers: Sendable {
    private var columns: [ValueNumbers]
    /// Pairs of the number of the columns before, and that of the next column, from the second on.
    private var pairs: [PairNumbers]
    /// The group of NULL where there is one column; `ValueNumbers.unknown` until there is one.
    private var nullGroup = ValueNumbers.unknown

    init(_ types: [ValueType]) {
        columns = types.map { ValueNumbers($0) }
        pairs = types.dropFirst().map { _ in PairNumbers() }
    }

    /// Groups so far.
    var count: Int {
        if let last = pairs.last { return last.count }
        if columns.isEmpty { return 1 }
        return columns[0].end - 1 + (nullGroup == ValueNumbers.unknown ? 0 : 1)
    }

    /// Bytes of memory, about.
    var size: Int {
        columns.reduce(0) { $0 + $1.size } + pairs.reduce(0) { $0 + $1.size }
    }

    /// The number of each row's group; new ones are added.
    mutating func numbers(of rows: [Vector], count: Int) -> RowNumbers {
        if columns.isEmpty || count == 0 { return RowNumbers(0, count: count) }
        return groups(of: columns.indices.map { columns[$0].numbers(of: rows[$0]) })
    }

    /// Adds the groups of another.
    ///
    /// - Returns: Which group each of the other's is here.
    mutating func merge(_ other: GroupNumbers) -> [UInt32] {
        if columns.isEmpty || other.count == 0 { return [UInt32](repeating: 0, count: other.count) }
        let known = columns.indices.map { columns[$0].merge(other.columns[$0]) }
        if pairs.isEmpty {
            return groups(of: [RowNumbers(other.valueNumbers.map { known[0][Int($0)] })]).expanded
        }
        var numbers = known[0]
        for (index, pairs) in other.pairs.enumerated() {
            let keys = pairs.keys
            let known = known[index + 1]
            let firsts = keys.mapped { numbers[Int($0 >> 32)] }
            let seconds = keys.mapped { known[Int($0 & 0xFFFF_FFFF)] }
            numbers = paired(RowNumbers(firsts), RowNumbers(seconds), at: index).stored
        }
        return numbers
    }

    /// The groups of rows whose values have these numbers.
    private mutating func groups(of values: [RowNumbers]) -> RowNumbers {
        guard values.count > 1 else { return groups(ofValues: values[0]) }
        var numbers = values[0]
        for index in pairs.indices { numbers = paired(numbers, values[index + 1], at: index) }
        return numbers
    }

    private mutating func paired(
        _ firsts: RowNumbers, _ seconds: RowNumbers, at index: Int
    ) -> RowNumbers {
        let end = index == 0 ? columns[0].end : pairs[index - 1].count
        return pairs[index].numbers(of: firsts, seconds, below: (end, columns[index + 1].end))
    }

    /// The same of the only column.
    private mutating func groups(ofValues numbers: RowNumbers) -> RowNumbers {
        if columns[0].hasNull, nullGroup == ValueNumbers.unknown {
            nullGroup = UInt32(columns[0].end - 1)
        }
        // Apart from the others, for it is the common case and goes by many at once.
        if nullGroup == ValueNumbers.unknown { return numbers.map { $0 &- 1 } }
        return numbers.map { group(ofValue: $0) }
    }

    /// Values have the groups in their order, without that of NULL.
    @inline(__always)
    private func group(ofValue number: UInt32) -> UInt32 {
        number == ValueNumbers.null ? nullGroup : number > nullGroup ? number : number &- 1
    }

    /// The numbers that the values of the only column have, by group.
    private var valueNumbers: [UInt32] {
        (0..<UInt32(count)).map {
            $0 == nullGroup ? ValueNumbers.null : $0 > nullGroup ? $0 : $0 + 1
        }
    }

    /// The number of each row's group; `ValueNumbers.unknown` where there is none.
    func known(of rows: [Vector], count: Int) -> [UInt32] {
        if columns.isEmpty || count == 0 { return [UInt32](repeating: 0, count: count) }
        var numbers = columns[0].known(of: rows[0])
        if columns.count == 1 {
            return numbers.map { $0 == ValueNumbers.unknown ? $0 : group(ofValue: $0) }.expanded
        }
        for (index, pairs) in pairs.enumerated() {
            let values = columns[index + 1].known(of: rows[index + 1])
            numbers = RowNumbers(
                (0..<count).map { row in
                    let (first, second) = (UInt32(numbers[row]), UInt32(values[row]))
                    guard first != ValueNumbers.unknown else { return ValueNumbers.unknown }
                    return pairs.known(first, second) ?? ValueNumbers.unknown
                })
        }
        return numbers.stored
    }

    /// The columns of the groups, by number.
    func keys() -> [Vector] {
        if columns.count == 1 { return [columns[0].values().rows(valueNumbers)] }
        var keys: [Vector] = []
        var groups: [UInt32]?
        for index in pairs.indices.reversed() {
            let known = self.pairs[index].keys
            let pairs = groups.map { $0.map { known[Int($0)] } } ?? known
            keys.append(
                columns[index + 1].values().rows(pairs.mapped { UInt32(truncatingIfNeeded: $0) }))
            groups = pairs.mapped { UInt32(truncatingIfNeeded: $0 >> 32) }
        }
        if let groups { keys.append(columns[0].values().rows(groups)) }
        return keys.reversed()
    }
}
