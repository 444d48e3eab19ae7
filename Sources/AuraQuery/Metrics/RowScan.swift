import AuraCore
import AuraStorage

/// Which part of a metric rows are read for.
enum RowPart: Hashable, CaseIterable, Sendable {
    case events, values, quantiles, users
    /// Which events are errors, where they are counted already.
    case errors
}

/// What rows say of one part.
enum RowFacts {
    case events(count: UInt64, errors: UInt64)
    case values([Double], attribute: String)
    case users([UInt64])
    /// Of whole hours.
    case hourOfUsers(HourUsers)
    case hourOfValues(HourValues)
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
///
/// What chunks say of whole hours is taken from there.
struct RowScan {
    private let requests: [RowRequest]
    private let view: EventIndex.View
    private let dimension: (index: Int, value: AttributeValue)?

    init(_ requests: [RowRequest], _ dimension: MetricQuery.Dimension?, _ view: EventIndex.View) {
        self.requests = requests
        self.view = view
        self.dimension = dimension.flatMap { wanted in
            let index = view.state.plan.dimensions.firstIndex {
                ExactText($0) == ExactText(wanted.attribute)
            }
            return index.map { ($0, wanted.value.canonical) }
        }
    }

    /// Whether there is every event that the index counts, but for chunks that cannot be read.
    var hasAllEvents: Bool { view.snapshot.watermark >= view.state.watermark }

    /// Calls `body` with all facts that were asked for, until `shouldStop` says that nobody wants
    /// them any more.
    func run(
        _ shouldStop: () -> Bool = { false }, _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) {
        let whole = SortedRequests(requests)
        try view.snapshot.forEachPart(in: whole.times) { part throws(StorageError) in
            var sorted = whole
            if dimension == nil, let rollup = part.rollup,
                rollup.lastSequence <= view.state.watermark
            {
                let near = whole.near(rollup.timeRange)
                let reader = RollupReader(rollup, view.state)
                sorted = SortedRequests(try reader.answer(near, body))
                if sorted.isEmpty { return true }
            }
            return try part.forEachSource(ofTypes: types(sorted), in: sorted.times) {
                rows throws(StorageError) in
                guard !shouldStop() else { return false }
                try read(rows, sorted.near(rows.timeRange), body)
                return true
            }
        }
    }

    /// The types that have what is asked for; nil for all.
    private func types(_ requests: SortedRequests) -> [ExactText]? {
        let series = view.state.series
        var types: Set<ExactText> = []
        for request in requests.all {
            if request.part == .errors {
                types.formUnion(series.errorTypes)
                continue
            }
            let isOfValues = request.part == .values || request.part == .quantiles
            for number in isOfValues ? request.target.valueSeries : request.target.series {
                guard case .named(let name) = series.keys[Int(number)].type else { return nil }
                types.insert(name)
            }
        }
        return Array(types)
    }

    private func read(
        _ masked: MaskedRows, _ near: [RowRequest], _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) {
        guard !near.isEmpty else { return }
        let series = view.state.series.numbers(ofTypes: masked.typeNames)
        let rules = series.map { errorRule(of: $0, in: masked) }
        var asked: [RowRequest] = []
        for request in near {
            let isOfErrors = request.part == .errors
            guard
                zip(series, rules).contains(where: { number, rule in
                    (!isOfErrors || rule != nil) && asks(request, for: number)
                })
            else { continue }
            if let facts = try counted(masked, series, rules, request) {
                body(request, facts)
            } else {
                asked.append(request)
            }
        }
        guard !asked.isEmpty,
            let all = try masked.rows(in: TimeRanges(asked.map(\.range))),
            // What was not counted yet is not counted here.
            let source = try all.selected(upTo: view.state.watermark)
        else { return }
        let rows = try view.state.rows(
            of: source, series, BatchRows.Parts(asked.map { $0.part.source }))
        let isKept = kept(rows)
        for part in RowPart.allCases {
            let wanted = asked.filter { $0.part == part }
            if wanted.isEmpty { continue }
            let ofType = series.map { number in
                wanted.indices.filter { asks(wanted[$0], for: number) }
            }
            let finder = RequestFinder(wanted, ofType, rows, isKept)
            switch part {
            case .events, .errors: finder.events(rows.errors, body)
            case .users: finder.users(rows.used, rows.users, body)
            case .values, .quantiles:
                let names = series.map { view.state.series.valueName(of: $0) ?? "" }
                finder.values(rows.valued, rows.values, names, body)
            }
        }
    }

    /// What makes some of these rows of a series errors; nil if nothing does.
    private func errorRule(of number: UInt32, in masked: MaskedRows) -> IndexPlan.ErrorRule? {
        let rule = view.state.errorRule(of: number)
        if case .when(let attribute, let value) = rule,
            !masked.columnKeys.contains(ColumnKey(attribute, value.type))
        {
            return nil
        }
        return rule
    }

