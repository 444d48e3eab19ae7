import AuraCore

/// The rows of a window: one partition after the other, each in order.
struct WindowPartitions {
    /// The rows in that order: each has a *place* there.
    let rows: [UInt32]
    /// Where partitions begin, and where the last ends.
    let starts: [Int]
    /// Where runs of rows that are equal in order begin, and where the last ends.
    let peers: [Int]
    /// The values of ORDER BY, by row.
    let orderColumns: [Vector]

    /// Into how many parts the partitions are divided for threads.
    private static let partCount = 16

    init(
        _ call: WindowCall, _ batch: RowBatch, _ evaluator: Evaluator, threads: Int
    ) throws(QueryFailure) {
        var groups = GroupNumbers(call.partition.map(\.type))
        var partition: [Vector] = []
        for expression in call.partition {
            partition.append(try evaluator.evaluate(expression, batch))
        }
        var columns: [Vector] = []
        for key in call.order { columns.append(try evaluator.evaluate(key.expression, batch)) }
        orderColumns = columns
        let numbers = groups.numbers(of: partition, count: batch.count)
        let grouped = GroupedRows(numbers.expanded, groups.count)
        starts = grouped.starts
        let order = SortOrder(columns, call.order)
        let parts = WindowPartitions.parts(of: starts)
        var rows: [UInt32] = []
        var peers: [Int] = []
        rows.reserveCapacity(batch.count)
        try Tasks(threads: threads).run(parts.count) { index throws(QueryFailure) in
            var part = SortedRuns(order, evaluator.shouldStop)
            for group in parts[index] { try part.append(grouped.rows(of: group)) }
            return part
        } take: { part in
            peers += part.runs.mapped { $0 + rows.count }
            rows += part.rows
        }
        peers.append(rows.count)
        self.rows = rows
        self.peers = peers
    }

    /// Neighbouring partitions together, so that parts have about as many rows each.
    private static func parts(of starts: [Int]) -> [Range<Int>] {
        let wanted = max(1 << 12, (starts.last ?? 0) / partCount)
        var parts: [Range<Int>] = []
        var first = 0
        for end in starts.indices.dropFirst()
        where starts[end] - starts[first] >= wanted || end == starts.count - 1 {
            parts.append(first..<end)
            first = end
        }
        return parts
    }

    /// Calls `body` with each place, its partition and the run of its peers.
    @inline(__always)
    func forEach(
        _ body: (Int, Range<Int>, Range<Int>) throws(QueryFailure) -> Void
    )
        throws(QueryFailure)
    {
        let (starts, peers) = (starts.span, peers.span)
        var peer = 0
        for index in 0..<starts.count - 1 {
            let partition = starts[index]..<starts[index + 1]
            while peer < peers.count - 1, peers[peer] < partition.upperBound {
                let run = peers[peer]..<peers[peer + 1]
                for place in run { try body(place, partition, run) }
                peer += 1
            }
        }
    }
}

/// Partitions that are put in order, one after another.
private struct SortedRuns {
    private let order: SortOrder
    private var pulse: Pulse
    private var entries: [SortOrder.Entry] = []
    private(set) var rows: [UInt32] = []
    /// Where runs of rows begin that are equal in order.
    private(set) var runs: [Int] = []

    init(_ order: SortOrder, _ shouldStop: @escaping () -> Bool) {
        self.order = order
        pulse = Pulse(shouldStop)
    }

    mutating func append(_ partition: ArraySlice<UInt32>) throws(QueryFailure) {
        if order.isEmpty {
            runs.append(rows.count)
            rows += partition
            return
        }
        entries.removeAll(keepingCapacity: true)
        for row in partition { entries.append(order.entry(row)) }
        try order.sort(&entries, &pulse)
        for index in entries.indices {
            if index == 0 || !order.areEqual(entries[index - 1], entries[index]) {
                runs.append(rows.count)
            }
            rows.append(entries[index].row)
        }
    }
}
