/// Distinct pairs of small numbers, each with a number: first come, first numbered.
///
/// A matrix while there are few that are possible, a hash table from then on.
struct PairNumbers: Sendable {
    /// By number, until there is a table.
    private var pairs: [UInt64] = []
    /// Number + 1 by the first and the second, or 0; empty once it is a table.
    private var matrix: [UInt32]
    /// Bits of the second number.
    private var bits = 6
    private var table: NumberTable<UInt64>?

    private static let matrixLimit = 1 << 20

    init() {
        matrix = Array(repeating: 0, count: 64)
    }

    /// By number; the first number of a pair is the high half.
    var keys: [UInt64] { table?.keys ?? pairs }
    var count: Int { table?.count ?? pairs.count }
    /// Bytes of memory, about.
    var size: Int { table.map { $0.count * 20 } ?? pairs.count * 8 + matrix.count * 4 }

    /// The number of each pair; new ones are added.
    ///
    /// - Parameter ends: Greater than all numbers on either side.
    mutating func numbers(
        of firsts: RowNumbers, _ seconds: RowNumbers, below ends: (Int, Int)
    ) -> RowNumbers {
        makeRoom(for: ends)
        if table != nil { return tableNumbers(firsts, seconds) }
        if firsts.isConstant && seconds.isConstant {
            let (first, second) = (firsts[0], seconds[0])
            let known = matrix[first << bits | second]
            return RowNumbers(known != 0 ? known - 1 : add(first, second), count: firsts.count)
        }
        var numbers = [UInt32](repeating: 0, count: firsts.count)
        let bits = bits
        for row in 0..<firsts.count {
            let (first, second) = (firsts[row], seconds[row])
            let known = matrix[first &<< bits | second]
            numbers[row] = known != 0 ? known &- 1 : add(first, second)
        }
        return RowNumbers(numbers)
    }

    /// The number of a pair; nil if it has none.
    func known(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if let table { return table.known(UInt64(first) << 32 | UInt64(second)) }
        let (first, second) = (Int(first), Int(second))
        guard second >> bits == 0, first << bits < matrix.count else { return nil }
        let found = matrix[first << bits | second]
        return found == 0 ? nil : found - 1
    }

    @inline(never)
    private mutating func add(_ first: Int, _ second: Int) -> UInt32 {
        pairs.append(UInt64(first) << 32 | UInt64(second))
        matrix[first << bits | second] = UInt32(pairs.count)
        return UInt32(pairs.count - 1)
    }

    private mutating func tableNumbers(_ firsts: RowNumbers, _ seconds: RowNumbers) -> RowNumbers {
        let isConstant = firsts.isConstant && seconds.isConstant
        var numbers = [UInt32](repeating: 0, count: isConstant ? 1 : firsts.count)
        // Out of here while it changes, lest it be copied.
        var table = self.table ?? NumberTable()
        self.table = nil
        var lastKey = UInt64.max
        var lastNumber: UInt32 = 0
        for row in numbers.indices {
            let key = UInt64(firsts[row]) << 32 | UInt64(seconds[row])
            // Neighbours are often alike.
            if key != lastKey {
                lastKey = key
                lastNumber = table.number(of: key)
            }
            numbers[row] = lastNumber
        }
        self.table = table
        return isConstant ? RowNumbers(numbers[0], count: firsts.count) : RowNumbers(numbers)
    }

    /// Makes the matrix fit all pairs of numbers below some, or a table of it.
    private mutating func makeRoom(for ends: (Int, Int)) {
        guard table == nil else { return }
        var bits = self.bits
        while ends.1 > 1 << bits { bits += 1 }
        if bits == self.bits, ends.0 << bits <= matrix.count { return }
        guard ends.0 << bits <= PairNumbers.matrixLimit else {
            matrix = []
            var table = NumberTable<UInt64>()
            for pair in pairs { _ = table.number(of: pair) }
            pairs = []
            self.table = table
            return
        }
        var rows = 1
        while rows < ends.0 { rows *= 2 }
        self.bits = bits
        matrix = Array(repeating: 0, count: rows << bits)
        for (number, pair) in pairs.enumerated() {
            let (first, second) = (Int(pair >> 32), Int(pair & 0xFFFF_FFFF))
            matrix[first << bits | second] = UInt32(number + 1)
        }
    }
}
