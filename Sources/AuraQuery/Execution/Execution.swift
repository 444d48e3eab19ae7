import AuraCore
import AuraStorage

/// Carries out a plan over one snapshot.
///
/// Rows flow from where they are read to whoever asked; what needs all of them first (groups, orders,
/// joins) keeps no more than it must.
final class Execution {
    let snapshot: Snapshot
    let settings: QuerySettings
    let shouldStop: () -> Bool
    private(set) var evaluator: Evaluator
    private let shared: [Plan]
    /// The rows of queries that have several uses, once they are known.
    private var sharedRows: [Int: [Vector]] = [:]

    typealias Body = RowSink

    init(
        _ snapshot: Snapshot, _ settings: QuerySettings, _ shared: [Plan],
        _ shouldStop: @escaping () -> Bool
    ) {
        self.snapshot = snapshot
        self.settings = settings
        self.shared = shared
        self.shouldStop = shouldStop
        evaluator = Evaluator(casting: Casting(zone: settings.zone), subqueries: [])
    }

    /// Answers the subqueries of expressions, each of which may use those before it.
    func answer(_ subqueries: [Binder.Subquery]) throws(QueryFailure) {
        var answers: [SubqueryAnswer] = []
        for subquery in subqueries {
            let column: Vector
            switch subquery.use {
            case .rows: column = try rows(of: subquery.plan)[0]
            case .exists:
                var hasRows = false
                try forEach(subquery.plan) { batch throws(QueryFailure) in
                    hasRows = hasRows || batch.count > 0
                    return !hasRows
                }
                column = Vector(.null, .null, count: hasRows ? 1 : 0)
            case .value:
                column = try rows(of: subquery.plan)[0]
                guard column.count <= 1 else {
                    throw .text(
                        TextError(
                            "this query has \(column.count) rows, and one value is wanted",
                            at: subquery.place, hint: "add LIMIT 1, or an aggregate"))
                }
            }
            answers.append(SubqueryAnswer(column))
            evaluator = Evaluator(casting: evaluator.casting, subqueries: answers)
        }
    }

    /// All rows of a plan, column by column.
    func rows(of plan: Plan) throws(QueryFailure) -> [Vector] {
        var parts = [[Vector]](repeating: [], count: plan.columns.count)
        var cells = 0
        try forEach(plan) { [self] batch throws(QueryFailure) in
            guard batch.count > 0 else { return true }
            cells += batch.count * max(1, plan.columns.count)
            try check(bytes: cells * 8)
            for (index, column) in try batch.allColumns().enumerated() {
                parts[index].append(column)
            }
            return true
        }
        return zip(plan.types, parts).map { type, parts in
            parts.isEmpty ? VectorBuilder(type).finish() : Vector.joined(parts, type)
        }
    }

    /// Refuses more memory than the query may have.
    func check(bytes: Int) throws(QueryFailure) {
        guard bytes <= settings.memoryLimit else {
            throw .limit(
                "the query needs more than its \(settings.memoryLimit >> 20) MiB of memory; narrow the "
                    + "time range, group by something coarser, or raise the limit")
        }
    }

    /// Calls `body` with the rows of a plan, until it returns false.
    func forEach(
        _ plan: Plan, _ body: @escaping (RowBatch) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        try run(plan, RowSink(body))
    }

    private func run(_ plan: Plan, _ body: Body) throws(QueryFailure) {
        switch plan.node {
        case .scan(let scan): try self.scan(scan, plan.types, [], body)
        case .filter(let input, let conditions):
            if case .scan(let scan) = input.node {
                return try self.scan(scan, input.types, conditions, body)
            }
            try forEach(input) { [self] batch throws(QueryFailure) in
                try body(try evaluator.rows(of: batch, where: conditions))
            }
        case .rows(let columns, let count): _ = try body(RowBatch(columns, count: count))
        case .project(let input, let expressions):
            try forEach(input) { [self] batch throws(QueryFailure) in
                try body(batch.projected(expressions, evaluator))
            }
        case .aggregate(let input, let aggregation):
            try aggregate(input, aggregation, plan.types, body)
        case .distinct(let input, let keys): try distinct(input, keys, body)
        case .sort(let input, let keys, let limit): try sort(input, keys, limit, body)
        case .limit(let input, let limit): try self.limit(input, limit, body)
        case .join(let join): try self.join(join, body)
        case .window(let input, let calls): try window(input, calls, body)
        case .union(let parts):
            var goesOn = true
            for part in parts where goesOn {
                try forEach(part) { batch throws(QueryFailure) in
                    goesOn = try body(batch)
                    return goesOn
                }
            }
        case .shared(let number):
            let columns: [Vector]
            if let known = sharedRows[number] {
                columns = known
            } else {
                columns = try rows(of: shared[number])
                sharedRows[number] = columns
            }
            _ = try body(RowBatch(columns, count: columns.first?.count ?? 0))
        case .unnest(let input, let lists): try unnest(input, lists, plan.types, body)
        }
    }

