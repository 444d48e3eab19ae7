import AuraCore

/// The different values of each group.
struct DistinctValues {
    private var values: GroupNumbers
    private var members = NumberSets()

    init(_ types: [ValueType]) {
        values = GroupNumbers(types)
    }

    /// Bytes of memory, about.
    var size: Int { values.size + members.size }

    /// Takes rows, each into its group.
    mutating func add(
        _ columns: [Vector], _ groups: RowNumbers, groupCount: Int, skipsNulls: Bool
    ) {
        let numbers = values.numbers(of: columns, count: groups.count)
        let valid = skipsNulls ? Columns.valid(columns, count: groups.count) : nil
        members.insert(
            numbers, groups, where: valid, groupCount: groupCount, numberCount: values.count)
    }

    /// Takes the values of another's groups.
    ///
    /// - Parameter groups: Which group each of the other's is here.
    mutating func merge(_ other: DistinctValues, _ groups: [UInt32], groupCount: Int) {
        let numbers = values.numbers(of: other.values.keys(), count: other.values.count).expanded
        let pairs = other.members.pairs()
        members.insert(
            RowNumbers(pairs.map { numbers[Int($0.number)] }),
            RowNumbers(pairs.map { groups[Int($0.group)] }), where: nil, groupCount: groupCount,
            numberCount: values.count)
    }

    /// How many values each group has.
    func counts(_ groupCount: Int) -> [Int64] { members.counts(groupCount) }

    /// All values with their groups.
    func all() -> (columns: [Vector], groups: [UInt32]) {
        let pairs = members.pairs()
        let keys = values.keys()
        let rows = pairs.map(\.number)
        return (keys.map { $0.rows(rows) }, pairs.map(\.group))
    }
}

/// A set of small numbers for each group.
///
/// Bits while groups and numbers are few, a hash table of pairs from then on.
private struct NumberSets {
    /// The bits of a group stand in `stride` words.
    private var bits: [UInt64] = []
    private var stride = 0
    private var groupCounts: [Int64] = []
    private var table: NumberTable<UInt64>?

    /// Words of bits that are never too many.
    private static let smallWords = 1 << 17
    private static let greatestWords = 1 << 24

    /// Bytes of memory, about.
    var size: Int { bits.count * 8 + groupCounts.count * 8 + (table?.count ?? 0) * 20 }

    mutating func insert(
        _ numbers: RowNumbers, _ groups: RowNumbers, where valid: [Bool]?, groupCount: Int,
        numberCount: Int
    ) {
        groupCounts.grow(to: groupCount, 0)
        makeRoom(groupCount, numberCount)
        if table != nil { return insertIntoTable(numbers, groups, where: valid) }
        // Out of here while they change, so that no copy is feared for each number.
        var (bits, counts) = (self.bits, groupCounts)
        (self.bits, groupCounts) = ([], [])
        if numbers.isConstant || valid != nil {
            NumberSets.insert(
                numbers.expanded, { groups[$0] }, where: valid, &bits, stride, &counts)
        } else if groups.isConstant {
            let group = groups[0]
            NumberSets.insert(numbers.stored, { _ in group }, where: nil, &bits, stride, &counts)
        } else {
            let stored = groups.stored
            NumberSets.insert(
                numbers.stored, { Int(stored[$0]) }, where: nil, &bits, stride, &counts)
        }
        (self.bits, groupCounts) = (bits, counts)
    }

    @inline(__always)
    private static func insert(
        _ numbers: [UInt32], _ group: (Int) -> Int, where valid: [Bool]?, _ bits: inout [UInt64],
        _ stride: Int, _ counts: inout [Int64]
    ) {
        var bits = bits.mutableSpan
        var counts = counts.mutableSpan
        let numbers = numbers.span
        for row in numbers.indices where valid?[row] ?? true {
            let number = Int(numbers[row])
            let place = group(row) &* stride &+ number &>> 6
            let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: number)
            let word = bits[place]
            if word & bit == 0 {
                bits[place] = word | bit
                counts[group(row)] &+= 1
            }
        }
    }

    private mutating func insertIntoTable(
        _ numbers: RowNumbers, _ groups: RowNumbers, where valid: [Bool]?
    ) {
        // Out of here while it changes, lest it be copied.
        var table = self.table ?? NumberTable()
        self.table = nil
        for row in 0..<numbers.count where valid?[row] ?? true {
            let known = table.count
            _ = table.number(of: UInt64(groups[row]) << 32 | UInt64(numbers[row]))
            if table.count > known { groupCounts[groups[row]] += 1 }
        }
        self.table = table
    }

    /// Makes the bits suffice for numbers and groups below some, or a table of them.
    private mutating func makeRoom(_ groupCount: Int, _ numberCount: Int) {
        guard table == nil else { return }
        var stride = max(1, self.stride)
        while stride * 64 < numberCount { stride *= 2 }
        if stride == self.stride, groupCount * stride <= bits.count { return }
        let members = groupCounts.reduce(0, +)
        let limit = max(NumberSets.smallWords, Int(members) * 4)
        guard groupCount * stride <= min(limit, NumberSets.greatestWords) else {
            var table = NumberTable<UInt64>()
            for (group, number) in pairs() {
                _ = table.number(of: UInt64(group) << 32 | UInt64(number))
            }
            bits = []
            self.table = table
            return
        }
        let words = max(groupCount * stride, min(bits.count * 2, limit))
        if stride == self.stride {
            bits.grow(to: words, 0)
            return
        }
        var fresh = [UInt64](repeating: 0, count: words)
        for (index, word) in bits.enumerated() where word != 0 {
            let (group, offset) = index.quotientAndRemainder(dividingBy: self.stride)
            fresh[group * stride + offset] = word
        }
        bits = fresh
        self.stride = stride
    }

    /// All members, in an order that depends on the numbers alone.
    func pairs() -> [(group: UInt32, number: UInt32)] {
        if let table {
            return table.keys.map { (UInt32($0 >> 32), UInt32(truncatingIfNeeded: $0)) }
        }
        var pairs: [(group: UInt32, number: UInt32)] = []
        pairs.reserveCapacity(Int(groupCounts.reduce(0, +)))
        for (index, word) in bits.enumerated() where word != 0 {
            let (group, offset) = index.quotientAndRemainder(dividingBy: stride)
            var left = word
            while left != 0 {
                pairs.append((UInt32(group), UInt32(offset * 64 + left.trailingZeroBitCount)))
                left &= left &- 1
            }
        }
        return pairs
    }

    func counts(_ groupCount: Int) -> [Int64] {
        var counts = groupCounts
        counts.grow(to: groupCount, 0)
        return counts
    }
}
