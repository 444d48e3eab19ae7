import AuraCore
public import AuraStorage

/// Counts the events of a snapshot.
public enum Counter {
    /// Answers the query from a snapshot.
    ///
    /// Each strip and each piece of a chunk is counted for itself, by numbers instead of keys, and its
    /// groups are merged.
    ///
    /// - Parameter shouldStop: Asked before each of them; once it says so, the count ends with
    ///   `.stopped`.
    public static func run(
        _ query: CountQuery, over snapshot: Snapshot, shouldStop: () -> Bool = { false }
    ) throws(QueryError) -> CountResult {
        try check(query)
        let filters = query.filters.map(RowFilter.init)
        let wanted = query.filters.map { ValueFilter($0.attribute, $0.values) }
        let times = TimeRanges([query.times])
        var failure: QueryError?
        let table: GroupTable
        let missing: [MissingChunk]
        do throws(StorageError) {
            (table, missing) = try snapshot.readingWhole { snapshot throws(StorageError) in
                var table = GroupTable()
                try snapshot.forEachSource(in: times, where: wanted) {
                    source throws(StorageError) in
                    if shouldStop() {
                        failure = .stopped
                    } else {
                        try count(query, filters, source, into: &table)
                        failure = table.excess(of: query)
                    }
                    return failure == nil
                }
                return table
            }
        } catch { throw .storage(error) }
        if let failure { throw failure }
        return CountResult(
            rows: table.rows, watermark: snapshot.watermark,
            missing: missing.filter { $0.overlaps(query.times) })
    }

    private static func check(_ query: CountQuery) throws(QueryError) {
        guard query.groupings.count <= CountQuery.maximumGroupings else {
            throw .tooManyGroupings(query.groupings.count)
        }
        for case .bucket(let width) in query.groupings where width < 1_000 {
            throw .badBucket(width)
        }
        if let start = query.start, let end = query.end, start >= end { throw .emptyRange }
    }

    private static func count(
        _ query: CountQuery, _ filters: [RowFilter], _ source: any RowSource,
        into table: inout GroupTable
    ) throws(StorageError) {
        guard var selection = try RowSelection(source, query) else { return }
        for filter in filters { try selection.keep(filter, source) }
        let times = try source.times()
        var dimensions: [Dimension] = []
        for grouping in query.groupings {
            dimensions.append(try Dimension(grouping, source, times))
        }
        guard let first = dimensions.first else {
            var tally = Tally()
            selection.forEach { tally.add(times[$0], row: $0) }
            if tally.count > 0 { table.add(tally, to: []) }
            return
        }
        var groups = RowGroups(first)
        for dimension in dimensions.dropFirst() { groups.split(by: dimension, selection) }
        var tallies = [Tally](repeating: Tally(), count: groups.count)
        selection.forEach { tallies[Int(groups.codes[$0])].add(times[$0], row: $0) }
        for tally in tallies where tally.count > 0 {
            table.add(tally, to: dimensions.map { $0.keys[Int($0.codes[tally.row])] })
        }
    }
}

/// Count and time range of the rows of one group in one source.
private struct Tally {
    var count: UInt64 = 0
    var first = Int64.max
    var last = Int64.min
    /// One of the rows: all have the group's keys.
    var row = 0

    mutating func add(_ time: Int64, row: Int) {
        count += 1
        first = min(first, time)
        last = max(last, time)
        self.row = row
    }
}

/// The groups of all sources so far.
private struct GroupTable {
    private var groups: [[GroupKey]: CountResult.Row] = [:]
    private var textSize = 0

    mutating func add(_ tally: Tally, to keys: [GroupKey]) {
        let first = Timestamp(microseconds: tally.first)
        let last = Timestamp(microseconds: tally.last)
        guard var row = groups[keys] else {
            textSize += keys.reduce(0) { $0 + $1.textSize }
            groups[keys] = CountResult.Row(
                keys: keys, count: tally.count, first: first, last: last)
            return
        }
        row.count += tally.count
        row.first = min(row.first, first)
        row.last = max(row.last, last)
        groups[keys] = row
    }

    /// What of them is more than the answer may have.
    func excess(of query: CountQuery) -> QueryError? {
        if groups.count > query.groupLimit { return .tooManyGroups(query.groupLimit) }
        return textSize > query.textLimit ? .tooMuchText(query.textLimit) : nil
    }

    var rows: [CountResult.Row] { groups.values.sorted { $0.keys.precede($1.keys) } }
}

extension GroupKey {
    /// Bytes of text in it.
    fileprivate var textSize: Int {
        switch self {
        case .type(let text), .attribute(.string(let text)): text.utf8.count
        default: 0
        }
    }
}

extension [GroupKey] {
    /// The order of rows: by the first key that differs.
    fileprivate func precede(_ other: [GroupKey]) -> Bool {
        for (left, right) in zip(self, other) where left != right { return left < right }
        return false
    }
}
