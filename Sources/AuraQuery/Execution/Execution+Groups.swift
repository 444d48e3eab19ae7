/// GROUP BY and aggregates.
extension Execution {
    func aggregate(
        _ input: Plan, _ aggregation: Aggregation, _ types: [ValueType], _ body: Body
    ) throws(QueryFailure) {
        var sets = aggregation.sets.map { GroupSet(aggregation, keys: $0) }
        try forEach(input) { [self] batch throws(QueryFailure) in
            if batch.count == 0 { return true }
            var keys: [Vector] = []
            for key in aggregation.keys { keys.append(try evaluator.evaluate(key, batch)) }
            let calls = try arguments(of: aggregation.calls, batch)
            var size = 0
            for index in sets.indices {
                try sets[index].add(keys, calls, count: batch.count)
                size += sets[index].size
            }
            try check(bytes: size)
            return true
        }
        for index in sets.indices {
            let columns = try sets[index].results(types)
            let count = sets[index].count
            if count == 0 { continue }
            guard try body(RowBatch(columns, count: count)) else { return }
        }
    }

    /// What the aggregates are given of a batch.
    private func arguments(
        of calls: [AggregateCall], _ batch: RowBatch
    ) throws(QueryFailure) -> [AggregateArguments] {
        var all: [AggregateArguments] = []
        for call in calls {
            var rows = batch
            var selected: [UInt32]?
            if let filter = call.filter {
                let holds = try evaluator.evaluate(filter, batch).expanded
                let kept = Evaluator.rows(where: holds.bools, holds.valid)
                if kept.count < batch.count {
                    selected = kept
                    rows = batch.selecting(kept)
                }
            }
            var columns: [Vector] = []
            for argument in call.arguments {
                columns.append(try evaluator.evaluate(argument, rows).expanded)
            }
            var keys: [Vector] = []
            for key in call.order { keys.append(try evaluator.evaluate(key.expression, rows)) }
            all.append(AggregateArguments(rows: selected, columns: columns, orderKeys: keys))
        }
        return all
    }
}

/// The arguments of one aggregate for the rows that it takes of a batch.
struct AggregateArguments {
    /// The rows of the batch that it takes; nil means all.
    let rows: [UInt32]?
    let columns: [Vector]
    let orderKeys: [Vector]
}

/// The groups of some of the keys, and the aggregates of each.
private struct GroupSet {
    private let aggregation: Aggregation
    private let keys: [Int]
    private var groups: GroupNumbers
    private var states: [AggregateState]

    init(_ aggregation: Aggregation, keys: [Int]) {
        self.aggregation = aggregation
        self.keys = keys
        groups = GroupNumbers(keys.map { aggregation.keys[$0].type })
        states = aggregation.calls.map { AggregateState($0) }
    }

    var count: Int { groups.count }

    /// Bytes of memory, about.
    var size: Int { groups.size + states.reduce(0) { $0 + $1.size } }

    mutating func add(
        _ columns: [Vector], _ arguments: [AggregateArguments], count: Int
    ) throws(QueryFailure) {
        let numbers = groups.numbers(of: keys.map { columns[$0] }, count: count)
        for index in states.indices {
            let rows = arguments[index].rows
            let taken = rows.map { rows in rows.map { numbers[Int($0)] } } ?? numbers
            try states[index].add(arguments[index], taken, groups.count)
        }
    }

    /// All keys, NULL where the set has it not, then the aggregates.
    mutating func results(_ types: [ValueType]) throws(QueryFailure) -> [Vector] {
        var columns = types.map { Vector(.null, $0, count: groups.count) }
        for (key, values) in zip(keys, groups.keys()) { columns[key] = values }
        for index in states.indices {
            columns[aggregation.keys.count + index] = try states[index].results(groups.count)
        }
        return columns
    }
}
