package import AuraCore
package import AuraStorage

/// Answers questions from the index, and from the events where its buckets end.
package struct MetricReader {
    private let query: MetricQuery
    private let view: EventIndex.View
    private let group: SeriesGroup
    private let targets: [MetricTarget]
    private var gaps: MetricGaps = []
    /// Chunks whose events lack, by number.
    private var missing: [UInt64: MissingChunk] = [:]
    /// As many rows as there are groups, but for those without events.
    private var rows: [MetricRow] = []
    private var groupCount = 0
    /// The rows to which events at the edges are added, by their place.
    private var drafts: [Int: MetricDraft] = [:]
    private var requests: [RowRequest] = []

    /// More rows with sketches do not wait for events at their edges: memory has an end.
    package static let largeLimit = 10_000

    /// How many of them hold sketches.
    private var largeCount = 0

    /// Answers a question; ends early with `.stopped` once `shouldStop` says so.
    package static func read(
        _ query: MetricQuery, from view: EventIndex.View, shouldStop: () -> Bool = { false }
    ) throws(QueryError) -> MetricResult {
        var reader = try MetricReader(query, view)
        return try reader.read(shouldStop)
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
            guard Resolution.isMultiple(bucket) else { throw .unevenBucket(bucket) }
        }
        let isAscending = zip(query.quantiles, query.quantiles.dropFirst()).allSatisfy { $0 < $1 }
        guard isAscending, query.quantiles.allSatisfy((0...1).contains),
            query.quantiles.count <= MetricQuery.maximumQuantiles
        else { throw .badQuantiles }
    }

    private mutating func read(
        _ shouldStop: () -> Bool
    ) throws(QueryError) -> MetricResult {
        let window = MetricWindow(query, view.state, group)
        // Without an end, it is asked for whatever there is.
        if let beyond = view.state.beyond, beyond.upperBound >= window.asked.lowerBound,
            query.end.map({ $0.microseconds > beyond.lowerBound }) ?? true
        {
            gaps.insert(.beyondFuture)
        }
        lack(view.uncounted.filter { $0.overlaps(window.asked) })
        if let covered = window.covered {
            try addBuckets(window, covered, shouldStop)
        } else if query.bucket == nil {
            try addRows(nil, nil)
        }
        try addEdges(shouldStop)
        return MetricResult(
            rows: groupCount == 1 ? rows : rows.filter { $0.count > 0 },
            watermark: view.state.watermark, window: window.asked, gaps: gaps,
            missing: missing.values.sorted { $0.number < $1.number })
    }

    private mutating func lack(_ chunks: [MissingChunk]) {
        guard !chunks.isEmpty else { return }
        gaps.insert(.missingChunk)
        for chunk in chunks { missing[chunk.number] = chunk }
    }

    private mutating func addBuckets(
        _ window: MetricWindow, _ covered: Range<Int64>, _ shouldStop: () -> Bool
    ) throws(QueryError) {
        guard let width = query.bucket else {
            try addRows(nil, covered)
            return
        }
        let first = window.occupied.lowerBound.aligned(to: width)
        let buckets = (window.occupied.upperBound - first + width - 1) / width
        guard Int(buckets) <= query.rowLimit / max(1, targets.count) else {
            throw .tooManyGroups(query.rowLimit)
        }
        for number in 0..<buckets {
            guard !shouldStop() else { throw .stopped }
            let start = first + number * width
            try addRows(
                start, max(start, covered.lowerBound)..<min(start + width, covered.upperBound))
        }
    }

    /// Adds a row for each target: what the buckets of the index hold of a window, which may be
    /// none; what they do not is asked of the events.
    private mutating func addRows(
        _ bucket: Int64?, _ window: Range<Int64>?
    ) throws(QueryError) {
        let cover = window.map { MetricCover($0, of: group, query.parts) }
        let edges = cover?.edges ?? []
        for target in targets {
            groupCount += 1
            var draft = MetricDraft(type: target.type, bucket: bucket)
            if let cover {
                draft.read(target, in: cover, of: group, query.parts, view.state.series)
            }
            if edges.isEmpty {
                let row = try draft.row(query)
                if row.count > 0 || groupCount == 1 { rows.append(row) }
                continue
            }
            if draft.isLarge { largeCount += 1 }
            guard largeCount <= MetricReader.largeLimit else {
                throw .tooManyGroups(MetricReader.largeLimit)
            }
            requests += edges.map {
                RowRequest(range: $0.range, part: $0.part, target: target, draft: rows.count)
            }
            drafts[rows.count] = draft
            rows.append(MetricRow())
        }
    }

    /// Adds the events at the edges.
    private mutating func addEdges(_ shouldStop: () -> Bool) throws(QueryError) {
        guard !requests.isEmpty else { return }
        let scan: (drafts: [Int: MetricDraft], isWhole: Bool)
        do throws(StorageError) {
            let found = try view.snapshot.readingWhole { snapshot throws(StorageError) in
                try scanned(snapshot, shouldStop)
            }
            scan = found.content
            let lacking = found.missing.filter { chunk in
                requests.contains { chunk.overlaps($0.range) }
            }
            lack(lacking)
            if lacking.isEmpty, !scan.isWhole { gaps.insert(.givenUp) }
        } catch { throw .storage(error) }
        guard !shouldStop() else { throw .stopped }
        for (place, draft) in scan.drafts { rows[place] = try draft.row(query) }
    }

    /// The rows with the events of a snapshot, and whether that has all that were counted.
    private func scanned(
        _ snapshot: Snapshot, _ shouldStop: () -> Bool
    ) throws(StorageError) -> (drafts: [Int: MetricDraft], isWhole: Bool) {
        var view = view
        view.snapshot = snapshot
        let scan = RowScan(requests, query.dimension, view)
        var drafts = drafts
        try scan.run(shouldStop) { request, fact in
            drafts[request.draft]?.add(fact, request.part)
        }
        return (drafts, scan.hasAllEvents)
    }
}
