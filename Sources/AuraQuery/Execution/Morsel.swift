import AuraCore
import AuraStorage

/// Rows that can be made without others: where they come from, and what is done with them on their way.
///
/// Those of a plan do not depend on how many threads there are. The name is that of Leis, Boncz, Kemper and
/// Neumann, "Morsel-driven parallelism", 2014.
struct Morsel: Sendable {
    enum Source: Sendable {
        /// Events, read as a scan wants them.
        case events(MaskedRows, EventReading)
        /// Some of the rows of known columns.
        case rows([Vector], Range<Int>)
    }

    let source: Source
    private(set) var steps: [Step] = []

    init(_ source: Source) {
        self.source = source
    }

    /// Rows before any step, or more.
    var size: Int {
        switch source {
        case .events(let rows, _): rows.rowCount
        case .rows(_, let rows): rows.count
        }
    }

    /// Events that are looked at; none of known rows.
    var eventCount: Int {
        guard case .events(let rows, _) = source else { return 0 }
        return rows.rowCount
    }

    /// Holds the times of all events; nil if they are none, but known rows.
    var times: ClosedRange<Int64>? {
        guard case .events(let rows, _) = source else { return nil }
        return rows.timeRange
    }

    /// The same, without events whose times lie outside of a range.
    func narrowed(to times: Range<Int64>) -> Morsel {
        guard case .events(let rows, var reading) = source else { return self }
        reading.times = reading.times?.clamped(to: times) ?? TimeRanges([times])
        var narrow = Morsel(.events(rows, reading))
        narrow.steps = steps
        return narrow
    }

    /// The same with one more step at the end.
    func then(_ step: Step) -> Morsel {
        var longer = self
        longer.steps.append(step)
        return longer
    }

    /// Calls `body` with its rows, in batches that are not empty, until it returns false.
    ///
    /// - Parameter watch: Of this thread: it goes on where it stands whenever `body` is called.
    func forEachBatch(
        _ evaluator: Evaluator, _ watch: Stopwatch,
        _ body: (RowBatch) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) {
        let taker = watch.step
        watch.turn(to: steps[...].firstProfile)
        defer { watch.turn(to: taker) }
        let batch: RowBatch?
        switch source {
        case .events(let rows, let reading):
            batch = try reading.batch(of: rows, evaluator, watch)
        case .rows(let columns, let rows):
            batch = RowBatch(columns.map { $0.slice(rows) }, count: rows.count, watch)
        }
        guard let batch else { return }
        _ = try Morsel.pass(batch, through: steps[...], evaluator) { batch throws(QueryFailure) in
            let last = watch.turn(to: taker)
            defer { watch.turn(to: last) }
            return try body(batch)
        }
    }

    /// Takes the steps that are left with a batch.
    ///
    /// - Returns: Whether more is wanted.
    private static func pass(
        _ batch: RowBatch, through steps: ArraySlice<Step>, _ evaluator: Evaluator,
        _ body: (RowBatch) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        if batch.count == 0 { return true }
        guard let step = steps.first else { return try body(batch) }
        let last = batch.watch?.turn(to: steps.firstProfile)
        defer { batch.watch?.turn(to: last) }
        return try step.apply(to: batch, evaluator) { next throws(QueryFailure) in
            try pass(next, through: steps.dropFirst(), evaluator, body)
        }
    }
}

/// How a scan reads events.
struct EventReading: Sendable {
    let scan: Scan
    let types: [ValueType]
    /// What is read; its times are those of `times`.
    let pruning: ScanPruning
    /// nil means all.
    var times: TimeRanges?
    /// Events behind that sequence number are left out; nil for none.
    var lastSequence: UInt64?
    let profile: StepProfile?

    /// The events that fulfil all conditions; nil if there are none.
    func batch(
        of masked: MaskedRows, _ evaluator: Evaluator, _ watch: Stopwatch
    ) throws(QueryFailure) -> RowBatch? {
        guard let source = try rows(of: masked, watch) else { return nil }
        return try evaluator.rows(
            of: RowBatch(ScannedRows(source, scan.fields, types), watch, profile),
            where: pruning.conditions(for: source.typeNames, scan))
    }

