/// The right side of a join, whose rows are looked up by those of the left.
struct JoinSide: Sendable {
    private let join: Join
    private let table: JoinTable
    /// Its rows; behind all of them stands the one that rows of the left without a match get.
    private let columns: [Vector]
    private let count: Int

    init(_ join: Join, _ columns: [Vector], _ evaluator: Evaluator) throws(QueryFailure) {
        self.join = join
        count = columns.first?.count ?? 0
        table = try JoinTable(
            RowBatch(columns, count: count), join.keys.map(\.right), evaluator)
        self.columns = zip(columns, join.right.types).map { column, type in
            Vector.joined([column, Vector(.null, type, count: 1)], type)
        }
    }

    /// Rows of the left, each with those of this side that belong to it.
    func joined(to batch: RowBatch, _ evaluator: Evaluator) throws(QueryFailure) -> RowBatch {
        let right = RowBatch(columns, count: count + 1)
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
        let numbers = Vector(.int64, .integers((0..<Int64(left.count)).map { $0 }))
        let both = leftRows.selecting(left).beside(rightRows.selecting(right))
            .beside(RowBatch([numbers], count: left.count))
        let kept = try evaluator.rows(of: both, where: conditions)
        let rows = try kept.column(kept.columnCount - 1).integers
        return RowPairs(left: rows.map { left[Int($0)] }, right: rows.map { right[Int($0)] })
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
    private let isOfAll: Bool

    init(
        _ side: RowBatch, _ keys: [BoundExpression], _ evaluator: Evaluator
    ) throws(QueryFailure) {
        count = side.count
        isOfAll = keys.isEmpty
        groups = GroupNumbers(keys.map(\.type))
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, side)) }
        let numbers = groups.numbers(of: columns, count: count).expanded
        rows = GroupedRows(numbers, groups.count)
    }

    /// The pairs of equal keys, NULL being equal to nothing.
    func matches(
        _ batch: RowBatch, _ keys: [BoundExpression], _ evaluator: Evaluator
    ) throws(QueryFailure) -> RowPairs {
        var pairs = RowPairs()
        if count == 0 { return pairs }
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key, batch)) }
        let numbers = groups.known(of: columns, count: batch.count)
        let valid = Columns.valid(columns, count: batch.count)
        for row in 0..<batch.count
        where numbers[row] != ValueNumbers.unknown && valid?[row] ?? true {
            for match in rows.rows(of: Int(numbers[row])) {
                pairs.left.append(UInt32(row))
                pairs.right.append(match)
            }
            if row % 1_024 == 0, evaluator.shouldStop() { throw .stopped }
            guard pairs.left.count <= evaluator.memoryLimit / RowPairs.bytes else {
                throw .memory(evaluator.memoryLimit)
            }
        }
        return pairs
    }
}
