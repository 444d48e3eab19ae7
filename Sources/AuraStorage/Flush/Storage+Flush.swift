import AuraCore

/// Events in memory that become chunks.
extension Storage {
    /// Whether there is enough in memory for a flush.
    public var wantsFlush: Bool {
        !isFlushing && manifest.isWritable
            && (head.rowCount >= options.flushRows
                || head.byteCount >= options.flushBytes && head.rowCount > 0)
    }

    /// Begins to flush all events in memory; nil if there are none, or a flush is under way.
    ///
    /// `endFlush` must follow with what came of it.
    public mutating func beginFlush() -> FlushJob? {
        guard !isFlushing, !isClosed, manifest.isWritable, head.rowCount > 0 || mustMoveLog else {
            return nil
        }
        isFlushing = true
        return FlushJob(
            place: place, incarnation: manifest.incarnation,
            number: chunkNumbers.next(), numbers: chunkNumbers, strips: head.beginFlush(),
            mask: mask,
            layout: options.chunkLayout, chunkRows: options.flushRows,
            checkpoint: Checkpoint(producers: producers, lastIngestTime: lastIngestTime),
            index: index?.view.state, recycled: recycled.takeCheckpoint(),
            position: log.position, sequence: log.nextSequence - 1)
    }

    /// Whether the log is to move on although nothing is in memory: it holds what must be erased.
    private var mustMoveLog: Bool {
        mask.tombstones.contains { $0.isErasure && manifest.state.firstSegment <= $0.segment }
            && log.position.segment > manifest.state.firstSegment
    }

    /// Makes a chunk part of the store, which gives up memory and log segments for it; nil ends a
    /// flush that failed, and everything stays where it was.
    ///
    /// - Throws: `.noSpace`, `.io`; the flush has failed then, too.
    /// - Returns: What is of no use any more, to be removed beside the writer.
    public mutating func endFlush(
        _ flushed: FlushedChunk?, now: Int64
    ) throws(StorageError) -> RetiredFiles {
        precondition(isFlushing, "no flush is under way")
        isFlushing = false
        var retired = RetiredFiles(place: place)
        guard let flushed, !isClosed else {
            head.endFlush(isInstalled: false)
            // It may have failed for want of their room.
            removeRecycled()
            return retired
        }
        let before = manifest.state
        do throws(FileSystemError) {
            let added = flushed.entries.map { ManifestEdit.chunkAdded($0) }
            try manifest.write(added + [.flushed(flushed.mark)], now: now)
        } catch {
            head.endFlush(isInstalled: false)
            throw StorageError(error, in: place.directory)
        }
        head.endFlush(isInstalled: !Canary.keepFlushedStrips.isActive)
        chunks += flushed.entries.map {
            Chunk($0, in: place, incarnation: manifest.incarnation, cache: cache)
        }
        index?.show(snapshot)
        manifest.restate(beyond: options.manifestBytes, now: now)
        let end = manifest.state.firstSegment + (Canary.recycleOneTooMany.isActive ? 1 : 0)
        retired.names = recycled.keep(
            segments: before.firstSegment..<end,
            checkpoint: before.flushed?.checkpoint)
        // They hold what no file may hold any more.
        if mask.tombstones.contains(where: \.isErasure) { retired.names += recycled.removeAll() }
        return retired
    }

    /// Removes what was kept for others to be written over.
    mutating func removeRecycled() {
        for name in recycled.removeAll() { place.discard(name) }
    }
}
