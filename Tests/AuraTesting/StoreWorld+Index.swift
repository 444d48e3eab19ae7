import AuraCore
import AuraStorage

extension StoreWorld {
    /// Compares the index with the store: it counts every event, and each once.
    func checkIndex() throws(Violation) {
        guard let storage, let state = storage.index?.view.state else { return }
        let last = storage.nextSequence - 1
        guard state.watermark == last else {
            throw Violation("the index counts up to \(state.watermark), the store up to \(last)")
        }
        guard let times = state.timeRange else { return }
        let day = Resolution.day.width
        let window = times.lowerBound.aligned(to: day)..<(times.upperBound + 1).alignedUp(to: day)
        var totals = CellTotals()
        state.byType.addCells(
            [SeriesTable.total], state.byType.cells(in: window), to: &totals)
        // What was deleted stays counted until the index is made anew.
        var visible: UInt64 = 0
        do throws(StorageError) {
            try storage.snapshot.forEachStrip { strip in
                visible += UInt64(strip.batch.rowCount)
                return true
            }
        } catch { throw Violation("it cannot be read: \(error)") }
        let least = sent.deletions.isEmpty ? last : visible
        guard totals.count <= last, totals.count >= least else {
            throw Violation("the index counts \(totals.count) events, the store has \(last)")
        }
    }
}
