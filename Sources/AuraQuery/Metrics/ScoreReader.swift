package import AuraCore
package import AuraStorage

/// Compares a bucket with others, by cells alone: late events that correct a cell correct this.
package struct ScoreReader {
    private let query: ScoreQuery
    private let state: IndexState
    private let group: SeriesGroup
    private let series: UInt32?

    /// Answers a question.
    package static func read(
        _ query: ScoreQuery, from state: IndexState
    ) throws(QueryError) -> Score {
        guard Resolution.isMultiple(query.width), query.width <= 366 * Resolution.day.width,
            query.bucket.isRepresentable
        else { throw .unevenBucket(query.width) }
        if case .previous(let count) = query.comparison, count > ScoreQuery.maximumSamples {
            throw .tooManyGroups(ScoreQuery.maximumSamples)
        }
        var metrics = MetricQuery()
        metrics.types = query.type.map { [$0] } ?? []
        metrics.dimension = query.dimension
        let target = try MetricTargets(metrics, state).targets.first
        let series = query.statistic == .mean ? target?.valueSeries.first : target?.series.first
        let group = query.dimension.flatMap { _ in state.byDimension } ?? state.byType
        let reader = ScoreReader(query: query, state: state, group: group, series: series)
        return reader.score
    }

    private var score: Score {
        let start = query.bucket.microseconds
        return Score(
            value: figure(at: start), isClosed: state.now >= start + query.width,
            baseline: baseline(of: start), watermark: state.watermark)
    }

    private func baseline(of start: Int64) -> Baseline? {
        switch query.comparison {
        case .sameTimeOfWeek:
            let week = 7 * Resolution.day.width
            let samples = (1...Int64(ScoreQuery.weeks)).compactMap { sample(at: start - $0 * week) }
            return Baseline(samples, decay: ScoreQuery.weeklyDecay, medianOf: 8)
        case .previous(let count):
            guard count > 0 else { return nil }
            let samples = (1...Int64(count)).compactMap { sample(at: start - $0 * query.width) }
            return Baseline(samples, decay: 1, medianOf: count)
        }
    }

    /// The figure of a bucket before; nil before the first event of all, when there was nothing to
    /// count.
    private func sample(at start: Int64) -> Double? {
        guard let range = state.timeRange, start + query.width > range.lowerBound else {
            return nil
        }
        return figure(at: start)
    }

    /// The figure of a bucket; nil where it has none, or the index does not hold it.
    private func figure(at start: Int64) -> Double? {
        var totals = CellTotals()
        let window = start..<start + query.width
        let cover = group.cells(in: window)
        guard cover.edges.isEmpty else { return nil }
        group.addCells(series.map { [$0] } ?? [], cover, to: &totals)
        switch query.statistic {
        case .count: return Double(totals.count)
        case .errorRate:
            return totals.count == 0 ? nil : Double(totals.errors) / Double(totals.count)
        case .mean: return totals.valueCount == 0 ? nil : totals.sum / Double(totals.valueCount)
        }
    }
}
