import AuraCore

/// How many events lie in buckets, cell by cell.
extension SeriesGroup {
    /// A window, cut into buckets of cells that are no wider than some.
    package func cells(
        in window: Range<Int64>, upTo resolution: Resolution
    ) -> WindowCover {
        WindowCover(
            of: window,
            by: tiers.filter { $0.resolution.width <= resolution.width }
                .map { .init(width: $0.resolution.width, held: $0.floor..<Int64.max) })
    }

    /// Calls `body` with the start and the events of each cell of a series that has some.
    package func forEachCount(
        of series: UInt32, in window: WindowCover, _ body: (Int64, UInt64) -> Void
    ) {
        for run in window.runs {
            tiers[run.level].forEachCount(of: series, from: run.start, count: run.count, body)
        }
    }
}

extension CellTier {
    /// The same of `count` buckets from a time on.
    fileprivate func forEachCount(
        of series: UInt32, from start: Int64, count: Int, _ body: (Int64, UInt64) -> Void
    ) {
        forEachPage(from: start, count: count) { page, buckets in
            page.forEachCount(of: series, in: buckets, body)
        }
    }
}

extension CellPage {
    /// The same of some of its buckets.
    fileprivate func forEachCount(
        of series: UInt32, in buckets: Range<Int>, _ body: (Int64, UInt64) -> Void
    ) {
        guard let first = counts.start(of: series) else { return }
        for bucket in buckets {
            let events = counts.cells[first + bucket].count
            if events > 0 { body(times.start(ofBucket: bucket), events) }
        }
    }
}
