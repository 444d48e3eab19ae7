import AuraCore
package import AuraStorage

/// Answers questions from the index, and from the events where its buckets end.
package struct MetricReader {
    private let query: MetricQuery
    private let view: EventIndex.View
    private let group: SeriesGroup
    private let targets: [MetricTarget]
    private var gaps: Set<MetricGap> = []
    private var drafts: [MetricDraft] = []
    private var requests: [RowRequest] = []

    /// Answers a question.
    package static func read(
        _ query: MetricQuery, from view: EventIndex.View
    ) throws(QueryError) -> MetricResult {
        var reader = try MetricReader(query, view)
        return try reader.read()
    }

    private init(_ query: MetricQuery, _ view: EventIndex.View) throws(QueryError) {
        self.query = query
        self.view = view
        let targets = try MetricTargets(query, view.state)
        self.targets = targets.targets
        group = query.dimension.flatMap { _ in view.state.byDimension } ?? view.state.byType
        if targets.isShared { gaps.insert(.sharedSeries) }
        if let start = query.start, let end = query.end, start >= end { throw .emptyRange }
        if let bucket = query.bucket {
            guard Resolution.isMultiple(bucket) else { throw .badBucket(bucket) }
        }
        let isAscending = zip(query.quantiles, query.quantiles.dropFirst()).allSatisfy { $0 < $1 }
        guard isAscending, query.quantiles.allSatisfy((0...1).contains),
            query.quantiles.count <= MetricQuery.maximumQuantiles
        else { throw .badQuantiles }
    }

    private mutating func read() throws(QueryError) -> MetricResult {
        let window = MetricWindow(query, view.state, group)
        // Without an end, it is asked for whatever there is.
        if let beyond = view.state.beyond, beyond.upperBound >= window.asked.lowerBound,
            query.end.map({ $0.microseconds > beyond.lowerBound }) ?? true
        {
            gaps.insert(.beyondFuture)
        }
        if view.uncounted.contains(where: { $0.overlaps(window.asked) }) {
            gaps.insert(.missingChunk)
        }
        if let covered = window.covered {
            try addBuckets(window, covered)
        } else if query.bucket == nil {
            addDrafts(nil, nil)
        }
        do throws(StorageError) { try addRows() } catch { throw .storage(error) }
        var rows: [MetricRow] = []
        for draft in drafts {
            let row = try draft.row(query)
            if row.count > 0 || drafts.count == 1 { rows.append(row) }
        }
        return MetricResult(
            rows: rows, watermark: view.state.watermark, window: window.asked, gaps: gaps)
    }

    private mutating func addBuckets(
        _ window: MetricWindow, _ covered: Range<Int64>
    ) throws(QueryError) {
        guard let width = query.bucket else {
            addDrafts(nil, covered)
            return
        }
        let first = window.occupied.lowerBound.aligned(to: width)
        let buckets = (window.occupied.upperBound - first + width - 1) / width
        guard Int(buckets) <= query.rowLimit / max(1, targets.count) else {
            throw .tooManyGroups(query.rowLimit)
        }
        for number in 0..<buckets {
            let start = first + number * width
            addDrafts(
                start, max(start, covered.lowerBound)..<min(start + width, covered.upperBound))
        }
    }

    /// Adds a row for each target: what the buckets of the index hold of a window, which may be
    /// none; what they do not is asked of the events.
    private mutating func addDrafts(_ bucket: Int64?, _ window: Range<Int64>?) {
        let cover = window.map { MetricCover($0, of: group, query.parts) }
        for target in targets {
            var draft = MetricDraft(type: target.type, bucket: bucket)
            if let cover {
                draft.read(target, in: cover, of: group, query.parts, view.state.series)
                requests += cover.edges.map {
                    RowRequest(range: $0.range, part: $0.part, target: target, draft: drafts.count)
                }
            }
            drafts.append(draft)
        }
    }

    /// Adds the events at the edges.
    private mutating func addRows() throws(StorageError) {
        guard !requests.isEmpty else { return }
        let (result, missing) = try view.snapshot.readingWhole { snapshot throws(StorageError) in
            var view = view
            view.snapshot = snapshot
            let scan = RowScan(requests, query.dimension, view)
            var drafts = drafts
            try scan.run { request, fact in drafts[request.draft].add(fact, request.part) }
            return (drafts: drafts, isWhole: try scan.hasAllEvents())
        }
        drafts = result.drafts
        if missing.contains(where: { chunk in
            requests.contains { chunk.overlaps($0.range) }
        }) {
            gaps.insert(.missingChunk)
        } else if !result.isWhole {
            gaps.insert(.givenUp)
        }
    }
}
