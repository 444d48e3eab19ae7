import AuraCore
import AuraStorage
import Synchronization

/// Carries out a plan over one snapshot.
///
/// Rows come in morsels that need nothing of each other, on several threads; what needs all of them first
/// (groups, orders, joins) takes each part apart and puts the parts together in their order, and whoever
/// takes rows one after another gets them as they are made.
final class Execution {
    let source: QuerySource
    let settings: QuerySettings
    let shouldStop: @Sendable () -> Bool
    let meter: QueryMeter
    private(set) var evaluator: Evaluator
    private let shared: [Plan]
    /// The rows of queries that have several uses, once they are known.
    private var sharedRows: [Int: [Vector]] = [:]
    /// Of the thread that it runs on.
    let watch = Stopwatch()

    init(
        _ source: QuerySource, _ settings: QuerySettings, _ shared: [Plan], _ meter: QueryMeter,
        _ shouldStop: @escaping @Sendable () -> Bool
    ) {
        self.source = source
        self.settings = settings
        self.shared = shared
        self.meter = meter
        self.shouldStop = shouldStop
        evaluator = Evaluator(
            casting: Casting(zone: settings.zone), memoryLimit: settings.memoryLimit,
            shouldStop: shouldStop)
    }

    /// Answers the subqueries of expressions, each of which may use those before it.
    func answer(_ subqueries: [Binder.Subquery]) throws(QueryFailure) {
        var answers: [SubqueryAnswer] = []
        for subquery in subqueries {
            let column: Vector
            switch subquery.use {
            case .rows: column = try rows(of: subquery.plan)[0]
            case .exists:
                let isEmpty = try forEachPart(of: subquery.plan, NeededColumns([])) { _ in false }
                column = Vector(.null, .null, count: isEmpty ? 0 : 1)
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
            evaluator.subqueries = answers
        }
    }

    /// Adds what expressions may ask for as if a subquery had answered it.
    ///
    /// - Returns: Its number.
    func add(_ answer: SubqueryAnswer) -> Int {
        evaluator.subqueries.append(answer)
        return evaluator.subqueries.count - 1
    }

    /// All rows of a plan, column by column: those that are not needed are NULL.
    func rows(
        of plan: Plan, _ needed: NeededColumns? = nil
    ) throws(QueryFailure) -> [Vector] {
        let types = plan.types
        let needed = needed ?? NeededColumns(allOf: plan)
        return try fold(plan, needed) { CollectedRows(types, needed) }.columns()
    }

    // MARK: Morsels

    /// The rows of a plan in morsels; what needs all of its rows is computed here and now.
    func morsels(of plan: Plan, _ needed: NeededColumns) throws(QueryFailure) -> [Morsel] {
        guard let profile = plan.profile else { return try made(plan, needed) }
        let last = watch.turn(to: profile)
        defer { watch.turn(to: last) }
        let morsels = try made(plan, needed)
        // A scan counts its rows where it reads them, before conditions.
        if case .scan = plan.node { return morsels }
        return morsels.map { $0.then(.count(profile)) }
    }

    private func made(_ plan: Plan, _ needed: NeededColumns) throws(QueryFailure) -> [Morsel] {
        let needs = plan.needs(needed)
        switch plan.node {
        case .scan(let scan): return try morsels(of: scan, plan.types, [], plan.profile)
        case .filter(let input, let conditions):
            if case .scan(let scan) = input.node {
                return try morsels(of: scan, input.types, conditions, input.profile)
            }
            return try morsels(of: input, needs[0]).map { $0.then(.filter(conditions)) }
        case .project(let input, let expressions):
            return try morsels(of: input, needs[0]).map { $0.then(.project(expressions)) }
        case .unnest(let input, let lists):
            return try morsels(of: input, needs[0]).map { $0.then(.unnest(lists, plan.types)) }
        case .join(let join): return try joined(join, needs)
        case .union(let parts):
            var morsels: [Morsel] = []
            for part in parts { morsels += try self.morsels(of: part, needed) }
            return morsels
        case .rows(let columns, let count): return Execution.morsels(of: columns, count)
        case .aggregate(let input, let aggregation):
            let sets = try groups(of: input, aggregation, plan.types, needs[0])
            return sets.flatMap { Execution.morsels(of: $0.columns, $0.count) }
        case .fill(let input, let filling):
            return Execution.morsels(of: try filled(input, filling, needs[0]))
        case .distinct(let input, let keys):
            let (types, evaluator) = (input.types, evaluator)
            let rows = try fold(input, needs[0]) {
                DistinctRows(keys, types, needed, evaluator)
            }
            return Execution.morsels(of: rows.columns(), rows.count)
        case .sort(let input, let keys, let limit):
            return Execution.morsels(of: try sorted(input, keys, limit, needed, needs[0]))
        case .limit(let input, let limit):
            let rows = try collected(plan.types, needed) { body throws(QueryFailure) in
                try forEachPart(of: input, limit, needed, body)
            }
            return Execution.morsels(of: rows.columns(), rows.count)
        case .window(let input, let calls):
            return Execution.morsels(of: try windowed(input, calls, needs[0]))
        case .shared(let number):
            if let known = sharedRows[number] { return Execution.morsels(of: known) }
            let columns = try rows(of: shared[number])
            sharedRows[number] = columns
            return Execution.morsels(of: columns)
        case .explained(let explanation):
            var texts = TextBuilder()
            for line in try lines(of: explanation) { texts.append(line) }
            return Execution.morsels(of: [Vector(.text, texts.values)])
        }
    }

    /// Rows of known columns that make one morsel.
    private static let morselRows = 1 << 16

    static func morsels(of columns: [Vector], _ count: Int? = nil) -> [Morsel] {
        let count = count ?? columns.first?.count ?? 0
        return stride(from: 0, to: max(1, count), by: morselRows).map { start in
            Morsel(.rows(columns, start..<min(count, start + morselRows)))
        }
    }

    private func morsels(
        of scan: Scan, _ types: [ValueType], _ conditions: [BoundExpression],
        _ profile: StepProfile?
    ) throws(QueryFailure) -> [Morsel] {
        let pruning = ScanPruning(scan, conditions)
        var reading = EventReading(
            scan: scan, types: types, pruning: pruning, times: pruning.times, lastSequence: nil,
            profile: profile)
        guard let cells = scan.cells, let index = source.index,
            let counted = CountedRows(scan, types, pruning, index).rows(cells)
        else { return try morsels(reading) }
        profile?.add(counted.cellCount, to: .cells)
        profile?.add(counted.rows.size, to: .rows)
        guard let edges = counted.edges else { return [counted.rows] }
        reading.times = edges
        reading.lastSequence = index.watermark
        return try [counted.rows] + morsels(reading)
    }

    private func morsels(_ reading: EventReading) throws(QueryFailure) -> [Morsel] {
        let types = reading.pruning.eventTypes
        var morsels: [Morsel] = []
        do throws(StorageError) {
            try source.snapshot.forEachPart(in: reading.times) { part throws(StorageError) in
                try part.forEachSource(ofTypes: types, in: reading.times) { rows in
                    if reading.pruning.mayHave(rows.typeNames) {
                        morsels.append(Morsel(.events(rows, reading)))
                    }
                    return true
                }
            }
            try reading.profile?.count(morsels.count, of: source.snapshot, reading)
        } catch { throw .storage(error) }
        meter.expect(morsels.reduce(0) { $0 + $1.eventCount })
        return morsels
    }

    // MARK: All rows

    /// Into how many parts rows are divided: enough that threads end together, few enough that putting
    /// the parts together costs little.
    private static let partCount = 8

    /// What a fold makes of all rows of a plan.
    func fold<Fold: RowFold>(
        _ plan: Plan, _ needed: NeededColumns, _ make: @escaping () -> Fold
    ) throws(QueryFailure) -> Fold {
        try fold(try morsels(of: plan, needed), make)
    }

    /// What a fold makes of all rows of some morsels.
    func fold<Fold: RowFold>(
        _ morsels: [Morsel], _ make: @escaping () -> Fold
    ) throws(QueryFailure) -> Fold {
        let parts = parts(of: morsels)
        // The threads have watches of their own until all is put together.
        let own = watch
        let step = own.turn(to: nil)
        defer { own.turn(to: step) }
        let memory = MemoryGrant(settings.memoryLimit, step)
        let (evaluator, meter, shouldStop) = (evaluator, meter, shouldStop)
        var whole: Fold?
        try Tasks(threads: settings.threads).run(parts.count) { index throws(QueryFailure) in
            let watch = Stopwatch(step)
            defer { watch.stop(for: own) }
            var fold = make()
            for morsel in parts[index] {
                if shouldStop() { throw .stopped }
                defer { meter.count(morsel.eventCount) }
                try morsel.forEachBatch(evaluator, watch) { batch throws(QueryFailure) in
                    let before = fold.size
                    try fold.add(batch)
                    try memory.take(fold.size - before)
                    return true
                }
            }
            return fold
        } take: { fold throws(QueryFailure) in
            guard let known = whole else {
                whole = fold
                return
            }
            let watch = Stopwatch(step)
            defer { watch.stop(for: own) }
            let before = known.size + fold.size
            try whole?.merge(fold)
            try memory.take((whole?.size ?? 0) - before)
        }
        return whole ?? make()
    }

    /// Neighbouring morsels together, so that parts have about as many rows each.
    private func parts(of morsels: [Morsel]) -> [ArraySlice<Morsel>] {
        let total = morsels.reduce(0) { $0 + $1.size }
        let wanted = max(settings.partRows, total / Execution.partCount)
        var parts: [ArraySlice<Morsel>] = []
        var start = 0
        var size = 0
        for (index, morsel) in morsels.enumerated() {
            size += morsel.size
            guard size >= wanted || index == morsels.count - 1 else { continue }
            parts.append(morsels[start...index])
            start = index + 1
            size = 0
        }
        return parts
    }
}

/// The memory that a step of a query may use.
final class MemoryGrant: Sendable {
    private let limit: Int
    private let used = Atomic(0)
    private let profile: StepProfile?

    init(_ limit: Int, _ profile: StepProfile?) {
        self.limit = limit
        self.profile = profile
    }

    /// Counts bytes that are used from now on, or not any more.
    func take(_ bytes: Int) throws(QueryFailure) {
        let now = used.add(bytes, ordering: .relaxed).newValue
        profile?.raise(.memory, to: now)
        guard now <= limit else { throw .memory(limit) }
    }
}
