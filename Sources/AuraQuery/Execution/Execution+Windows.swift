/// Window functions.
extension Execution {
    /// The columns of a plan, and those of window functions behind them.
    func windowed(
        _ input: Plan, _ calls: [WindowCall], _ used: NeededColumns
    ) throws(QueryFailure) -> [Vector] {
        let columns = try rows(of: input, used)
        let count = columns.first?.count ?? 0
        guard count > 0 else {
            return columns + calls.map { VectorBuilder($0.type).finish() }
        }
        let batch = RowBatch(columns, count: count)
        var results: [Vector] = []
        var known: [(call: WindowCall, partitions: WindowPartitions)] = []
        for call in calls {
            if shouldStop() { throw .stopped }
            let partitions: WindowPartitions
            if let same = known.first(where: {
                $0.call.partition == call.partition && $0.call.order == call.order
            }) {
                partitions = same.partitions
            } else {
                partitions = try WindowPartitions(call, batch, evaluator)
                known.append((call, partitions))
            }
            results.append(try WindowValues(call, partitions, batch, evaluator).values())
        }
        return columns + results
    }
}

/// The rows of a window: one partition after the other, each in order.
struct WindowPartitions {
    /// The rows in that order.
    let rows: [UInt32]
    /// Where partitions begin, and where the last ends.
    let starts: [Int]
    /// Where runs of rows that are equal in order begin, and where the last ends.
    let peers: [Int]
    /// The values of ORDER BY, by row.
    let orderColumns: [Vector]

    init(
        _ call: WindowCall, _ batch: RowBatch, _ evaluator: Evaluator
    ) throws(QueryFailure) {
        var groups = GroupNumbers(call.partition.map(\.type))
        var partition: [Vector] = []
        for expression in call.partition {
            partition.append(try evaluator.evaluate(expression, batch))
        }
        var order: [Vector] = []
        for key in call.order { order.append(try evaluator.evaluate(key.expression, batch)) }
        let numbers = groups.numbers(of: partition, count: batch.count)
        let sortOrder = SortOrder(order, call.order)
        let sorted = sortOrder.rows(count: batch.count)
        // A stable distribution of the sorted rows over the partitions.
        let grouped = GroupedRows(sorted.map { UInt32(numbers[Int($0)]) }, groups.count)
        var rows: [UInt32] = []
        var starts: [Int] = []
        var peers: [Int] = []
        for group in 0..<groups.count {
            starts.append(rows.count)
            for place in grouped.rows(of: group) {
                let row = sorted[Int(place)]
                let isFirst = rows.count == starts[starts.count - 1]
                if isFirst || !sortOrder.areEqual(Int(rows[rows.count - 1]), Int(row)) {
                    peers.append(rows.count)
                }
                rows.append(row)
            }
        }
        starts.append(rows.count)
        peers.append(rows.count)
        self.rows = rows
        self.starts = starts
        self.peers = peers
        orderColumns = order
    }
}
