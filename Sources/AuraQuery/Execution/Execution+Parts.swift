import AuraCore

/// Rows as they are made.
extension Execution {
    /// Calls `body` with the rows of a plan in their order, a part at a time, until it returns false.
    ///
    /// What needs all rows first holds them; other rows are gone when `body` has returned. Rows behind
    /// those that were wanted are hardly made.
    /// - Parameters:
    ///   - needed: Other columns are NULL.
    ///   - body: Called on this thread, with parts that are not empty.
    /// - Returns: Whether it never did.
    func forEachPart(
        of plan: Plan, _ needed: NeededColumns, _ body: (KnownRows) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        func counted(_ part: KnownRows) throws(QueryFailure) -> Bool {
            plan.profile?.add(part.count, to: .rows)
            return try body(part)
        }
        switch plan.node {
        case .union(let plans):
            for plan in plans {
                guard try forEachPart(of: plan, needed, counted) else { return false }
            }
            return true
        case .limit(let input, let limit):
            return try forEachPart(of: input, limit, needed, counted)
        default:
            let morsels = try morsels(of: plan, needed)
            return try MorselSequence(morsels, plan.types, needed, self).forEachPart(watch, body)
        }
    }

    /// The same of the first rows.
    func forEachPart(
        of input: Plan, _ limit: RowLimit, _ needed: NeededColumns,
        _ body: (KnownRows) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        if limit.end == 0 { return true }
        var seen = 0
        var isWanted = true
        _ = try forEachPart(of: input, needed) { part throws(QueryFailure) in
            let first = max(0, limit.offset - seen)
            let end = min(part.count, limit.end.map { $0 - seen } ?? part.count)
            seen += part.count
            if first < end { isWanted = try body(part.slice(first..<end)) }
            return isWanted && limit.end.map { seen < $0 } ?? true
        }
        return isWanted
    }

    /// All rows that are given in parts.
    func collected(
        _ types: [ValueType], _ needed: NeededColumns,
        _ forEachPart: ((KnownRows) throws(QueryFailure) -> Bool) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> CollectedRows {
        var rows = CollectedRows(types, needed)
        let memory = MemoryGrant(settings.memoryLimit, watch.step)
        _ = try forEachPart { part throws(QueryFailure) in
            let before = rows.size
            try rows.add(RowBatch(part.columns, count: part.count))
            try memory.take(rows.size - before)
            return true
        }
        return rows
    }
}

/// Some rows whose columns are known.
struct KnownRows: Sendable {
    let columns: [Vector]
    let count: Int

    /// Bytes of memory, about.
    var size: Int { columns.reduce(0) { $0 + $1.storedCount * 8 + $1.contentBytes } }

    /// Neighbouring ones of them.
    func slice(_ rows: Range<Int>) -> KnownRows {
        rows.count == count
            ? self : KnownRows(columns: columns.map { $0.slice(rows) }, count: rows.count)
    }
}

extension Morsel {
    /// Calls `body` with its rows in parts of limited size, until it returns false.
    ///
    /// - Parameter types: Those of all columns; those that are not needed are NULL.
    /// - Returns: Whether it never did.
    func forEachPart(
        _ types: [ValueType], _ needed: NeededColumns, rows limit: Int, _ evaluator: Evaluator,
        _ watch: Stopwatch, _ body: (KnownRows) throws(QueryFailure) -> Bool
    ) throws(QueryFailure) -> Bool {
        var isWanted = true
        try forEachBatch(evaluator, watch) { batch throws(QueryFailure) in
            for start in stride(from: 0, to: batch.count, by: limit) where isWanted {
                let part = try batch.part(
                    start..<min(batch.count, start + limit), types, needed)
                isWanted = try body(part)
            }
            return isWanted
        }
        return isWanted
    }
}

extension RowBatch {
    fileprivate func part(
        _ rows: Range<Int>, _ types: [ValueType], _ needed: NeededColumns
    ) throws(QueryFailure) -> KnownRows {
        let batch = rows.count == count ? self : selecting(rows.map { UInt32($0) })
        var columns: [Vector] = []
        for (index, type) in types.enumerated() {
            columns.append(
                needed.columns.contains(index)
                    ? try batch.column(index) : Vector(.null, type, count: rows.count))
        }
        return KnownRows(columns: columns, count: rows.count)
    }
}
