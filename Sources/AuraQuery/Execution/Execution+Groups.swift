import AuraCore

/// GROUP BY and aggregates.
extension Execution {
    /// The groups of each set: the keys, then the aggregates.
    func groups(
        of input: Plan, _ aggregation: Aggregation, _ types: [ValueType], _ used: NeededColumns
    ) throws(QueryFailure) -> [(columns: [Vector], count: Int)] {
        let evaluator = evaluator
        var groups = try fold(input, used) { Groups(aggregation, evaluator) }
        return try groups.results(types)
    }
}

/// The groups of all sets of keys.
private struct Groups: RowFold {
    private let aggregation: Aggregation
    private let evaluator: Evaluator
    private var sets: [GroupSet]

    init(_ aggregation: Aggregation, _ evaluator: Evaluator) {
        self.aggregation = aggregation
        self.evaluator = evaluator
        sets = aggregation.sets.map { GroupSet(aggregation, keys: $0) }
    }

    var size: Int { sets.reduce(0) { $0 + $1.size } }

    mutating func add(_ batch: RowBatch) throws(QueryFailure) {
        var keys: [Vector] = []
        for key in aggregation.keys { keys.append(try evaluator.evaluate(key, batch)) }
        var arguments: [AggregateArguments] = []
        for call in aggregation.calls {
            arguments.append(try AggregateArguments(call, batch, evaluator))
        }
        for index in sets.indices { try sets[index].add(keys, arguments, count: batch.count) }
    }

    mutating func merge(_ next: Groups) throws(QueryFailure) {
        for index in sets.indices {
            if evaluator.shouldStop() { throw .stopped }
            try sets[index].merge(next.sets[index])
        }
    }

    mutating func results(
        _ types: [ValueType]
    ) throws(QueryFailure) -> [(columns: [Vector], count: Int)] {
        var results: [(columns: [Vector], count: Int)] = []
        for index in sets.indices {
            results.append((try sets[index].results(types), sets[index].count))
        }
        return results
    }
}

/// The arguments of one aggregate for the rows that it takes of a batch.
struct AggregateArguments {
    /// The rows of the batch that it takes; nil means all.
    let rows: [UInt32]?
    let columns: [Vector]
    let orderKeys: [Vector]

    init(rows: [UInt32]?, columns: [Vector], orderKeys: [Vector]) {
        self.rows = rows
        self.columns = columns
        self.orderKeys = orderKeys
    }

    fileprivate init(
        _ call: AggregateCall, _ batch: RowBatch, _ evaluator: Evaluator
    ) throws(QueryFailure) {
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
        self.init(rows: selected, columns: columns, orderKeys: keys)
    }
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
            let taken = arguments[index].rows.map { numbers.rows($0) } ?? numbers
            try states[index].add(arguments[index], taken, groups.count)
        }
    }

    /// Takes the groups of rows behind these.
    mutating func merge(_ next: GroupSet) throws(QueryFailure) {
        let numbers = groups.merge(next.groups)
        for index in states.indices {
            try states[index].merge(next.states[index], numbers, groups.count)
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
