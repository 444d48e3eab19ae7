import AuraCore
package import AuraStorage

/// What an audit of the index found.
public struct IndexAudit: Hashable, Sendable {
    /// Cells that were compared with a recount of the events.
    public var cells = 0
    /// Those that differ, in words; a right index has none.
    public var mismatches: [String] = []
    /// Every event up to this sequence number was considered, and no other.
    public var watermark: UInt64

    /// Recounts random cells: of any series by type, resolution and time.
    ///
    /// - Parameter rowLimit: Cells of times of which chunks hold more events are left out: recounting
    ///   them would take long.
    package static func run(
        cells: Int, seed: UInt64, rowLimit: Int = .max, on view: EventIndex.View,
        shouldStop: () -> Bool = { false }
    ) throws(StorageError) -> IndexAudit {
        var audit = IndexAudit(watermark: view.state.watermark)
        var random = AuditDraws(state: seed)
        let drawn = (0..<cells).compactMap { _ in view.state.byType.cell(&random) }.filter {
            view.snapshot.chunkRows(in: TimeRanges([$0.range])) <= rowLimit
        }
        guard !drawn.isEmpty else { return audit }
        var recounts = Array(repeating: CellTotals(), count: drawn.count)
        let requests = drawn.enumerated().flatMap { index, cell in
            let target = MetricTarget(series: [cell.series], valueSeries: [cell.series])
            let parts: [RowPart] =
                cell.series == SeriesTable.total ? [.events] : [.events, .values]
            return parts.map {
                RowRequest(range: cell.range, part: $0, target: target, draft: index)
            }
        }
        let scan = RowScan(requests, nil, view)
        // Without all events there is nothing to compare with.
        guard scan.hasAllEvents, view.uncounted.isEmpty, view.snapshot.missing.isEmpty else {
            return audit
        }
        try scan.run(shouldStop) { request, facts in
            switch facts {
            case .events(let count, let errors):
                recounts[request.draft].add(count: count, errors: errors)
            case .values(let values, _):
                for value in values { recounts[request.draft].add(value: value) }
            case .users, .hourOfUsers, .hourOfValues: break
            }
        }
        guard !shouldStop() else { return audit }
        audit.cells = drawn.count
        for (cell, recount) in zip(drawn, recounts) where !cell.totals.isNear(recount) {
            let name = view.state.series.keys[Int(cell.series)].type
            audit.mismatches.append(
                "\(name.map { "\($0)" } ?? "total") \(cell.range): \(cell.totals.count) events, "
                    + "\(cell.totals.errors) errors; recounted \(recount.count), \(recount.errors)")
        }
        return audit
    }
}

/// Random numbers from a seed.
///
/// Source: SplitMix64 (Steele, Lea, Flood, 2014).
private struct AuditDraws: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return ValueHash.of(state, .bool)
    }
}
