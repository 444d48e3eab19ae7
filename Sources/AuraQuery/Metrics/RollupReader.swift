import AuraCore
import AuraStorage

/// Answers requests from what a chunk says of whole hours and minutes, as far as it does.
struct RollupReader {
    private let rollup: Rollup
    private let state: IndexState

    init(_ rollup: Rollup, _ state: IndexState) {
        self.rollup = rollup
        self.state = state
    }

    /// Calls `body` with what is rolled up of each request; returns what is left to be read.
    func answer(
        _ requests: [RowRequest], _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> [RowRequest] {
        let hasUsers = try rollup.hasUsers(by: state.plan.user)
        var rest: [RowRequest] = []
        for request in requests {
            if request.part == .events, request.target.series == [SeriesTable.total] {
                rest += try count(request, body)
                continue
            }
            let hours = whole(.hour, of: request.range)
            let isOfUsers = request.part == .users
            guard !hours.isEmpty, isOfUsers ? hasUsers : request.part == .quantiles else {
                rest.append(request)
                continue
            }
            if !isOfUsers, request.target.series == [SeriesTable.total] {
                // Of all types: their histograms together.
                let isAnswered = try valuesOfAll(hours, request, body)
                rest += isAnswered ? request.without(hours, .hour) : [request]
                continue
            }
            var isLeft: [UInt32] = []
            for series in isOfUsers ? request.target.series : request.target.valueSeries {
                let isAnswered =
                    isOfUsers
                    ? try users(of: series, hours, request, body)
                    : try values(of: series, hours, request, body)
                if !isAnswered { isLeft.append(series) }
            }
            rest += request.without(hours, .hour)
            if !isLeft.isEmpty { rest.append(request.of(isLeft, in: hours)) }
        }
        return rest
    }

    /// Tells how many events of all types lie in whole minutes: left are the ends of the range, and which
    /// of the events are errors.
    private func count(
        _ request: RowRequest, _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> [RowRequest] {
        let minutes = whole(.minute, of: request.range)
        guard !minutes.isEmpty, let count = try rollup.count(inMinutes: minutes) else {
            return [request]
        }
        body(request, .events(count: count, errors: 0))
        return request.without(minutes, .minute) + [request.ofErrors(in: minutes, .minute)]
    }

    /// The buckets that lie in a range and in which the chunk may have events.
    private func whole(_ resolution: Resolution, of range: Range<Int64>) -> Range<Int64> {
        let width = resolution.width
        let near = range.clamped(
            to: rollup.timeRange.lowerBound.aligned(
                to: width)..<(rollup.timeRange.upperBound + 1).alignedUp(to: width))
        let first = near.lowerBound.alignedUp(to: width) / width
        return first..<max(first, near.upperBound.aligned(to: width) / width)
    }

    /// Tells the users of a series, if they are known.
    private func users(
        of series: UInt32, _ hours: Range<Int64>, _ request: RowRequest,
        _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> Bool {
        var type: Int?
        if series != SeriesTable.total {
            guard let name = name(of: series) else { return false }
            type = try rollup.type(name)
            if type == nil { return true }
        }
        for users in try rollup.users(ofType: type, in: hours) {
            body(request, .hourOfUsers(users))
        }
        return true
    }

    /// Tells the values of a series, if they are known.
    private func values(
        of series: UInt32, _ hours: Range<Int64>, _ request: RowRequest,
        _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> Bool {
        guard let name = name(of: series) else { return false }
        guard let type = try rollup.type(name) else { return true }
        guard try rollup.hasValues(ofType: type, by: state.series.valueName(of: series)) else {
            return false
        }
        for values in try rollup.values(ofType: type, in: hours) {
            body(request, .hourOfValues(values))
        }
        return true
    }

    /// Tells the values of all types together, if they are known.
    private func valuesOfAll(
        _ hours: Range<Int64>, _ request: RowRequest, _ body: (RowRequest, RowFacts) -> Void
    ) throws(StorageError) -> Bool {
        for (type, value) in try rollup.valuesOfTypes() {
            let wanted = state.plan.value(of: ExactText(type)) ?? ""
            guard ExactText(wanted) == ExactText(value) else { return false }
        }
        for values in try rollup.values(ofType: nil, in: hours) {
            body(request, .hourOfValues(values))
        }
        return true
    }

    /// The name of the type that a series is of alone.
    private func name(of series: UInt32) -> ExactText? {
        guard case .named(let name) = state.series.keys[Int(series)].type else { return nil }
        return name
    }
}

extension RowRequest {
    /// What is left without some buckets.
    fileprivate func without(
        _ buckets: Range<Int64>, _ resolution: Resolution
    ) -> [RowRequest] {
        let width = resolution.width
        let parts = [
            range.lowerBound..<max(range.lowerBound, buckets.lowerBound * width),
            min(range.upperBound, buckets.upperBound * width)..<range.upperBound,
        ]
        return parts.filter { !$0.isEmpty }.map {
            RowRequest(range: $0, part: part, target: target, draft: draft)
        }
    }

    /// Which events of some buckets are errors.
    fileprivate func ofErrors(in buckets: Range<Int64>, _ resolution: Resolution) -> RowRequest {
        let width = resolution.width
        return RowRequest(
            range: buckets.lowerBound * width..<buckets.upperBound * width, part: .errors,
            target: target, draft: draft)
    }

    /// The same of some series, and of some hours alone.
    fileprivate func of(_ series: [UInt32], in hours: Range<Int64>) -> RowRequest {
        let width = Resolution.hour.width
        var some = target
        some.series = series
        some.valueSeries = series
        return RowRequest(
            range: hours.lowerBound * width..<hours.upperBound * width, part: part, target: some,
            draft: draft)
    }
}
