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
        try copy.count(snapshot)
        return copy
    }

    /// Counts what it has not counted yet.
    fileprivate mutating func count(_ snapshot: Snapshot) throws(StorageError) {
        try snapshot.forEachStrip(from: state.watermark + 1) { strip in
            let origin = IndexState.Origin(
                firstSequence: strip.firstSequence, arrival: arrival, producer: 0)
            state.apply(strip.batch, origin)
            return true
        }
        state.advance(to: snapshot.watermark)
    }
}

extension Storage {
    /// Begins to count the index anew; nil where there is none.
    public func beginIndexRebuild() -> IndexRebuild? {
        guard let index else { return nil }
        return IndexRebuild(
            snapshot: snapshot, arrival: lastIngestTime, state: IndexState(index.view.state.plan))
    }

    /// Puts the new index in the place of the old one, with what came meanwhile.
    public func endIndexRebuild(_ rebuild: IndexRebuild) throws(StorageError) {
        var rebuild = rebuild
        try rebuild.count(snapshot)
        index?.replace(with: rebuild.state)
    }
}
