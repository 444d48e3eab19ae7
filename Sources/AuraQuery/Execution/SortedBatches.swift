import AuraCore

/// Rows of many batches that wait for their order.
struct SortedBatches: RowFold {
    private let keys: [SortKey]
    /// Where only the first are wanted.
    private let bound: SortBound?
    private let evaluator: Evaluator
    private var batches: [RowBatch] = []
    private var keyColumns: [[Vector]] = []
    private var count = 0
    private var keyBytes = 0

    init(_ keys: [SortKey], _ bound: SortBound?, _ evaluator: Evaluator) {
        self.keys = keys
        self.bound = bound
        self.evaluator = evaluator
    }

    mutating func add(_ batch: RowBatch) throws(QueryFailure) {
        if batch.count == 0 { return }
        var columns = [try evaluator.evaluate(keys[0].expression, batch)]
        var batch = batch
        if let rows = try bound?.rows(columns[0], evaluator.shouldStop) {
            if rows.isEmpty { return }
            batch = batch.keeping(rows)
            columns[0] = columns[0].rows(rows)
        }
        for key in keys.dropFirst() {
            columns.append(try evaluator.evaluate(key.expression, batch))
        }
        batches.append(batch)
        keyColumns.append(columns)
        count += batch.count
        keyBytes += columns.reduce(0) { $0 + $1.contentBytes }
        try letGo()
    }

    mutating func merge(_ next: SortedBatches) throws(QueryFailure) {
        batches += next.batches
        keyColumns += next.keyColumns
        count += next.count
        keyBytes += next.keyBytes
        try letGo()
    }

    var size: Int { count * (keys.count + 1) * 16 + keyBytes }

    /// Rows that are kept though they may be too many.
    private static let keptRows = 1 << 12

    /// From time to time lets go of all but the first rows.
    private mutating func letGo() throws(QueryFailure) {
        guard let limit = bound?.limit, count > Self.keptRows, count / 2 > limit else { return }
        try keep(first: limit)
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
            fresh.append(batches[index].keeping(part))
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
