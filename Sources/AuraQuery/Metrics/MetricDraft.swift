import AuraCore
import AuraStorage

/// A row of an answer as it is added up.
struct MetricDraft {
    private let type: String?
    private let bucket: Int64?
    private var totals = CellTotals()
    /// The values, by the attribute that they are of.
    private var values: [String: CellTotals] = [:]
    private var histogram = Histogram()
    /// Values that were read one by one: few, where a histogram takes as much as thousands.
    private var loose: [Double] = []
    private var users = UserSet()

    /// Whether it holds a sketch, which takes some ten kilobytes.
    var isLarge: Bool { !histogram.isEmpty || !users.isExact }

    init(type: String?, bucket: Int64?) {
        self.type = type
        self.bucket = bucket
    }

    /// Adds what the index holds of the window.
    mutating func read(
        _ target: MetricTarget, in window: MetricCover, of group: SeriesGroup,
        _ parts: MetricQuery.Parts, _ series: SeriesTable
    ) {
        group.addCells(target.series, window.cells, to: &totals)
        if parts.contains(.values) {
            for number in target.valueSeries {
                var sum = CellTotals()
                group.addCells([number], window.cells, to: &sum)
                guard sum.valueCount > 0, let name = series.valueName(of: number) else { continue }
                values[name, default: CellTotals()].add(sum)
            }
        }
        guard let sketches = window.sketches else { return }
        if parts.contains(.quantiles) {
            // Of all types their total is known, without telling the attributes apart.
            let isOfAll = target.series == [SeriesTable.total]
            group.addValues(
                isOfAll ? target.series : target.valueSeries, sketches, to: &histogram)
        }
        if parts.contains(.users) { group.addUsers(target.series, sketches, to: &users) }
    }

    /// Adds what rows of events say.
    mutating func add(_ facts: RowFacts, _ part: RowPart) {
        switch facts {
        case .events(let count, let errors): totals.add(count: count, errors: errors)
        case .users(let hashes): for hash in hashes { users.insert(hash) }
        case .values(let found, _) where part == .quantiles: loose += found
        case .values(let found, let name):
            for value in found { values[name, default: CellTotals()].add(value: value) }
        case .hourOfUsers(let hour): users.merge(hour)
        case .hourOfValues(let hour): histogram.merge(hour)
        }
    }

    func row(_ query: MetricQuery) throws(QueryError) -> MetricRow {
        guard values.count <= 1 else { throw .mixedValues(values.keys.sorted()) }
        var row = MetricRow(type: type, bucket: bucket.map { Timestamp(microseconds: $0) })
        row.count = totals.count
        row.errors = totals.errors
        if let sum = values.first?.value, let range = sum.valueRange,
            let deviation = sum.deviation
        {
            row.values = ValueSummary(
                count: sum.valueCount, sum: sum.sum, deviation: deviation,
                least: range.lowerBound, greatest: range.upperBound)
        }
        if query.parts.contains(.quantiles) {
            var histogram = histogram
            if !loose.isEmpty { histogram.add(loose) }
            row.quantiles = histogram.quantiles(query.quantiles)
        }
        if query.parts.contains(.users) {
            row.users = UserCount(
                count: UInt64(users.count.rounded()), isExact: users.isExact)
        }
        return row
    }
}

/// A window as the buckets of the index cut it.
struct MetricCover {
    let cells: WindowCover
    /// nil if no part needs sketches.
    let sketches: WindowCover?
    /// What no bucket covers, for each part.
    let edges: [(part: RowPart, range: Range<Int64>)]

    init(_ window: Range<Int64>, of group: SeriesGroup, _ parts: MetricQuery.Parts) {
        let needsSketches = !parts.isDisjoint(with: [.users, .quantiles])
        let cells = group.cells(in: window)
        let sketches = needsSketches ? group.sketches(in: window) : nil
        self.cells = cells
        self.sketches = sketches
        let cellParts: [RowPart] = parts.contains(.values) ? [.events, .values] : [.events]
        let wanted: [(MetricQuery.Parts, RowPart)] = [(.quantiles, .quantiles), (.users, .users)]
        edges =
            cellParts.flatMap { part in cells.edges.map { (part, $0) } }
            + wanted.filter { parts.contains($0.0) }.flatMap { item in
                (sketches?.edges ?? []).map { (item.1, $0) }
            }
    }
}
