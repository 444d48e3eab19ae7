import AuraCore
import AuraStorage

/// The time that a question is about, as the buckets of the index can best answer it.
struct MetricWindow {
    /// What the answer speaks of.
    private(set) var asked: Range<Int64>
    /// The part of it in which there are events; empty if there are none.
    private(set) var occupied: Range<Int64>
    /// What must be read to answer: where no event is before or behind, whole days; nil if there is
    /// no event at all.
    private(set) var covered: Range<Int64>?

    init(_ query: MetricQuery, _ state: IndexState, _ group: SeriesGroup) {
        let day = Resolution.day.width
        let known = state.timeRange ?? 0...0
        var start = MetricWindow.clamped(query.start) ?? known.lowerBound
        var end = MetricWindow.clamped(query.end) ?? max(start, known.upperBound + 1)
        if query.edges == .widened {
            let needed = { (time: Int64) in MetricWindow.width(at: time, query.parts, group) }
            start = start.aligned(to: needed(start))
            end = end.alignedUp(to: needed(end - 1))
        }
        asked = start..<max(start, end)
        occupied = asked.clamped(to: known.lowerBound..<known.upperBound + 1)
        guard state.timeRange != nil, !occupied.isEmpty else { return }
        let first = start <= known.lowerBound ? known.lowerBound.aligned(to: day) : start
        let last = end > known.upperBound ? (known.upperBound + 1).alignedUp(to: day) : end
        covered = first..<last
    }

    private static func clamped(_ time: Timestamp?) -> Int64? {
        time.map { min(max($0.microseconds, Limits.earliestTime), Limits.latestTime + 1) }
    }

    /// The width of the narrowest buckets at a time that have all parts.
    private static func width(
        at time: Int64, _ parts: MetricQuery.Parts, _ group: SeriesGroup
    ) -> Int64 {
        let cells = group.narrowestCells(at: time) ?? 1
        guard !parts.isDisjoint(with: [.users, .quantiles]) else { return cells }
        return max(cells, group.narrowestSketches(at: time) ?? 1)
    }
}
