import AuraCore
import AuraStorage
import Dispatch
import Logging
import Synchronization

/// Compaction and deletion, as the writer sees them.
extension Committer {
    /// How often the writer looks whether something is to be merged or removed.
    private static let interval = DispatchTimeInterval.seconds(10)

    /// Looks from time to time whether chunks can be merged while little is going on.
    func compactInTime() {
        removeRetired()
        expire()
        orderCompaction()
        queue.asyncAfter(deadline: .now() + Committer.interval) { [weak self] in
            self?.compactInTime()
        }
    }

    /// Deletes what is kept for too long.
    private func expire() {
        let wall = clock()
        let now = steadyClock.withLock { $0.believed(wall: wall, at: .now) }
        guard retention != RetentionPolicy(), let now else { return }
        let hour: Int64 = 3_600_000_000
        let oldest = retention.age.map { (now - Int64($0 / .microseconds(1))) / hour * hour }
        let bytes = retention.bytes
        guard let time = storage.withLock({ $0.expiry(before: oldest, bytes: bytes) }) else {
            return
        }
        delete({ storage, now throws(StorageError) in
            try storage.delete(before: time, now: now)
        }) { result in
            switch result {
            case .success:
                self.logger.info("events before \(Timestamp(microseconds: time)) are deleted")
                self.rebuildIndex { result in
                    if case .failure(let error) = result {
                        self.logger.warning("deleted events are still counted: \(error)")
                    }
                    self.orderCompaction()
                }
            case .failure(let error):
                self.logger.warning("old events are not deleted: \(error)")
            }
        }
    }

    /// Merges chunks where there are too many of one size, or where some hold what must go.
    func orderCompaction() {
        guard compactor.isReady else { return }
        compact(isBusy ? .busy : .idle) { result in
            if case .success(.some) = result { self.queue.async { self.orderCompaction() } }
        }
    }

    /// Does one step of a compaction, once one that is under way has ended.
    ///
    /// - Parameter done: Called on the writer queue; with nil if there was nothing to do.
    func compact(
        _ mode: CompactionMode,
        _ done: @escaping @Sendable (Result<CompactedChunks?, StorageError>) -> Void
    ) {
        queue.async {
            if self.compactor.wait(for: { self.compact(mode, done) }) { return }
            guard let job = self.storage.withLock({ $0.beginCompaction(mode) }) else {
                return done(.failure(.closed))
            }
            self.compactor.run(job) { result in
                self.queue.async { done(self.install(result)) }
            }
        }
    }

    /// Puts new chunks in the place of old ones, whose files go when nobody reads them any more.
    private func install(
        _ result: Result<CompactedChunks?, StorageError>
    ) -> Result<CompactedChunks?, StorageError> {
        let now = clock()
        var outcome = result
        let chunks = if case .success(let chunks) = result { chunks } else { CompactedChunks?.none }
        let (snapshot, failure) = storage.withLock { storage in
            do throws(StorageError) { try storage.endCompaction(chunks, now: now) } catch {
                outcome = .failure(error)
            }
            return (storage.snapshot, storage.failure)
        }
        publish(snapshot, failure)
        removeRetired()
        compactor.end(outcome)
        return outcome
    }

    private func removeRetired() {
        compactor.remove(storage.withLock { $0.takeRetired() })
    }

    /// Orders events to be deleted, which hides them at once.
    ///
    /// - Parameter done: Called on the writer queue when the order is durable, with the events as they
    ///   are then: a compaction may carry it out at once.
    func delete(
        _ order: @escaping @Sendable (inout Storage, Int64) throws(StorageError) -> Tombstone,
        _ done: @escaping @Sendable (Result<(Tombstone, Snapshot), StorageError>) -> Void
    ) {
        queue.async {
            let now = self.clock()
            let (result, snapshot, failure) = self.storage.withLock { storage in
                let result: Result<Tombstone, StorageError>
                do throws(StorageError) { result = .success(try order(&storage, now)) } catch {
                    result = .failure(error)
                }
                return (result, storage.snapshot, storage.failure)
            }
            self.publish(snapshot, failure)
            done(result.map { ($0, snapshot) })
        }
    }

    /// Counts the index anew, without what was deleted.
    func rebuildIndex(_ done: @escaping @Sendable (Result<Void, StorageError>) -> Void) {
        queue.async {
            guard let job = self.storage.withLock({ $0.beginIndexRebuild() }) else {
                return done(.success(()))
            }
            self.compactor.run(job) { result in
                self.queue.async {
                    do throws(StorageError) {
                        let rebuild = try result.get()
                        try self.storage.withLock { storage throws(StorageError) in
                            try storage.endIndexRebuild(rebuild)
                        }
                        done(.success(()))
                    } catch { done(.failure(error)) }
                }
            }
        }
    }

    /// Leaves the segment of the log that is written to, if it holds what must be erased: with the
    /// next flush nothing refers to it any more.
    func leaveSegment(_ done: @escaping @Sendable (Result<Void, StorageError>) -> Void) {
        queue.async {
            let now = self.clock()
            let result = self.storage.withLock { storage -> Result<Void, StorageError> in
                guard storage.mustLeaveSegment else { return .success(()) }
                do throws(StorageError) { return .success(try storage.promise(now: now)) } catch {
                    return .failure(error)
                }
            }
            done(result)
        }
    }
}
