import AuraCore
import AuraStorage

/// Compaction and deletion in a world, a step at a time: others may come between.
extension StoreWorld {
    /// Begins to merge chunks.
    public mutating func beginCompaction(_ mode: CompactionMode) {
        guard pendingCompaction == nil, let job = storage?.beginCompaction(mode) else { return }
        pendingCompaction = (job, nil)
    }

    /// Writes the new chunks, as the background would.
    public mutating func runCompaction() {
        guard let (job, chunks) = pendingCompaction, chunks == nil else { return }
        do throws(StorageError) {
            let chunks = try job.run()
            pendingCompaction = (job, chunks)
            if chunks == nil { end(nil) }
        } catch {
            end(nil)
        }
    }

    /// Puts the new chunks in the place of the old ones, and removes those that nobody reads.
    public mutating func endCompaction() {
        guard let (_, chunks) = pendingCompaction, let chunks else { return }
        end(chunks)
    }

    /// Whether one is under way.
    public var isCompacting: Bool { pendingCompaction != nil }

    /// Removes the chunks that nobody reads any more.
    public mutating func removeRetired() {
        storage?.takeRetired().remove()
    }

    private mutating func end(_ chunks: CompactedChunks?) {
        pendingCompaction = nil
        let now = tick()
        do throws(StorageError) { try storage?.endCompaction(chunks, now: now) } catch {
            failedFlushes += 1
        }
        removeRetired()
    }

    /// Erases a batch by an attribute that only its events have.
    public mutating func erase(_ index: Int) {
        let subject = SubjectHash(attribute: "batch", values: [.int64(Int64(index))])
        delete(.batch(index)) { storage, now throws(StorageError) in
            _ = try storage.erase(subject, now: now)
        }
    }

    /// Deletes all batches before one, by their time.
    public mutating func deleteBefore(_ index: Int) {
        delete(.before(index)) { storage, now throws(StorageError) in
            let time = Timestamp(seconds: Int64(index)).microseconds
            _ = try storage.delete(before: time, now: now)
        }
    }

    private mutating func delete(
        _ target: Deletion.Target,
        _ body: (inout Storage, Int64) throws(StorageError) -> Void
    ) {
        guard let next = storage?.nextSequence else { return }
        let now = tick()
        let order = sent.order(target, upTo: next - 1, at: disk.operationCount)
        do throws(StorageError) {
            guard var open = storage.take() else { return }
            defer { storage = open }
            try body(&open, now)
            sent.deletions[order].answeredAt = disk.operationCount
        } catch {
            failures += 1
        }
    }
}
