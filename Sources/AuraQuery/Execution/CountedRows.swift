import AuraCore
import AuraStorage

/// The rows of a scan that reads cells: what the index has counted, and the events that no cell has.
struct CountedRows {
    private let scan: Scan
    private let types: [ValueType]
    private let pruning: ScanPruning
    private let state: IndexState

    init(_ scan: Scan, _ types: [ValueType], _ pruning: ScanPruning, _ state: IndexState) {
        self.scan = scan
        self.types = types
        self.pruning = pruning
        self.state = state
    }

    /// The cells of a resolution, or finer ones where the wanted times begin and end.
    ///
    /// - Returns: The rows, of how many cells they are made, and the times whose events must be read, one
    ///   by one, up to the watermark of the index; nil if the cells do not say it.
    func rows(_ cells: Scan.Cells) -> (rows: Morsel, cellCount: Int, edges: TimeRanges?)? {
        let isByType = cells.isByType || pruning.eventTypes != nil
        guard !isByType || !state.series.hasOtherTypes else { return nil }
        var edges: [Range<Int64>] = []
        var series = [(name: "", number: SeriesTable.total)]
        if isByType {
            series = state.series.types().filter { type in
                pruning.eventTypes?.contains(ExactText(type.name)) ?? true
            }
        }
        var times: [Int64] = []
        var codes: [UInt32] = []
        var weights: [Int64] = []
        var cellCount = 0
        for window in windows(&edges) {
            let cover = state.byType.cells(in: window, upTo: cells.resolution)
            edges += cover.edges
            for (code, series) in series.enumerated() {
                // What the last row stands for.
                var known = 0..<Int64(0)
                state.byType.forEachCount(of: series.number, in: cover) { start, events in
                    cellCount += 1
                    if known.contains(start) {
                        weights[weights.count - 1] &+= Int64(events)
                        return
                    }
                    known = cells.times(around: start)
                    times.append(start)
                    codes.append(UInt32(code))
                    weights.append(Int64(events))
                }
            }
        }
        var names = TextBuilder()
        for series in series { names.append(series.name) }
        if series.isEmpty { names.append("") }
        let columns = zip(scan.fields, types).map { field, type in
            switch field {
            case .time: Vector(.instant, .integers(times))
            case .type: Vector(.text, .texts(codes, names.table))
            case .weight: Vector(.int64, .integers(weights))
            case .sequence, .attribute: Vector(.null, type, count: times.count)
            }
        }
        var morsel = Morsel(.rows(columns, 0..<times.count))
        if !pruning.conditions.isEmpty { morsel = morsel.then(.filter(pruning.conditions)) }
        return (morsel, cellCount, edges.isEmpty ? nil : TimeRanges(edges))
    }

    /// The times that cells may have something of: where no event is before or behind, whole days.
    ///
    /// - Parameter edges: Gets the times of events that lay too far in the future to be counted.
    private func windows(_ edges: inout [Range<Int64>]) -> [Range<Int64>] {
        var windows: [Range<Int64>] = []
        let known = state.timeRange.map { range in
            let day = Resolution.day.width
            return range.lowerBound.aligned(
                to: day)..<(range.upperBound + 1).alignedUp(to: day)
        }
        for wanted in pruning.times?.ranges ?? [Int64.min..<Int64.max] {
            var wanted = wanted
            if let beyond = state.beyond, beyond.lowerBound < wanted.upperBound {
                let start = max(wanted.lowerBound, beyond.lowerBound)
                edges.append(start..<wanted.upperBound)
                wanted = wanted.lowerBound..<start
            }
            let window = known.map { wanted.clamped(to: $0) } ?? 0..<0
            if !window.isEmpty { windows.append(window) }
        }
        return windows
    }
}

extension Scan.Cells {
    /// The times that one row may stand for.
    fileprivate func times(around time: Int64) -> Range<Int64> {
        guard let stretch else { return .min..<(.max) }
        let start = time.aligned(to: stretch)
        return start..<start &+ stretch
    }
}
