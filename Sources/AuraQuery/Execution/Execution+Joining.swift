import AuraCore

/// The right side of a join, whose rows are looked up by those of the left.
struct JoinSide: Sendable {
    private let join: Join
    private let table: JoinTable
    /// Its rows; behind them stands the one that rows of the left without a match get, if they stay.
    private let columns: [Vector]
    private let count: Int
    private let nearest: NearestRows?

    init(_ join: Join, _ columns: [Vector], _ evaluator: Evaluator) throws(QueryFailure) {
        self.join = join
        var columns = columns
        nearest = try join.nearest.map { nearest throws(QueryFailure) in
            try NearestRows(nearest, among: &columns, evaluator)
        }
        count = columns.first?.count ?? 0
        table = try JoinTable(
            RowBatch(columns, count: count), join.keys.map(\.right), evaluator,
            matchesNulls: join.matchesNulls)
        guard join.keepsLeft else {
            self.columns = columns
            return
        }
        self.columns = zip(columns, join.right.types).map { column, type in
            column.isNull
                ? Vector(.null, type, count: column.count + 1)
                : Vector.joined([column, Vector(.null, type, count: 1)], type)
        }
    }

    /// Calls `body` with rows of the left, each with those of this side that belong to it, a part at a
    /// time, until it returns false.
    ///
    /// - Returns: Whether it never did.
    func forEachPart(
        of batch: RowBatch, _ evaluator: Evaluator,
        _ body: (RowBatch) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        let right = RowBatch(columns, count: join.keepsLeft ? count + 1 : count)
        let numbers = try table.numbers(of: batch, join.keys.map(\.left), evaluator)
        var start = 0
        while start < batch.count {
            if evaluator.shouldStop() { throw .stopped }
            let rows =
                nearest == nil
                ? table.part(of: numbers, from: start) : 0..<batch.count
            var pairs =
                try nearest?.pairs(of: batch, numbers, table.rows, evaluator)
                ?? table.pairs(rows, numbers)
            if !join.conditions.isEmpty {
                pairs = try pairs.fulfilling(join.conditions, batch, right, evaluator)
            }
            if join.keepsLeft { pairs.addUnmatched(of: rows, as: UInt32(count)) }
            let joined = batch.selecting(pairs.left).beside(right.selecting(pairs.right))
            guard try body(joined) else { return false }
            start = rows.upperBound
        }
        return true
    }
}

/// Rows of the left and as many of the right.
struct RowPairs {
    var left: [UInt32] = []
    var right: [UInt32] = []

    /// Those for which conditions of both rows hold.
    func fulfilling(
        _ conditions: [BoundExpression], _ leftRows: RowBatch, _ rightRows: RowBatch,
        _ evaluator: Evaluator
    ) throws(QueryFailure) -> RowPairs {
        var pairs = self
        for condition in conditions where !pairs.left.isEmpty {
            let both = leftRows.selecting(pairs.left).beside(rightRows.selecting(pairs.right))
            let holds = try evaluator.evaluate(condition, both).expanded
            let kept = Evaluator.rows(where: holds.bools, holds.valid)
            pairs = RowPairs(
                left: pairs.left.at(kept), right: pairs.right.at(kept))
        }
        return pairs
    }

    /// Adds those rows of the left that have no match.
    mutating func addUnmatched(of rows: Range<Int>, as none: UInt32) {
        var isMatched = [Bool](repeating: false, count: rows.count)
        for row in left { isMatched[Int(row) - rows.lowerBound] = true }
        for row in rows where !isMatched[row - rows.lowerBound] {
            left.append(UInt32(row))
            right.append(none)
        }
    }
}

/// The rows of a side by their keys.
private struct JoinTable: Sendable {
    private let count: Int
    private var groups: GroupNumbers
    let rows: GroupedRows
    /// Whether each key has one row.
    private let isUnique: Bool
    private let matchesNulls: Bool

    /// Rows that are looked at until somebody asks whether to stop.
    private static let numberedRows = 1 << 16

    init(
        _ side: RowBatch, _ keys: [BoundExpression], _ evaluator: Evaluator, matchesNulls: Bool
    ) throws(QueryFailure) {
        count = side.count
        self.matchesNulls = matchesNulls
        groups = GroupNumbers(keys.map(\.type))
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, side)) }
        var numbers: [UInt32] = []
        numbers.reserveCapacity(count)
        for start in stride(from: 0, to: count, by: JoinTable.numberedRows) {
            if evaluator.shouldStop() { throw .stopped }
            let rows = start..<min(count, start + JoinTable.numberedRows)
            numbers +=
                groups.numbers(of: columns.map { $0.slice(rows) }, count: rows.count)
                .expanded
        }
        rows = GroupedRows(numbers, groups.count)
        isUnique = groups.count == count
    }

    /// The numbers of the keys of rows, unknown for those that equal none.
    func numbers(
        of batch: RowBatch, _ keys: [BoundExpression], _ evaluator: Evaluator
    ) throws(QueryFailure) -> [UInt32] {
        if count == 0 { return Array(repeating: ValueNumbers.unknown, count: batch.count) }
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, batch)) }
        var numbers = groups.known(of: columns, count: batch.count)
        if !matchesNulls, let valid = Columns.valid(columns, count: batch.count) {
            for row in numbers.indices where !valid[row] { numbers[row] = ValueNumbers.unknown }
        }
        return numbers
    }

    /// Pairs that are made at once: of more than one row not more.
    private static let partPairs = 1 << 20

    /// The next rows of the left that are joined at once.
    func part(of numbers: [UInt32], from start: Int) -> Range<Int> {
        if isUnique || start == 0 && rows.count(of: numbers[...]) <= JoinTable.partPairs {
            return start..<numbers.count
        }
        var end = start
        var pairs = 0
        while end < numbers.count {
            pairs += rows.count(of: numbers[end...end])
            if pairs > JoinTable.partPairs, end > start { break }
            end += 1
        }
        return start..<end
    }

    /// The pairs of equal keys of some rows of the left.
    func pairs(_ left: Range<Int>, _ numbers: [UInt32]) -> RowPairs {
        var pairs = RowPairs()
        if isUnique {
            pairs.left = Evaluator.rows(where: numbers.mapped { $0 != ValueNumbers.unknown }, nil)
            let all = rows.all
            pairs.right = all.at(numbers.at(pairs.left))
            return pairs
        }
        let total = rows.count(of: numbers[left])
        pairs.left.reserveCapacity(total)
        pairs.right.reserveCapacity(total)
        for row in left where numbers[row] != ValueNumbers.unknown {
            for match in rows.rows(of: Int(numbers[row])) {
                pairs.left.append(UInt32(row))
                pairs.right.append(match)
            }
        }
        return pairs
    }
}
