import AuraCore

/// ORDER BY.
extension Execution {
    /// The columns of a plan's rows in order: keys are read of all rows, other columns only of those that
    /// are wanted.
    func sorted(
        _ input: Plan, _ keys: [SortKey], _ limit: RowLimit, _ needed: NeededColumns,
        _ used: NeededColumns
    ) throws(QueryFailure) -> [Vector] {
        let (types, evaluator) = (input.types, evaluator)
        if limit.end == 0 { return types.map { VectorBuilder($0).finish() } }
        var rows = SortedBatches(keys, limit.end, evaluator)
        if let end = limit.end, input.isByTime(keys[0]) {
            try takeInOrder(&rows, try morsels(of: input, used), keys, first: end)
        } else {
            rows = try fold(input, used) { SortedBatches(keys, limit.end, evaluator) }
        }
        let order = try rows.order(first: limit.end).dropFirst(limit.offset)
        return try rows.columns(Array(order), types, needed)
    }
}

extension Execution {
    /// Takes the first rows by time: the morsels in the order of theirs, more and more at once, until none
    /// that is left can have one that comes before; of the others no more than may do so is read.
    private func takeInOrder(
        _ rows: inout SortedBatches, _ morsels: [Morsel], _ keys: [SortKey], first count: Int
    ) throws(QueryFailure) {
        let isDescending = keys[0].isDescending
        let evaluator = evaluator
        // The earliest a morsel can come, descending times being turned about.
        let starts = morsels.map { morsel -> Int64 in
            guard let times = morsel.times else { return .min }
            return isDescending ? ~times.upperBound : times.lowerBound
        }
        let order = morsels.indices.sorted { (starts[$0], $0) < (starts[$1], $1) }
        var taken = 0
        var wanted = settings.partRows
        while taken < order.count {
            var times: Range<Int64>?
            if let last = try rows.time(at: count - 1) {
                if starts[order[taken]] > (isDescending ? ~last : last) { return }
                times = isDescending ? last..<(.max) : .min..<last + 1
            }
            var next = taken
            var size = 0
            while next < order.count, size < wanted {
                size += morsels[order[next]].size
                next += 1
            }
            let part = order[taken..<next].map { index in
                times.map { morsels[index].narrowed(to: $0) } ?? morsels[index]
            }
            try rows.merge(try fold(part) { SortedBatches(keys, count, evaluator) })
            taken = next
            wanted *= 2
        }
    }
}

extension Plan {
    /// Whether a key is the time of the events that rows come from, a row for each.
    fileprivate func isByTime(_ key: SortKey) -> Bool {
        guard case .column(let column) = key.expression.form else { return false }
        switch node {
        case .scan(let scan): return scan.cells == nil && scan.fields[column] == .time
        case .filter(let input, _): return input.isByTime(key)
        case .project(let input, let expressions):
            var below = key
            below.expression = expressions[column]
            return input.isByTime(below)
        default: return false
        }
    }
}

/// Rows of many batches that wait for their order.
private struct SortedBatches: RowFold {
    private let keys: [SortKey]
    /// How many are wanted; nil means all.
    private let limit: Int?
    private let evaluator: Evaluator
    private var batches: [RowBatch] = []
    private var keyColumns: [[Vector]] = []
    private var count = 0
    private var keyBytes = 0
    /// The greatest `SortOrder.firstWords` that a row may have which is still wanted; nil if any may.
    private var bound: Int64?

    init(_ keys: [SortKey], _ limit: Int?, _ evaluator: Evaluator) {
        self.keys = keys
        self.limit = limit
        self.evaluator = evaluator
    }

    mutating func add(_ batch: RowBatch) throws(QueryFailure) {
        let batch = try withinBound(batch)
        if batch.count == 0 { return }
        var columns: [Vector] = []
        for key in keys { columns.append(try evaluator.evaluate(key.expression, batch)) }
        batches.append(batch)
        keyColumns.append(columns)
        count += batch.count
        keyBytes += columns.reduce(0) { $0 + $1.contentBytes }
        try letGo()
    }

