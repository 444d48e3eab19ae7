import AuraStorage

/// One aggregate of all groups: which rows it takes, in which order, and what it makes of them.
struct AggregateState {
    private let call: AggregateCall
    private let accumulator: any Accumulator
    /// The values that were taken already, of DISTINCT.
    private var values: GroupNumbers
    private var seen = NumberTable<UInt64>()
    /// Rows that wait for all others, where their order counts.
    private var waiting: [(groups: [UInt32], arguments: AggregateArguments)] = []
    private var waitingRows = 0

    init(_ call: AggregateCall) {
        self.call = call
        accumulator = call.function.accumulator()
        values = GroupNumbers(call.function.arguments)
    }

    /// Bytes of memory, about.
    var size: Int {
        accumulator.size + values.size + seen.count * 20
            + waitingRows * 8 * (1 + call.arguments.count + call.order.count)
    }

    /// Takes rows that belong to groups.
    mutating func add(
        _ arguments: AggregateArguments, _ groups: [UInt32], _ groupCount: Int
    ) throws(QueryFailure) {
        if !call.order.isEmpty {
            waiting.append((groups, arguments))
            waitingRows += groups.count
            return
        }
        try take(arguments.columns, groups, groupCount)
    }

    private mutating func take(
        _ columns: [Vector], _ groups: [UInt32], _ groupCount: Int
    ) throws(QueryFailure) {
        guard call.isDistinct else {
            return try add(columns, groups, groupCount)
        }
        let numbers = values.numbers(of: columns, count: groups.count)
        var fresh: [UInt32] = []
        for row in groups.indices {
            let known = seen.count
            _ = seen.number(of: UInt64(groups[row]) << 32 | UInt64(numbers[row]))
            if seen.count > known { fresh.append(UInt32(row)) }
        }
        try add(columns.map { $0.rows(fresh) }, fresh.map { groups[Int($0)] }, groupCount)
    }

    private func add(
        _ columns: [Vector], _ groups: [UInt32], _ groupCount: Int
    ) throws(QueryFailure) {
        do throws(ComputationError) {
            try accumulator.add(columns, groups, groupCount: groupCount)
        } catch { throw .text(TextError(error.message, at: place, hint: error.hint)) }
    }

    private var place: Place { call.arguments.first?.place ?? .none }

    /// The result of each group.
    mutating func results(_ groupCount: Int) throws(QueryFailure) -> Vector {
        if !waiting.isEmpty {
            let groups = waiting.flatMap(\.groups)
            let columns = call.arguments.indices.map { index in
                Vector.joined(
                    waiting.map { $0.arguments.columns[index] }, call.function.arguments[index])
            }
            let keys = call.order.indices.map { index in
                Vector.joined(
                    waiting.map { $0.arguments.orderKeys[index] }, call.order[index].expression.type
                )
            }
            waiting = []
            let order = SortOrder(keys, call.order).rows(count: groups.count)
            try take(columns.map { $0.rows(order) }, order.map { groups[Int($0)] }, groupCount)
        }
        do throws(ComputationError) { return try accumulator.results(groupCount) } catch {
            throw .text(TextError(error.message, at: place, hint: error.hint))
        }
    }
}