    /// The events that conditions are looked at for; nil if there are none.
    private func rows(
        of masked: MaskedRows, _ watch: Stopwatch
    ) throws(QueryFailure) -> (any RowSource)? {
        let last = watch.turn(to: profile)
        defer { watch.turn(to: last) }
        var found: (any RowSource)?
        do throws(StorageError) {
            found = try masked.rows(in: times, where: pruning.filters)
            if let lastSequence { found = try found?.selected(upTo: lastSequence) }
        } catch { throw .storage(error) }
        let why: StepProfile.Quantity = pruning.filters.isEmpty ? .skippedByTime : .skippedByValue
        profile?.add(1, to: found == nil ? why : .readBlocks)
        profile?.add(found?.rowCount ?? 0, to: .rows)
        return found
    }
}

/// What is done with rows on their way, batch by batch.
enum Step: Sendable {
    /// Rows for which conditions hold.
    case filter([BoundExpression])
    /// What expressions make of them.
    case project([BoundExpression])
    /// Those of them and of another side that belong together.
    case join(JoinSide)
    /// Columns of lists become rows; the types are those of the columns then.
    case unnest([Int], [ValueType])
    /// All of them; they are counted, and what was done since the last count was that step's.
    case count(StepProfile)

    /// Calls `body` with what it makes of a batch, perhaps in parts, until that returns false.
    ///
    /// - Returns: Whether it never did.
    func apply(
        to batch: RowBatch, _ evaluator: Evaluator,
        _ body: (RowBatch) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        switch self {
        case .filter(let conditions):
            return try body(evaluator.rows(of: batch, where: conditions))
        case .project(let expressions): return try body(batch.projected(expressions, evaluator))
        case .join(let side): return try side.forEachPart(of: batch, evaluator, body)
        case .unnest(let lists, let types):
            return try batch.forEachUnnested(lists, types, evaluator, body)
        case .count(let profile):
            profile.add(batch.count, to: .rows)
            return try body(batch)
        }
    }
}

extension ArraySlice<Step> {
    /// That of the step which is done next.
    fileprivate var firstProfile: StepProfile? {
        for case .count(let profile) in self { return profile }
        return nil
    }
}

extension RowBatch {
    /// Rows that are made of lists at once.
    private static let unnestedRows = 1 << 16

    /// Calls `body` with a row for each item of lists, as many as the longest of a row has, a part at a
    /// time, until it returns false.
    ///
    /// - Returns: Whether it never did.
    fileprivate func forEachUnnested(
        _ lists: [Int], _ types: [ValueType], _ evaluator: Evaluator,
        _ body: (RowBatch) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        var columns: [Vector] = []
        for list in lists { columns.append(try column(list)) }
        var rows: [UInt32] = []
        var builders = lists.map { VectorBuilder(types[$0]) }
        for row in 0..<count {
            let rowItems = columns.map { column in
                if case .list(let items) = column.value(row) { items } else { [Value]() }
            }
            if evaluator.shouldStop() { throw .stopped }
            for index in 0..<(rowItems.map(\.count).max() ?? 0) {
                rows.append(UInt32(row))
                for (number, list) in rowItems.enumerated() {
                    builders[number].append(index < list.count ? list[index] : .null)
                }
                guard rows.count == RowBatch.unnestedRows else { continue }
                let items = builders.map { $0.finish() }
                guard try body(unnested(rows, lists, items, evaluator)) else { return false }
                rows = []
                builders = lists.map { VectorBuilder(types[$0]) }
            }
        }
        return try body(unnested(rows, lists, builders.map { $0.finish() }, evaluator))
    }

    /// Rows, with what was made of lists in their place.
    private func unnested(
        _ rows: [UInt32], _ lists: [Int], _ items: [Vector], _ evaluator: Evaluator
    ) -> RowBatch {
        var places = Array(0..<columnCount)
        for (number, list) in lists.enumerated() { places[list] = columnCount + number }
        let both = selecting(rows).beside(RowBatch(items, count: rows.count, watch))
        return both.projected(
            places.map { BoundExpression(.column($0), .null, .none) }, evaluator)
    }
}
