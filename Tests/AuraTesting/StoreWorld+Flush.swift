import AuraStorage

/// The flush of a world, a step at a time: others may come between.
extension StoreWorld {
    /// Begins to flush what is in memory.
    public mutating func beginFlush() {
        guard pendingFlush == nil, let job = storage?.beginFlush() else { return }
        pendingFlush = (job, nil)
    }

    /// Writes the chunk, as the background would.
    public mutating func runFlush() {
        guard let (job, chunk) = pendingFlush, chunk == nil else { return }
        do throws(StorageError) { pendingFlush = (job, try job.run()) } catch {
            pendingFlush = nil
            end(nil)
        }
    }

    /// Makes the chunk part of the store and removes what it stands for.
    public mutating func endFlush() {
        guard let (_, chunk) = pendingFlush, let chunk else { return }
        pendingFlush = nil
        end(chunk)
    }

    private mutating func end(_ chunk: FlushedChunk?) {
        let now = tick()
        do throws(StorageError) {
            try storage?.endFlush(chunk, now: now).remove()
        } catch {
            failedFlushes += 1
        }
        intake?.headBytes = storage?.headBytes ?? 0
    }
}
