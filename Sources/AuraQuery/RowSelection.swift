import AuraCore

/// The rows of a batch that still count.
struct RowSelection {
    private let rowCount: Int
    /// nil while all rows count.
    private var isKept: [Bool]?

    /// Rows of the query's types and time range; nil if there are none.
    init?(_ batch: EventBatch, _ query: CountQuery) {
        let start = query.start?.microseconds ?? Int64.min
        let end = query.end?.microseconds ?? Int64.max
        let range = batch.layout.timeRange
        guard range.upperBound >= start, range.lowerBound < end else { return nil }
        rowCount = batch.rowCount
        if !query.types.isEmpty {
            let wanted = Set(query.types.compactMap { batch.code(of: $0) })
            let keep = batch.layout.types.map { wanted.contains($0.name) }
            guard keep.contains(true) else { return nil }
            if keep.contains(false) { isKept = batch.typeCodes().map { keep[Int($0)] } }
        }
        if range.lowerBound < start || range.upperBound >= end {
            let isInside = batch.times().map { $0 >= start && $0 < end }
            intersect(isInside)
        }
    }

    private mutating func intersect(_ other: [Bool]) {
        guard var kept = isKept else {
            isKept = other
            return
        }
        for row in kept.indices where !other[row] { kept[row] = false }
        isKept = kept
    }

    /// Keeps rows whose attribute equals one of the filter's values.
    mutating func keep(_ filter: RowFilter, _ batch: EventBatch) {
        var matches = [Bool](repeating: false, count: batch.rowCount)
        for column in batch.columns(named: filter.attribute) {
            filter.mark(column, batch, in: &matches)
        }
        intersect(matches)
    }

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        guard let isKept else {
            for row in 0..<rowCount { body(row) }
            return
        }
        for row in isKept.indices where isKept[row] { body(row) }
    }
}

/// A filter made ready for many batches: its values by type.
struct RowFilter {
    let attribute: String
    private let texts: [String]
    private let values: [AttributeType: Set<AttributeValue>]

    init(_ filter: CountQuery.Filter) {
        attribute = filter.attribute
        texts = filter.values.filter { $0.type == .string }.map(\.description)
        values = Dictionary(grouping: filter.values, by: \.type).mapValues { Set($0) }
    }

    /// Marks the rows whose value in the column is one of the filter's.
    func mark(_ column: BatchLayout.Column, _ batch: EventBatch, in matches: inout [Bool]) {
        guard let values = values[column.type] else { return }
        var index = 0
        if column.type == .string {
            let codes = Set(texts.compactMap { batch.code(of: $0) })
            guard !codes.isEmpty else { return }
            batch.forEachRow(of: column) { row in
                matches[row] = codes.contains(batch.stringCode(at: index, of: column.values))
                index += 1
            }
            return
        }
        // One value is compared faster than hashed.
        let only = values.count == 1 ? values.first : nil
        batch.forEachRow(of: column) { row in
            let value = batch.value(at: index, of: column)
            if only.map({ $0 == value }) ?? values.contains(value) { matches[row] = true }
            index += 1
        }
    }
}
