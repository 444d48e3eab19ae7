import AuraCore
import AuraStorage

/// Answers requests from what a chunk says of whole hours, as far as it does.
struct RollupReader {
    private let rollup: Rollup
    private let state: IndexState

    init(_ rollup: Rollup, _ state: IndexState) {
        self.rollup = rollup
        self.state = state
    }

    /// Calls `body` with each hour of a request that is rolled up; returns what is left to be read.
    func answer(
        _ requests: [RowRequest], _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> [RowRequest] {
        let hasUsers = try rollup.hasUsers(by: state.plan.user)
        var rest: [RowRequest] = []
        for request in requests {
            let hours = wholeHours(of: request.range)
            let isOfHours = request.part == .users ? hasUsers : request.part == .quantiles
            guard !hours.isEmpty, isOfHours else {
                rest.append(request)
                continue
            }
            let isOfUsers = request.part == .users
            if !isOfUsers, request.target.series == [SeriesTable.total] {
                // Of all types: their histograms together.
                let answered = try valuesOfAll(hours, request, body)
                rest += request.without(answered)
                continue
            }
            for series in isOfUsers ? request.target.series : request.target.valueSeries {
                let answered =
                    isOfUsers
                    ? try users(of: series, hours, request, body)
                    : try values(of: series, hours, request, body)
                rest += request.without(answered, of: series)
            }
        }
        return rest
    }

    /// The hours that lie in a range and in which the chunk may have events.
    private func wholeHours(of range: Range<Int64>) -> Range<Int64> {
        let width = Resolution.hour.width
        let near = range.clamped(
            to: rollup.timeRange.lowerBound.aligned(
                to: width)..<(rollup.timeRange.upperBound + 1).alignedUp(to: width))
        let first = near.lowerBound.alignedUp(to: width) / width
        return first..<max(first, near.upperBound.aligned(to: width) / width)
    }

    /// The hours for which users of a series were told.
    private func users(
        of series: UInt32, _ hours: Range<Int64>, _ request: RowRequest,
        _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> [Int64] {
        var type: Int?
        if series != SeriesTable.total {
            guard let name = name(of: series) else { return [] }
            type = try rollup.type(name)
            if type == nil { return Array(hours) }
        }
        let found = try rollup.users(ofType: type, in: hours)
        for users in found { body(request, .hourOfUsers(users)) }
        return found.map(\.hour)
    }

    /// The hours for which values of a series were told.
    private func values(
        of series: UInt32, _ hours: Range<Int64>, _ request: RowRequest,
        _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> [Int64] {
        guard let name = name(of: series) else { return [] }
        guard let type = try rollup.type(name) else { return Array(hours) }
        guard try rollup.hasValues(ofType: type, by: state.series.valueName(of: series)) else {
            return []
        }
        let found = try rollup.values(ofType: type, in: hours)
        for values in found { body(request, .hourOfValues(values)) }
        return found.map(\.hour)
    }

    /// The hours for which values of all types were told.
    private func valuesOfAll(
        _ hours: Range<Int64>, _ request: RowRequest, _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> [Int64] {
        for (type, value) in try rollup.valuesOfTypes() {
            let wanted = state.plan.value(of: ExactText(type)) ?? ""
            guard ExactText(wanted) == ExactText(value) else { return [] }
        }
        let found = try rollup.values(ofType: nil, in: hours)
        for values in found { body(request, .hourOfValues(values)) }
        return found.map(\.hour)
    }

    /// The name of the type that a series is of alone.
    private func name(of series: UInt32) -> ExactText? {
        guard case .named(let name) = state.series.keys[Int(series)].type else { return nil }
        return name
    }
}

extension RowRequest {
    /// What is left for a series, or all of the target's, without some hours, ascending.
    fileprivate func without(_ hours: [Int64], of series: UInt32? = nil) -> [RowRequest] {
        let width = Resolution.hour.width
        var ranges: [Range<Int64>] = []
        var start = range.lowerBound
        for hour in hours {
            if start < hour * width { ranges.append(start..<hour * width) }
            start = (hour + 1) * width
        }
        if start < range.upperBound { ranges.append(start..<range.upperBound) }
        var rest = target
        if let series {
            rest.series = [series]
            rest.valueSeries = [series]
        }
        return ranges.map { RowRequest(range: $0, part: part, target: rest, draft: draft) }
    }
}
