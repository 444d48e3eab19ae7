/// A set of small numbers for each group.
///
/// Bits while groups and numbers are few, a hash table of pairs from then on.
struct NumberSets {
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
        var known = UInt32(table.count)
        let pairs = Columns.map(groups.expanded, numbers.expanded) {
            UInt64($0) << 32 | UInt64($1)
        }
        for (row, number) in table.numbers(of: pairs, valid).enumerated() where number > known {
            groupCounts[groups[row]] += 1
            known = number
        }
        self.table = table
    }

    var groupCount: Int { groupCounts.count }

    /// Whether bits are enough for numbers and groups below some.
    func canHold(groupCount: Int, numberCount: Int) -> Bool {
        table == nil
            && max(groupCount, self.groupCount) * stride(for: numberCount) <= limit
    }

    /// Words that a group has for numbers below some.
    private func stride(for numberCount: Int) -> Int {
        var stride = max(1, self.stride)
        while stride * 64 < numberCount { stride *= 2 }
        return stride
    }

    /// Words of bits that the members are worth.
    private var limit: Int {
        let members = Int(groupCounts.reduce(0, +))
        return min(max(NumberSets.smallWords, members * 4), NumberSets.greatestWords)
    }

    /// Makes the numbers greater by a multiple of 64; all are below `numberCount` then.
    mutating func move(by distance: Int, numberCount: Int) {
        if distance == 0 { return }
        let wider = stride(for: numberCount)
        spread(to: wider, words: groupCount * wider, further: distance / 64)
    }

    /// Takes another's members, whose numbers are so much greater here; false if it has no bits.
    ///
    /// - Parameter distance: A multiple of 64.
    mutating func unite(
        _ other: NumberSets, movedBy distance: Int, _ groups: [UInt32], groupCount: Int,
        numberCount: Int
    ) -> Bool {
        guard other.table == nil else { return false }
        groupCounts.grow(to: groupCount, 0)
        makeRoom(groupCount, numberCount)
        guard table == nil else { return false }
        for (index, word) in other.bits.enumerated() where word != 0 {
            let (group, offset) = index.quotientAndRemainder(dividingBy: other.stride)
            let to = Int(groups[group])
            let place = to * stride + offset + distance / 64
            groupCounts[to] += Int64((word & ~bits[place]).nonzeroBitCount)
            bits[place] |= word
        }
        return true
    }

    /// Makes the bits suffice for numbers and groups below some, or a table of them.
    private mutating func makeRoom(_ groupCount: Int, _ numberCount: Int) {
        guard table == nil else { return }
        let stride = stride(for: numberCount)
        if stride == self.stride, groupCount * stride <= bits.count { return }
        let limit = limit
        guard groupCount * stride <= limit else {
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
        spread(to: stride, words: words, further: 0)
    }

    /// Gives groups more words each, and puts what they have further on.
    private mutating func spread(to wider: Int, words: Int, further distance: Int) {
        var fresh = [UInt64](repeating: 0, count: words)
        for (index, word) in bits.enumerated() where word != 0 {
            let (group, offset) = index.quotientAndRemainder(dividingBy: stride)
            fresh[group * wider + offset + distance] = word
        }
        bits = fresh
        stride = wider
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
