import AuraCore

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
                partitions = try WindowPartitions(call, batch, evaluator, threads: settings.threads)
                known.append((call, partitions))
            }
            results.append(try WindowValues(call, partitions, batch, evaluator).values())
        }
        return columns + results
    }
}
