import AuraCore
import AuraStorage

/// Which part of a metric rows are read for.
enum RowPart: Hashable, Sendable {
    case events, values, quantiles, users
}

/// What a row says of one part.
enum RowFact {
    case event(isError: Bool)
    case value(Double, attribute: String)
    case user(UInt64)
}

/// Events that are to be read one by one for a row of an answer.
struct RowRequest: Sendable {
    let range: Range<Int64>
    let part: RowPart
    let target: MetricTarget
    /// The row of the answer.
    let draft: Int
}

/// Reads events of a snapshot that lie where the index has no buckets: the rows behind its cells.
struct RowScan {
    /// Ascending by where they begin.
    private let requests: [RowRequest]
    private let longest: Int64
    private let view: EventIndex.View
    private let times: TimeRanges
    private let dimension: (index: Int, value: AttributeValue)?

    init(_ requests: [RowRequest], _ dimension: MetricQuery.Dimension?, _ view: EventIndex.View) {
        self.requests = requests.sorted { $0.range.lowerBound < $1.range.lowerBound }
        longest = requests.map { $0.range.upperBound - $0.range.lowerBound }.max() ?? 0
        self.view = view
        times = TimeRanges(requests.map(\.range))
        self.dimension = dimension.flatMap { wanted in
            let index = view.state.plan.dimensions.firstIndex {
                ExactText($0) == ExactText(wanted.attribute)
            }
            return index.map { ($0, wanted.value.canonical) }
        }
    }

    /// Whether there is every event that the index counts, but for chunks that cannot be read.
    var hasAllEvents: Bool { view.snapshot.watermark >= view.state.watermark }

    /// Calls `body` with each fact that was asked for, until `shouldStop` says that nobody wants
    /// them any more.
    func run(
        _ shouldStop: () -> Bool = { false }, _ body: (RowRequest, RowFact) -> Void
    ) throws(StorageError) {
        try view.snapshot.forEachSource(in: times) { source throws(StorageError) in
            guard !shouldStop() else { return false }
            try read(source, body)
            return true
        }
    }

    private func read(
        _ source: any RowSource, _ body: (RowRequest, RowFact) -> Void
    ) throws(StorageError) {
        let range = source.timeRange
        let near = requests[
            firstRequest(
                from: range.lowerBound - longest)..<firstRequest(from: range.upperBound + 1)]
        let series = view.state.series.numbers(ofTypes: source.typeNames)
        let ofType = series.map { number in near.filter { asks($0, for: number) } }
        guard ofType.contains(where: { !$0.isEmpty }),
            // What was not counted yet is not counted here.
            let source = try source.selected(in: times, upTo: view.state.watermark)
        else { return }
        let wanted = BatchRows.Parts(ofType.joined().map { $0.part.source })
        let rows = try view.state.rows(of: source, series, wanted)
        let isKept = kept(rows)
        func visit(_ row: Int, _ parts: Set<RowPart>, _ fact: () -> RowFact) {
            guard isKept?[row] ?? true else { return }
            for request in ofType[Int(rows.codes[row])]
            where parts.contains(request.part) && request.range.contains(rows.times[row]) {
                body(request, fact())
            }
        }
        if wanted.contains(.errors) {
            var isError = [Bool](repeating: false, count: rows.times.count)
            for row in rows.errors { isError[Int(row)] = true }
            for row in rows.times.indices {
                visit(row, [.events]) { .event(isError: isError[row]) }
            }
        }
        let names = series.map { view.state.series.valueName(of: $0) ?? "" }
        for (row, value) in zip(rows.valued, rows.values) {
            let name = names[Int(rows.codes[Int(row)])]
            visit(Int(row), [.values, .quantiles]) { .value(value, attribute: name) }
        }
        for (row, hash) in zip(rows.used, rows.users) {
            visit(Int(row), [.users]) { .user(hash) }
        }
    }

    /// The index of the first request that does not begin before a time.
    private func firstRequest(from time: Int64) -> Int {
        var lower = 0
        var upper = requests.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if requests[middle].range.lowerBound < time {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower
    }

    /// Whether a request is about events of a type that has that series.
    private func asks(_ request: RowRequest, for number: UInt32) -> Bool {
        let isOfValues = request.part == .values || request.part == .quantiles
        let wanted = isOfValues ? request.target.valueSeries : request.target.series
        let table = view.state.series
        guard let dimension else {
            return wanted.contains(number) || wanted.contains(SeriesTable.total)
        }
        return [table.keys[Int(number)].type, nil].contains { type in
            let key = SeriesKey(
                type: type, dimension: dimension.index, value: .named(dimension.value))
            return table.number(key).map(wanted.contains) ?? false
        }
    }

    /// Which rows have the value of the dimension; nil if there is none.
    private func kept(_ rows: BatchRows) -> [Bool]? {
        guard let dimension else { return nil }
        var isKept = [Bool](repeating: false, count: rows.times.count)
        let wanted = ValueHash.of(dimension.value)
        for column in rows.dimensions[dimension.index] {
            for (row, hash) in zip(column.valueRows, column.hashes) {
                isKept[Int(row)] = hash == wanted
            }
        }
        return isKept
    }
}

extension RowPart {
    /// What rows are looked through for it.
    fileprivate var source: BatchRows.Parts {
        switch self {
        case .events: .errors
        case .values, .quantiles: .values
        case .users: .users
        }
    }
}
