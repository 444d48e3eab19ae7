/// The events of a store at rest, as a server that starts on it would show them.
public struct RestingEvents: Sendable {
    /// The events, those that only the log holds in memory.
    public let snapshot: Snapshot
    /// What counts them; nil if none was asked for.
    public let index: EventIndex?
}

extension StoreDirectory {
    /// Everything that was acknowledged; as long as the events are read, this must be held.
    ///
    /// - Parameters:
    ///   - indexPlan: What the index takes from events; nil for none.
    ///   - cacheBytes: Bytes of blocks of chunks that are kept in memory.
    /// - Throws: As opening the store does.
    public func events(
        indexPlan: IndexPlan?, cacheBytes: Int
    ) throws(StorageError) -> RestingEvents {
        let manifest = try manifest()
        let state = manifest.state
        let incarnation = manifest.groups.header.incarnation
        var report = RecoveryReport()
        var contents = try StoreContents(
            place, state, incarnation: incarnation, indexPlan: indexPlan, cacheBytes: cacheBytes,
            report: &report)
        var last: UInt64 = 0
        // Without a segment the store was left while it was made.
        if state.lastSegment > 0 {
            let log = try log(manifest) { place throws(StorageError) in
                try contents.replay.take(place)
            }
            last = log.chain.nextSequence - 1
        }
        let erasures = try ErasureLedger(place, at: nil)
            .erasures(of: incarnation, unknownTo: state, upTo: last, segment: state.lastSegment)
        let mask = Mask(
            tombstones: contents.mask.tombstones + erasures,
            lastDeletion: erasures.last?.number ?? contents.mask.lastDeletion)
        let snapshot = contents.replay.head.snapshot(with: contents.chunks, mask)
        contents.index?.show(snapshot)
        return RestingEvents(snapshot: snapshot, index: contents.index)
    }
}
