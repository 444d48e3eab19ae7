import AuraCore

extension StorePlace {
    /// The index of the events in chunks: as the last flush left it; or counted anew from them, where
    /// events were deleted since, or where it is of no use, which the report then tells.
    func index(
        _ plan: IndexPlan, _ manifest: ManifestState, _ incarnation: UInt64, _ chunks: [Chunk],
        _ mask: Mask, arrival: Int64, report: inout RecoveryReport
    ) throws(StorageError) -> EventIndex {
        guard let mark = manifest.flushed else { return EventIndex(IndexState(plan)) }
        if Canary.forgetFlushedIndex.isActive { return EventIndex(IndexState(plan)) }
        let name = FileName.index(mark.checkpoint)
        var outdated: IndexState?
        do {
            let state = try indexState(name, plan, seed: incarnation)
            if state.watermark != mark.sequence {
                report.indexLoss =
                    "\(name) counts events up to \(state.watermark), not \(mark.sequence)"
            } else if state.lastDeletion < manifest.lastTombstone {
                outdated = state
            } else {
                return EventIndex(state)
            }
        } catch let error as FormatError {
            report.indexLoss = "\(name), byte \(error.offset): \(error.reason)"
        } catch {
            report.indexLoss = "\(name): \(error)"
        }
        let counted = try EventIndex(
            plan, of: chunks, mask, upTo: mark.sequence, arrival: arrival)
        // Better what is deleted is still counted than that what cannot be read now is not.
        if let outdated, !counted.view.uncounted.isEmpty { return EventIndex(outdated) }
        return counted
    }

    private func indexState(_ name: String, _ plan: IndexPlan, seed: UInt64) throws -> IndexState {
        let file = try fileSystem.open(path(name), .read)
        let bytes = try file.read(at: 0, count: Int(try file.size()))
        return try IndexState(decoding: bytes.rawSpan, plan: plan, seed: seed)
    }
}
