import AuraCore

/// An index counted anew from the events that are visible.
///
/// What was erased is in no cell and no sketch of it. `run` touches nothing of the storage and may run
/// anywhere.
public struct IndexRebuild: Sendable {
    fileprivate let snapshot: Snapshot
    fileprivate let arrival: Int64
    fileprivate var state: IndexState

    /// Counts what the snapshot shows.
    public func run() throws(StorageError) -> IndexRebuild {
        var copy = self
        try copy.state.count(snapshot, arrival: arrival)
        return copy
    }
}

extension IndexState {
    /// Counts what a snapshot shows and this does not count yet.
    mutating func count(_ snapshot: Snapshot, arrival: Int64) throws(StorageError) {
        try snapshot.forEachSource { source throws(StorageError) in
            if let source = try source.selected(after: watermark) {
                try apply(source, arrival: arrival)
            }
            return true
        }
        advance(to: snapshot.watermark)
    }
}

extension Storage {
    /// Begins to count the index anew; nil where there is none.
    public func beginIndexRebuild() -> IndexRebuild? {
        guard let index else { return nil }
        return IndexRebuild(
            snapshot: snapshot, arrival: lastIngestTime,
            state: IndexState(index.view.state.plan, behind: mask.lastDeletion))
    }

    /// Puts the new index in the place of the old one, with what came meanwhile.
    public func endIndexRebuild(_ rebuild: IndexRebuild) throws(StorageError) {
        var rebuild = rebuild
        try rebuild.state.count(snapshot, arrival: rebuild.arrival)
        index?.replace(with: rebuild.state)
    }
}
