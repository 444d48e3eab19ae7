import AuraCore
import AuraStorage

/// One aggregate of all groups: which rows it takes, in which order, and what it makes of them.
struct AggregateState {
    private let call: AggregateCall
    private let accumulator: any Accumulator
    /// The values of DISTINCT.
    private var distinct: DistinctValues
    /// Rows that wait for all others, where their order counts.
    private var waiting: [(groups: [UInt32], arguments: AggregateArguments)] = []
    private var waitingRows = 0

    init(_ call: AggregateCall) {
        self.call = call
        accumulator = call.function.accumulator()
        distinct = DistinctValues(call.isDistinct ? call.function.arguments : [])
    }

    /// Bytes of memory, about.
    var size: Int {
        accumulator.size + distinct.size
            + waitingRows * 8 * (1 + call.arguments.count + call.order.count)
    }

    /// Takes rows that belong to groups.
    mutating func add(
        _ arguments: AggregateArguments, _ groups: RowNumbers, _ groupCount: Int
    ) throws(QueryFailure) {
        if !call.order.isEmpty {
            waiting.append((groups.expanded, arguments))
            waitingRows += groups.count
            return
        }
        try take(arguments.columns, groups, groupCount)
    }

    private mutating func take(
        _ columns: [Vector], _ groups: RowNumbers, _ groupCount: Int
    ) throws(QueryFailure) {
        if call.isDistinct {
            distinct.add(
                columns, groups, groupCount: groupCount, skipsNulls: call.function.kind == .count)
        } else {
            try placed { () throws(ComputationError) in
                try accumulator.add(columns, groups, groupCount: groupCount)
            }
        }
    }

    /// Takes what the state of rows behind these has taken.
    ///
    /// - Parameter groups: Which group each of the other's is here.
    mutating func merge(
        _ other: AggregateState, _ groups: [UInt32], _ groupCount: Int
    ) throws(QueryFailure) {
        for (rows, arguments) in other.waiting {
            waiting.append((groups.at(rows), arguments))
        }
        waitingRows += other.waitingRows
        if call.isDistinct {
            distinct.merge(other.distinct, groups, groupCount: groupCount)
        } else {
            try placed { () throws(ComputationError) in
                try accumulator.merge(same: other.accumulator, groups, groupCount: groupCount)
            }
        }
    }

    private func placed<Result>(
        _ body: () throws(ComputationError) -> Result
    ) throws(QueryFailure) -> Result {
        do { return try body() } catch {
            let place = call.arguments.first?.place ?? .none
            throw .text(TextError(error.message, at: place, hint: error.hint))
        }
    }

    /// The result of each group.
    mutating func results(_ groupCount: Int) throws(QueryFailure) -> Vector {
        try takeWaiting(groupCount)
        var accumulator = accumulator
        if call.isDistinct {
            if call.function.kind == .count {
                return Vector(.int64, .integers(distinct.counts(groupCount)))
            }
            let (columns, groups) = distinct.all()
            accumulator = call.function.accumulator()
            try placed { () throws(ComputationError) in
                try accumulator.add(columns, RowNumbers(groups), groupCount: groupCount)
            }
        }
        return try placed { () throws(ComputationError) in try accumulator.results(groupCount) }
    }

    private mutating func takeWaiting(_ groupCount: Int) throws(QueryFailure) {
        if waiting.isEmpty { return }
        let groups = waiting.flatMap(\.groups)
        let columns = call.arguments.indices.map { index in
            Vector.joined(
                waiting.map { $0.arguments.columns[index] }, call.function.arguments[index])
        }
        let keys = call.order.indices.map { index in
            Vector.joined(
                waiting.map { $0.arguments.orderKeys[index] }, call.order[index].expression.type)
        }
        waiting = []
        waitingRows = 0
        let order = try SortOrder(keys, call.order).rows(count: groups.count) { false }
        try take(
            columns.map { $0.rows(order) }, RowNumbers(groups.at(order)), groupCount)
    }
}
