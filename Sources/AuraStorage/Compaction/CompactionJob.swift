import AuraCore

/// Chunks to be written again as fewer, larger ones without what is hidden; `run` touches nothing of
/// the storage and may run anywhere.
public struct CompactionJob: Sendable {
    let place: StorePlace
    let incarnation: UInt64
    /// All chunks of the store.
    let chunks: [Chunk]
    let mask: Mask
    let policy: CompactionPolicy
    let mode: CompactionMode
    let layout: ChunkLayout
    let numbers: ChunkNumbers
    /// How far the log is in chunks, and the first segment that it needs.
    let flushed: UInt64
    let firstSegment: UInt64

    /// Writes the new chunks, makes them durable and reads them back; on an error nothing is left of
    /// them.
    ///
    /// A chunk that cannot be read is set aside, and the next compaction leaves it alone. One at a time
    /// for each store.
    /// - Returns: nil if there is nothing to do.
    public func run(shouldStop: () -> Bool = { false }) throws(StorageError) -> CompactedChunks? {
        do throws(StorageError) { return try compact(shouldStop) } catch {
            _ = chunks.contains { $0.setAside(after: error) }
            throw error
        }
    }

    private func compact(_ shouldStop: () -> Bool) throws(StorageError) -> CompactedChunks? {
        let plan = try CompactionPlan(chunks, mask, policy, layout, mode) { tombstone in
            flushed >= tombstone.sequence
                && (!tombstone.isErasure || firstSegment > tombstone.segment)
        }
        if plan.isEmpty { return nil }
        var result = CompactedChunks(
            dropped: (plan.dropped + plan.merged).map(\.entry),
            finished: plan.finished.map(\.number))
        do throws(StorageError) {
            var sources: [any RowSource] = []
            for chunk in plan.merged { sources += try mask.sources(of: chunk) }
            let rows = try min(policy.chunkRows, plan.merged.fittingRows(layout))
            let cuts = try TimeCuts(sources, rows: rows)
            for index in 0..<cuts.partCount {
                if shouldStop() { throw .closed }
                let part = try cuts.part(index, of: sources)
                if part.isEmpty { continue }
                let number = numbers.next()
                result.added.append(try write(part, number: number))
            }
        } catch {
            for entry in result.added { place.discard(entry.name) }
            throw error
        }
        if Canary.dropInputsUnasked.isActive {
            for entry in result.dropped { place.discard(entry.name) }
        }
        return result
    }

    private func write(
        _ sources: [any RowSource], number: UInt64
    ) throws(StorageError) -> ChunkEntry {
        let name = FileName.chunks + "/" + FileName.chunk(number)
        do throws(StorageError) {
            var entry = try create(sources, name, number)
            entry.tombstone = mask.lastNumber
            entry.level = 1
            if !Canary.skipRecount.isActive { try recount(sources, entry) }
            return entry
        } catch {
            place.discard(name)
            throw error
        }
    }

    private func create(
        _ sources: [any RowSource], _ name: String, _ number: UInt64
    ) throws(StorageError) -> ChunkEntry {
        let file: any File
        do throws(FileSystemError) {
            // One of a run before, which nobody came to name or to remove.
            let path = place.path(name)
            if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
            file = try place.fileSystem.open(path, .create)
        } catch { throw StorageError(error, in: place.directory) }
        let entry: ChunkEntry
        do throws(StorageError) {
            entry = try ChunkWriter.write(
                sources, to: file, layout, incarnation: incarnation, number: number)
        } catch {
            if case .io(let error) = error { throw StorageError(error, in: place.directory) }
            throw error
        }
        do throws(FileSystemError) {
            try place.fileSystem.syncDirectory(place.path(FileName.chunks))
        } catch { throw StorageError(error, in: place.directory) }
        return entry
    }

    /// Reads the new chunk back: what it stands for is removed on its word.
    private func recount(
        _ sources: [any RowSource], _ entry: ChunkEntry
    ) throws(StorageError) {
        let chunk = Chunk(
            entry, in: place, incarnation: incarnation, cache: BlockCache(capacity: 0))
        try chunk.verify()
        guard try RowDigest(sources) == RowDigest(chunk.pieces()) else {
            throw chunk.corrupt(9, 0, "rows that are not those that were written")
        }
    }
}

/// What takes the place of chunks, durable and not yet part of the store.
public struct CompactedChunks: Sendable {
    /// Those that go.
    let dropped: [ChunkEntry]
    /// Those that come instead.
    fileprivate(set) var added: [ChunkEntry] = []
    /// Tombstones that are carried out with it.
    let finished: [UInt64]

    fileprivate init(dropped: [ChunkEntry], finished: [UInt64]) {
        self.dropped = dropped
        self.finished = finished
    }

    /// Chunks that go and come.
    public var chunkCounts: (before: Int, after: Int) { (dropped.count, added.count) }
    /// Events in them.
    public var rowCounts: (before: Int, after: Int) {
        (
            dropped.reduce(0) { $0 + $1.rowCount },
            added.reduce(0) { $0 + $1.rowCount }
        )
    }
    /// Bytes of their files.
    public var byteCounts: (before: Int64, after: Int64) {
        (
            dropped.reduce(0) { $0 + $1.fileSize },
            added.reduce(0) { $0 + $1.fileSize }
        )
    }
}
