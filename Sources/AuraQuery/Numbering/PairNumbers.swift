import AuraCore

/// Distinct pairs of small numbers, each with a number: first come, first numbered.
///
/// A matrix while few are possible, or many of these were seen; a hash table else. Of the numbers on either
/// side the fewer are its rows: neighbours that share one have their entries close together.
struct PairNumbers: Sendable {
    /// By number, until there is a table.
    private var pairs: [UInt64] = []
    /// Number + 1 by row and column, or 0; empty once it is a table.
    private var matrix: [UInt32] = []
    /// How wide a row is: 1 << bits.
    private var bits: UInt64 = 0
    /// Whether rows are the second numbers.
    private var isTurned = false
    private var table: NumberTable<UInt64>?

    /// Entries of a matrix though few pairs were seen.
    private static let smallMatrix = 1 << 20
    private static let greatestMatrix = 1 << 24

    init() {}

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
        if firsts.isConstant && seconds.isConstant {
            var numbers: [UInt32] = [0]
            fill(&numbers, { _ in firsts.stored[0] }, { _ in seconds.stored[0] })
            return RowNumbers(numbers[0], count: firsts.count)
        }
        var numbers = [UInt32](repeating: 0, count: firsts.count)
        let (left, right) = (firsts.stored, seconds.stored)
        if firsts.isConstant {
            let first = left[0]
            fill(&numbers, { _ in first }, { right[$0] })
        } else if seconds.isConstant {
            let second = right[0]
            fill(&numbers, { left[$0] }, { _ in second })
        } else {
            fill(&numbers, { left[$0] }, { right[$0] })
        }
        return RowNumbers(numbers)
    }

    @inline(__always)
    private mutating func fill(
        _ numbers: inout [UInt32], _ first: (Int) -> UInt32, _ second: (Int) -> UInt32
    ) {
        // Out of here while they change, so that no copy is feared for each pair.
        if var table {
            self.table = nil
            PairNumbers.fill(&numbers, from: &table, first, second)
            self.table = table
        } else {
            var (pairs, matrix) = (self.pairs, self.matrix)
            (self.pairs, self.matrix) = ([], [])
            if isTurned {
                PairNumbers.fill(&numbers, from: &matrix, &pairs, bits, second, first, high: 0)
            } else {
                PairNumbers.fill(&numbers, from: &matrix, &pairs, bits, first, second, high: 32)
            }
            (self.pairs, self.matrix) = (pairs, matrix)
        }
    }

    /// - Parameter high: By how many bits the number of a row is moved in a pair: 32 or none.
    @inline(__always)
    private static func fill(
        _ numbers: inout [UInt32], from matrix: inout [UInt32], _ pairs: inout [UInt64],
        _ bits: UInt64, _ line: (Int) -> UInt32, _ column: (Int) -> UInt32, high: UInt64
    ) {
        var numbers = numbers.mutableSpan
        var matrix = matrix.mutableSpan
        for row in numbers.indices {
            let place = UInt64(line(row)) &<< bits | UInt64(column(row))
            var number = matrix[Int(truncatingIfNeeded: place)]
            if number == 0 {
                pairs.append(
                    UInt64(line(row)) &<< high | UInt64(column(row)) &<< (32 &- high))
                number = UInt32(truncatingIfNeeded: pairs.count)
                matrix[Int(truncatingIfNeeded: place)] = number
            }
            numbers[row] = number &- 1
        }
    }

    @inline(__always)
    private static func fill(
        _ numbers: inout [UInt32], from table: inout NumberTable<UInt64>,
        _ first: (Int) -> UInt32, _ second: (Int) -> UInt32
    ) {
        var keys = [UInt64](repeating: 0, count: numbers.count)
        for row in keys.indices { keys[row] = UInt64(first(row)) << 32 | UInt64(second(row)) }
        numbers = table.numbers(of: keys, nil).mapped { $0 &- 1 }
    }

    /// The number of a pair; nil if it has none.
    func known(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if let table { return table.known(UInt64(first) << 32 | UInt64(second)) }
        let (line, column) = isTurned ? (second, first) : (first, second)
        guard UInt64(column) >> bits == 0 else { return nil }
        let place = UInt64(line) << bits | UInt64(column)
        guard place < UInt64(matrix.count) else { return nil }
        let found = matrix[Int(place)]
        return found == 0 ? nil : found - 1
    }

    /// Makes the matrix fit all pairs of numbers below some, or a table of it.
    private mutating func makeRoom(for ends: (Int, Int)) {
        guard table == nil else { return }
        let (lines, width) = isTurned ? (ends.1, ends.0) : ends
        if width <= 1 << bits, lines << bits <= matrix.count { return }
        var bits: UInt64 = 0
        while max(ends.0, ends.1) > 1 << bits { bits += 1 }
        let limit = min(
            max(PairNumbers.smallMatrix, pairs.count * 16), PairNumbers.greatestMatrix)
        let needed = min(ends.0, ends.1) << bits
        guard needed <= limit else {
            matrix = []
            var table = NumberTable<UInt64>()
            for pair in pairs { _ = table.number(of: pair) }
            pairs = []
            self.table = table
            return
        }
        let turns = ends.1 < ends.0
        if bits == self.bits, turns == isTurned {
            // With room behind, so that what grows slowly is not copied each time.
            matrix.grow(to: max(needed, min(matrix.count * 2, limit)), 0)
            return
        }
        (self.bits, isTurned) = (bits, turns)
        matrix = Array(repeating: 0, count: needed)
        for (number, pair) in pairs.enumerated() {
            let (first, second) = (pair >> 32, pair & 0xFFFF_FFFF)
            let place = turns ? second << bits | first : first << bits | second
            matrix[Int(place)] = UInt32(number + 1)
        }
    }
}