    // MARK: Rows as they come

    private func scan(
        _ scan: Scan, _ types: [ValueType], _ conditions: [BoundExpression], _ body: Body
    ) throws(QueryFailure) {
        let pruning = ScanPruning(scan, conditions)
        var failure: QueryFailure?
        do throws(StorageError) {
            try snapshot.forEachPart(in: pruning.times) { part throws(StorageError) in
                try part.forEachSource(ofTypes: pruning.eventTypes, in: pruning.times) {
                    masked throws(StorageError) in
                    if shouldStop() {
                        failure = .stopped
                        return false
                    }
                    guard pruning.mayHave(masked.typeNames),
                        let source = try masked.rows(in: pruning.times, where: pruning.filters)
                    else { return true }
                    do throws(QueryFailure) {
                        let batch = RowBatch(ScannedRows(source, scan.fields, types))
                        let rows = try evaluator.rows(
                            of: batch, where: pruning.conditions(for: source.typeNames, scan))
                        return rows.count == 0 ? true : try body(rows)
                    } catch {
                        failure = error
                        return false
                    }
                }
            }
        } catch { throw .storage(error) }
        if let failure { throw failure }
    }

    private func limit(_ input: Plan, _ limit: RowLimit, _ body: Body) throws(QueryFailure) {
        var seen = 0
        if limit.end == 0 { return }
        try forEach(input) { batch throws(QueryFailure) in
            let first = max(0, limit.offset - seen)
            let end = min(batch.count, limit.end.map { $0 - seen } ?? batch.count)
            seen += batch.count
            if first < end {
                let isWhole = first == 0 && end == batch.count
                let part = isWhole ? batch : batch.selecting((first..<end).map { UInt32($0) })
                guard try body(part) else { return false }
            }
            return limit.end.map { seen < $0 } ?? true
        }
    }

    private func distinct(
        _ input: Plan, _ keys: [BoundExpression], _ body: Body
    ) throws(QueryFailure) {
        var groups = GroupNumbers(keys.map(\.type))
        var known = 0
        try forEach(input) { [self] batch throws(QueryFailure) in
            var columns: [Vector] = []
            for key in keys { columns.append(try evaluator.evaluate(key, batch)) }
            let numbers = groups.numbers(of: columns, count: batch.count)
            try check(bytes: groups.size)
            var fresh: [UInt32] = []
            for (row, number) in numbers.enumerated() where Int(number) >= known {
                fresh.append(UInt32(row))
                known += 1
            }
            return fresh.isEmpty ? true : try body(batch.selecting(fresh))
        }
    }

    private func unnest(
        _ input: Plan, _ lists: [Int], _ types: [ValueType], _ body: Body
    ) throws(QueryFailure) {
        try forEach(input) { batch throws(QueryFailure) in
            var rows: [UInt32] = []
            var builders = lists.map { VectorBuilder(types[$0]) }
            var columns: [Vector] = []
            for list in lists { columns.append(try batch.column(list)) }
            for row in 0..<batch.count {
                let items = columns.map { column in
                    if case .list(let items) = column.value(row) { items } else { [Value]() }
                }
                for index in 0..<(items.map(\.count).max() ?? 0) {
                    rows.append(UInt32(row))
                    for (number, list) in items.enumerated() {
                        builders[number].append(index < list.count ? list[index] : .null)
                    }
                }
            }
            var all = try batch.selecting(rows).allColumns()
            for (number, list) in lists.enumerated() { all[list] = builders[number].finish() }
            return rows.isEmpty ? true : try body(RowBatch(all, count: rows.count))
        }
    }
}

/// Whoever takes rows.
///
/// An object and no closure: of those in those, as plans have them, the compiler would make a copy of all
/// operators for each.
final class RowSink {
    private let body: (RowBatch) throws(QueryFailure) -> Bool

    init(_ body: @escaping (RowBatch) throws(QueryFailure) -> Bool) {
        self.body = body
    }

    /// Gives it rows; whether it wants more.
    func callAsFunction(_ batch: RowBatch) throws(QueryFailure) -> Bool { try body(batch) }
}
