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
        guard totals.count == last else {
            throw Violation("the index counts \(totals.count) events, the store has \(last)")
        }
    }
}
