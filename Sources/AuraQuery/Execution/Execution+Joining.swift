import AuraCore

/// The right side of a join, whose rows are looked up by those of the left.
struct JoinSide: Sendable {
    private let join: Join
    private let table: JoinTable
    /// Its rows; behind them stands the one that rows of the left without a match get, if they stay.
    private let columns: [Vector]
    private let count: Int

    init(_ join: Join, _ columns: [Vector], _ evaluator: Evaluator) throws(QueryFailure) {
        self.join = join
        count = columns.first?.count ?? 0
        table = try JoinTable(
            RowBatch(columns, count: count), join.keys.map(\.right), evaluator)
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

    /// Rows of the left, each with those of this side that belong to it.
    func joined(to batch: RowBatch, _ evaluator: Evaluator) throws(QueryFailure) -> RowBatch {
        let right = RowBatch(columns, count: join.keepsLeft ? count + 1 : count)
        var pairs = try table.matches(batch, join.keys.map(\.left), evaluator)
        if !join.conditions.isEmpty {
            pairs = try pairs.fulfilling(join.conditions, batch, right, evaluator)
        }
        if join.keepsLeft { pairs.addUnmatched(of: batch.count, as: UInt32(count)) }
        return batch.selecting(pairs.left).beside(right.selecting(pairs.right))
    }
}

/// Rows of the left and as many of the right.
private struct RowPairs {
    var left: [UInt32] = []
    var right: [UInt32] = []

    /// Bytes of a pair.
    static let bytes = 8

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
                left: kept.map { pairs.left[Int($0)] }, right: kept.map { pairs.right[Int($0)] })
        }
        return pairs
    }

    /// Adds the rows of the left that have no match.
    mutating func addUnmatched(of count: Int, as none: UInt32) {
        var isMatched = [Bool](repeating: false, count: count)
        for row in left { isMatched[Int(row)] = true }
        for row in 0..<UInt32(count) where !isMatched[Int(row)] {
            left.append(row)
            right.append(none)
        }
    }
}

/// The rows of a side by their keys.
private struct JoinTable: Sendable {
    private let count: Int
    private var groups: GroupNumbers
    private let rows: GroupedRows
    /// Whether each key has one row.
    private let isUnique: Bool

    init(
        _ side: RowBatch, _ keys: [BoundExpression], _ evaluator: Evaluator
    ) throws(QueryFailure) {
        count = side.count
        groups = GroupNumbers(keys.map(\.type))
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, side)) }
        let numbers = groups.numbers(of: columns, count: count).expanded
        rows = GroupedRows(numbers, groups.count)
        isUnique = groups.count == count
    }

    /// The pairs of equal keys, NULL being equal to nothing.
    func matches(
        _ batch: RowBatch, _ keys: [BoundExpression], _ evaluator: Evaluator
    ) throws(QueryFailure) -> RowPairs {
        if count == 0 { return RowPairs() }
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, batch)) }
        var numbers = groups.known(of: columns, count: batch.count)
        if let valid = Columns.valid(columns, count: batch.count) {
            for row in numbers.indices where !valid[row] { numbers[row] = ValueNumbers.unknown }
        }
        let total = isUnique ? 0 : rows.count(of: numbers)
        guard total <= evaluator.memoryLimit / RowPairs.bytes else {
            throw .memory(evaluator.memoryLimit)
        }
        var pairs = RowPairs()
        if isUnique {
            pairs.left = Evaluator.rows(where: numbers.map { $0 != ValueNumbers.unknown }, nil)
            let all = rows.all
            pairs.right = pairs.left.map { all[Int(numbers[Int($0)])] }
            return pairs
        }
        pairs.left.reserveCapacity(total)
        pairs.right.reserveCapacity(total)
        for row in 0..<batch.count where numbers[row] != ValueNumbers.unknown {
            if row & 63 == 0, evaluator.shouldStop() { throw .stopped }
            for match in rows.rows(of: Int(numbers[row])) {
                pairs.left.append(UInt32(row))
                pairs.right.append(match)
            }
        }
        return pairs
    }
}