    /// The events of a request, if no row has to be read for it.
    private func counted(
        _ masked: MaskedRows, _ series: [UInt32], _ rules: [IndexPlan.ErrorRule?],
        _ request: RowRequest
    ) throws(StorageError) -> RowFacts? {
        guard request.part == .events || request.part == .errors, dimension == nil,
            masked.sequenceRange.upperBound <= view.state.watermark
        else { return nil }
        for case (.when, let number) in zip(rules, series) where asks(request, for: number) {
            return nil
        }
        guard let counts = try masked.counts(in: request.range) else { return nil }
        var (events, errors) = (0, 0)
        for (code, number) in series.enumerated() where asks(request, for: number) {
            events += request.part == .events ? counts[code] : 0
            errors += rules[code] == nil ? 0 : counts[code]
        }
        return .events(count: UInt64(events), errors: UInt64(errors))
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

/// Requests by where they begin.
private struct SortedRequests {
    let all: [RowRequest]
    private let longest: Int64
    /// All times that they are about.
    let times: TimeRanges

    var isEmpty: Bool { all.isEmpty }

    init(_ requests: [RowRequest]) {
        all = requests.sorted { $0.range.lowerBound < $1.range.lowerBound }
        times = TimeRanges(requests.map(\.range))
        longest = requests.map { $0.range.upperBound - $0.range.lowerBound }.max() ?? 0
    }

    /// Those that are about times of a range.
    func near(_ range: ClosedRange<Int64>) -> [RowRequest] {
        let first = firstIndex(from: range.lowerBound - longest)
        let end = firstIndex(from: range.upperBound + 1)
        return all[first..<end].filter { $0.range.upperBound > range.lowerBound }
    }

    private func firstIndex(from time: Int64) -> Int {
        var lower = 0
        var upper = all.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if all[middle].range.lowerBound < time {
                lower = middle + 1
            } else {
                upper = middle
            }
        }
        return lower
    }
}

/// Finds the requests that rows are read for.
private struct RequestFinder {
    private let requests: [RowRequest]
    /// The indexes of those that ask for a type.
    private let ofType: [[Int]]
    private let times: [Int64]
    private let codes: [UInt32]
    private let isKept: [Bool]?

    init(_ requests: [RowRequest], _ ofType: [[Int]], _ rows: BatchRows, _ isKept: [Bool]?) {
        self.requests = requests
        self.ofType = ofType
        times = rows.times
        codes = rows.codes
        self.isKept = isKept
    }

    /// Calls `body` with the indexes of the requests that a row answers.
    @inline(__always)
    private func forEachRequest(of row: Int, _ body: (Int) -> Void) {
        guard isKept?[row] ?? true else { return }
        for index in ofType[Int(codes[row])] where requests[index].range.contains(times[row]) {
            body(index)
        }
    }

    func events(_ errors: [UInt32], _ body: (RowRequest, RowFacts) -> Void) {
        var counts = [(events: UInt64, errors: UInt64)](
            repeating: (0, 0), count: requests.count)
        for row in times.indices { forEachRequest(of: row) { counts[$0].events += 1 } }
        for row in errors { forEachRequest(of: Int(row)) { counts[$0].errors += 1 } }
        for (request, count) in zip(requests, counts) where count.events > 0 {
            let events = request.part == .events ? count.events : 0
            body(request, .events(count: events, errors: count.errors))
        }
    }

    func users(_ used: [UInt32], _ users: [UInt64], _ body: (RowRequest, RowFacts) -> Void) {
        var found = [[UInt64]](repeating: [], count: requests.count)
        for index in used.indices {
            forEachRequest(of: Int(used[index])) { found[$0].append(users[index]) }
        }
        for (request, users) in zip(requests, found) where !users.isEmpty {
            body(request, .users(users))
        }
    }

    /// - Parameter names: The attribute whose values they are, by type.
    func values(
        _ valued: [UInt32], _ values: [Double], _ names: [String],
        _ body: (RowRequest, RowFacts) -> Void
    ) {
        for name in Set(names) {
            var found = [[Double]](repeating: [], count: requests.count)
            for index in valued.indices where names[Int(codes[Int(valued[index])])] == name {
                forEachRequest(of: Int(valued[index])) { found[$0].append(values[index]) }
            }
            for (request, values) in zip(requests, found) where !values.isEmpty {
                body(request, .values(values, attribute: name))
            }
        }
    }
}

extension RowPart {
    /// What rows are looked through for it.
    fileprivate var source: BatchRows.Parts {
        switch self {
        case .events, .errors: .errors
        case .values, .quantiles: .values
        case .users: .users
        }
    }
}