    /// The rows that may come before those that are kept, of which the first key is enough to tell.
    private func withinBound(_ batch: RowBatch) throws(QueryFailure) -> RowBatch {
        guard let bound, batch.count > 0,
            let words = SortOrder.firstWords(
                try evaluator.evaluate(keys[0].expression, batch), keys[0])
        else { return batch }
        let rows = Evaluator.rows(where: words.mapped { $0 <= bound }, nil)
        return rows.count == batch.count ? batch : batch.selecting(rows)
    }

    mutating func merge(_ next: SortedBatches) throws(QueryFailure) {
        if let other = next.bound { bound = min(bound ?? other, other) }
        batches += next.batches
        keyColumns += next.keyColumns
        count += next.count
        keyBytes += next.keyBytes
        try letGo()
    }

    var size: Int { count * (keys.count + 1) * 16 + keyBytes }

    /// From time to time lets go of all but the first rows.
    private mutating func letGo() throws(QueryFailure) {
        guard let limit, count > 1 << 13, count / 2 > limit else { return }
        try keep(first: limit)
        let first = Vector.joined(keyColumns.map { $0[0] }, keys[0].expression.type)
        bound = SortOrder.firstWords(first, keys[0])?.max()
    }

    /// The time that the row at a place in order has, which is the first key; nil if there are no so many.
    func time(at place: Int) throws(QueryFailure) -> Int64? {
        guard place >= 0, place < count else { return nil }
        let row = try order(first: place + 1)[place]
        return joinedKeys()[0].value(Int(row)).time
    }

    private func joinedKeys() -> [Vector] {
        keys.indices.map { index in
            Vector.joined(keyColumns.map { $0[index] }, keys[index].expression.type)
        }
    }

    /// The rows in order, as numbers through all batches.
    func order(first limit: Int?) throws(QueryFailure) -> [UInt32] {
        if count == 0 { return [] }
        let order = SortOrder(joinedKeys(), keys)
        guard let limit else { return try order.rows(count: count, evaluator.shouldStop) }
        return try order.rows(count: count, upTo: limit, evaluator.shouldStop)
    }

    /// Lets go of all rows behind the first in order.
    private mutating func keep(first limit: Int) throws(QueryFailure) {
        let rows = try order(first: limit).sorted()
        var fresh: [RowBatch] = []
        var keys: [[Vector]] = []
        for (index, part) in split(rows).enumerated() where !part.isEmpty {
            fresh.append(batches[index].selecting(part))
            keys.append(keyColumns[index].map { $0.rows(part) })
        }
        batches = fresh
        keyColumns = keys
        count = rows.count
    }

    /// The rows of each batch among ascending ones.
    private func split(_ rows: [UInt32]) -> [[UInt32]] {
        var parts = [[UInt32]](repeating: [], count: batches.count)
        var start: UInt32 = 0
        var next = rows.startIndex
        for (index, batch) in batches.enumerated() {
            let end = start + UInt32(batch.count)
            while next < rows.endIndex, rows[next] < end {
                parts[index].append(rows[next] - start)
                next += 1
            }
            start = end
        }
        return parts
    }

    /// The columns of some rows, in their order.
    func columns(
        _ order: [UInt32], _ types: [ValueType], _ needed: NeededColumns
    ) throws(QueryFailure) -> [Vector] {
        let sorted = order.sorted()
        var parts = [[Vector]](repeating: [], count: types.count)
        for (index, rows) in split(sorted).enumerated() where !rows.isEmpty {
            let batch =
                rows.count == batches[index].count ? batches[index] : batches[index].selecting(rows)
            for column in needed.columns { parts[column].append(try batch.column(column)) }
        }
        // Where each row lies among the sorted ones.
        var places: [UInt32: UInt32] = [:]
        for (place, row) in sorted.enumerated() { places[row] = UInt32(place) }
        let permutation = order.map { places[$0] ?? 0 }
        return zip(types, parts).map { type, parts in
            parts.isEmpty
                ? Vector(.null, type, count: order.count)
                : Vector.joined(parts, type).rows(permutation)
        }
    }
}
