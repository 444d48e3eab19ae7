import AuraCore

extension Storage {
    /// Begins to merge chunks; nil while that is under way or edits are not possible.
    ///
    /// `endCompaction` must follow with what came of it.
    public mutating func beginCompaction(_ mode: CompactionMode) -> CompactionJob? {
        guard !isCompacting, !isClosed, manifest.isWritable else { return nil }
        isCompacting = true
        let state = manifest.state
        var layout = options.chunkLayout
        // It costs time that a flush has not got.
        layout.derivesColumns = true
        layout.findsIDs = true
        return CompactionJob(
            place: place, incarnation: manifest.incarnation, chunks: chunks, mask: mask,
            policy: options.compaction, mode: mode, layout: layout,
            numbers: chunkNumbers, flushed: state.flushed?.sequence ?? 0,
            firstSegment: state.firstSegment)
    }

    /// Puts new chunks in the place of others, in one edit; nil ends a compaction that failed or had
    /// nothing to do.
    ///
    /// - Throws: `.noSpace`, `.io`; nothing has changed then.
    public mutating func endCompaction(
        _ compacted: CompactedChunks?, now: Int64
    ) throws(StorageError) {
        precondition(isCompacting, "no compaction is under way")
        isCompacting = false
        guard let compacted, !isClosed else { return }
        let dropped = compacted.dropped.map { ManifestEdit.chunkDropped(number: $0.number) }
        let added = compacted.added.map { ManifestEdit.chunkAdded($0) }
        // A tombstone that came meanwhile may have taken its place.
        let finished = compacted.finished.filter { manifest.state.tombstones[$0] != nil }
            .map { ManifestEdit.tombstoneDone(number: $0) }
        do throws(FileSystemError) {
            try manifest.write(dropped + added + finished, now: now)
        } catch { throw StorageError(error, in: place.directory) }
        let gone = Set(compacted.dropped.map(\.number))
        retiring += chunks.filter { gone.contains($0.entry.number) }
        chunks.removeAll { gone.contains($0.entry.number) }
        chunks += compacted.added.map {
            Chunk($0, in: place, incarnation: manifest.incarnation, cache: cache)
        }
        chunks.sort { $0.entry.sequenceRange.lowerBound < $1.entry.sequenceRange.lowerBound }
        mask = Mask(manifest.state)
        index?.show(snapshot)
    }

    /// Chunks that nobody reads any more, to be removed beside the writer.
    ///
    /// A snapshot that was taken before they went keeps theirs.
    public mutating func takeRetired() -> RetiredFiles {
        var retired = RetiredFiles(place: place)
        var held: [Chunk] = []
        while var chunk = retiring.popLast() {
            if isKnownUniquelyReferenced(&chunk) || Canary.removeReadChunks.isActive {
                retired.names.append(chunk.entry.name)
            } else {
                held.append(chunk)
            }
        }
        retiring = held
        return retired
    }
}
