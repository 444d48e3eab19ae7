import AuraCore

/// What a manifest says is in a store, and what the log adds to that as it is read.
struct StoreContents {
    let cache: BlockCache
    /// By their first sequence number.
    let chunks: [Chunk]
    /// What is hidden of all events, as far as the manifest says.
    let mask: Mask
    /// The time-bucket index, if there is one.
    let index: EventIndex?
    /// Takes the groups of the log behind the chunks.
    var replay: Replay

    /// Reads all but the log.
    init(
        _ place: StorePlace, _ manifest: ManifestState, incarnation: UInt64,
        indexPlan: IndexPlan?, cacheBytes: Int, report: inout RecoveryReport
    ) throws(StorageError) {
        let checkpoint = try place.checkpoint(manifest.flushed, incarnation)
        cache = BlockCache(capacity: cacheBytes)
        chunks = try place.chunks(manifest, incarnation, cache)
        mask = Mask(manifest)
        var index: EventIndex?
        if let indexPlan {
            index = try place.index(
                indexPlan, manifest, incarnation, chunks, mask, arrival: checkpoint.lastIngestTime,
                report: &report)
        }
        self.index = index
        replay = Replay(
            behind: checkpoint, sequence: manifest.flushed?.sequence ?? 0, index: index)
    }
}
