import AuraCore

/// The right side of an ASOF join: rows in the order of what is compared, of which a row of the left
/// finds the nearest one of its keys.
struct NearestRows: Sendable {
    private let nearest: Join.Nearest
    /// What is compared, of each row.
    private let values: Vector

    /// - Parameter columns: Those of the right, which are put in order, without what is NULL.
    init(
        _ nearest: Join.Nearest, among columns: inout [Vector], _ evaluator: Evaluator
    ) throws(QueryFailure) {
        self.nearest = nearest
        let rows = RowBatch(columns, count: columns.first?.count ?? 0)
        let values = try evaluator.evaluate(nearest.right, rows).expanded
        let key = SortKey(expression: nearest.right, isDescending: false, hasNullsFirst: false)
        let order = try SortOrder([values], [key]).rows(count: rows.count, evaluator.shouldStop)
            .filter { values.isValid(Int($0)) }
        columns = columns.map { $0.rows(order) }
        self.values = values.rows(order)
    }

    /// Each row of the left that has one, with its nearest row.
    ///
    /// - Parameters:
    ///   - numbers: Of the keys of the left.
    ///   - groups: The rows of the right by these.
    func pairs(
        of batch: RowBatch, _ numbers: [UInt32], _ groups: GroupedRows, _ evaluator: Evaluator
    ) throws(QueryFailure) -> RowPairs {
        let wanted = try evaluator.evaluate(nearest.left, batch).expanded
        var open = (0..<UInt32(batch.count)).filter { row in
            numbers[Int(row)] != ValueNumbers.unknown && wanted.isValid(Int(row))
        }
        let known = open
        // Where the search of each row goes on: all rows are halved at once.
        var low = [Int](repeating: 0, count: batch.count)
        var high = low
        for row in known.map({ Int($0) }) {
            let group = Int(numbers[row])
            (low[row], high[row]) = (groups.starts[group], groups.starts[group + 1])
        }
        let all = groups.all
        // The least ones come first: those that fulfil it end, or begin, at the nearest.
        let isLast = nearest.comparison == .greater || nearest.comparison == .greaterEqual
        while true {
            open.removeAll { low[Int($0)] >= high[Int($0)] }
            if open.isEmpty { break }
            let places = open.map { all[(low[Int($0)] + high[Int($0)]) / 2] }
            let holds = nearest.comparison.evaluate(
                wanted.rows(open), values.rows(places), count: open.count
            ).expanded.bools
            for (row, holds) in zip(open.map({ Int($0) }), holds) {
                let middle = (low[row] + high[row]) / 2
                if holds == isLast { low[row] = middle + 1 } else { high[row] = middle }
            }
        }
        var pairs = RowPairs()
        for row in known {
            let group = Int(numbers[Int(row)])
            let place = isLast ? low[Int(row)] - 1 : low[Int(row)]
            guard groups.starts[group]..<groups.starts[group + 1] ~= place else { continue }
            pairs.left.append(row)
            pairs.right.append(all[place])
        }
        return pairs
    }
}
