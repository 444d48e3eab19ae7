public import AuraCore
public import AuraStorage
import Synchronization

/// Deleting events, and giving their room back.
extension EventStore {
    /// Erases the events of a subject: hides them at once, then takes them out of every file.
    ///
    /// - Parameters:
    ///   - attribute: The attribute that names the subject, `patient_id` say.
    ///   - values: What it may hold then: one text, or the same id as text, number and UUID.
    /// - Returns: What was done, when no file of the store holds any of the events any more.
    public func erase(
        attribute: String, values: [AttributeValue]
    ) async throws(EngineError) -> DeletionReceipt {
        let subject = SubjectHash(attribute: attribute, values: values)
        let (tombstone, snapshot) = try await order { storage, now throws(StorageError) in
            try storage.erase(subject, now: now)
        }
        let before = try Extent(of: tombstone, in: snapshot)
        try await wait { $0.rebuildIndex($1) }
        try await wait { $0.leaveSegment($1) }
        try await flush()
        return try await carryOut(tombstone, of: before)
    }

    /// Deletes the events before a time: hides them at once, then removes the chunks of which nothing
    /// is left; others get rid of them with their next compaction.
    public func delete(before time: Timestamp) async throws(EngineError) -> DeletionReceipt {
        let (tombstone, snapshot) = try await order { storage, now throws(StorageError) in
            try storage.delete(before: time.microseconds, now: now)
        }
        let before = try Extent(of: tombstone, in: snapshot)
        try await wait { $0.rebuildIndex($1) }
        return try await carryOut(tombstone, of: before)
    }

    private func carryOut(
        _ tombstone: Tombstone, of before: Extent
    ) async throws(EngineError) -> DeletionReceipt {
        _ = try await compact(.busy)
        let after = snapshot
        // Others may have done a part of it meanwhile: what counts is which chunks are gone.
        let changes = after.changes(of: before.chunks, since: before.chunkNumbers)
        return DeletionReceipt(
            tombstone: tombstone, eventCount: before.eventCount, rewritten: changes.gone,
            merged: changes.merged, isFinished: !after.isPending(tombstone))
    }

    /// What a tombstone concerned when it was made.
    private struct Extent {
        let chunkNumbers: Set<UInt64>
        let eventCount: Int
        let chunks: ChunkSet

        init(of tombstone: Tombstone, in snapshot: Snapshot) throws(EngineError) {
            chunkNumbers = snapshot.chunkNumbers
            do throws(StorageError) {
                eventCount = try snapshot.rowCount(hiddenBy: tombstone)
                chunks = try snapshot.chunks(concernedBy: tombstone)
            } catch { throw .storage(error) }
        }
    }

    /// What `erase` would delete.
    public func preview(
        erasing attribute: String, values: [AttributeValue]
    ) throws(EngineError) -> DeletionPreview {
        try preview(.subject(SubjectHash(attribute: attribute, values: values)))
    }

    /// What `delete(before:)` would delete.
    public func preview(deletingBefore time: Timestamp) throws(EngineError) -> DeletionPreview {
        try preview(.before(time.microseconds))
    }

    private func preview(_ target: Tombstone.Target) throws(EngineError) -> DeletionPreview {
        do throws(StorageError) { return try snapshot.preview(of: target) } catch {
            throw .storage(error)
        }
    }

    /// Moves all events into chunks, and merges these until nothing is to be gained.
    public func compact() async throws(EngineError) -> CompactionReport {
        try await flush()
        return try await compact(.full)
    }

    /// The time before which a retention would delete now; nil while all may stay.
    func expiry(before oldest: Int64?, bytes: Int64?) -> Int64? {
        committer.storage.withLock { $0.expiry(before: oldest, bytes: bytes) }
    }

    /// Deletions that are not carried out everywhere yet, the oldest first.
    public var tombstones: [Tombstone] { snapshot.tombstones }

    private func compact(_ mode: CompactionMode) async throws(EngineError) -> CompactionReport {
        var report = CompactionReport()
        while true {
            let result = await withCheckedContinuation { continuation in
                committer.compact(mode) { continuation.resume(returning: $0) }
            }
            do throws(StorageError) {
                guard let step = try result.get() else { return report }
                report.add(step)
            } catch { throw .storage(error) }
        }
    }

    private func order(
        _ body: @escaping @Sendable (inout Storage, Int64) throws(StorageError) -> Tombstone
    ) async throws(EngineError) -> (Tombstone, Snapshot) {
        let result = await withCheckedContinuation { continuation in
            committer.delete(body) { continuation.resume(returning: $0) }
        }
        do throws(StorageError) { return try result.get() } catch { throw .storage(error) }
    }

    private func wait(
        for work: (Committer, @escaping @Sendable (Result<Void, StorageError>) -> Void) -> Void
    ) async throws(EngineError) {
        let result = await withCheckedContinuation { continuation in
            work(committer) { continuation.resume(returning: $0) }
        }
        do throws(StorageError) { try result.get() } catch { throw .storage(error) }
    }
}

/// What compactions did, in all.
public struct CompactionReport: Hashable, Sendable {
    /// Chunks that went and came.
    public private(set) var chunksBefore = 0, chunksAfter = 0
    /// Bytes of their files.
    public private(set) var bytesBefore: Int64 = 0, bytesAfter: Int64 = 0
    /// Events that were left out.
    public private(set) var eventsDeleted = 0

    mutating func add(_ step: CompactedChunks) {
        chunksBefore += step.chunkCounts.before
        chunksAfter += step.chunkCounts.after
        bytesBefore += step.byteCounts.before
        bytesAfter += step.byteCounts.after
        eventsDeleted += step.rowCounts.before - step.rowCounts.after
    }
}

/// What became of an order to delete.
public struct DeletionReceipt: Hashable, Sendable {
    /// The order, with the hashes of its subject.
    public let tombstone: Tombstone
    /// Events that it hides.
    public let eventCount: Int
    /// Chunks that held some of them, or may have, and are gone.
    public let rewritten: ChunkSet
    /// Chunks that were made of these and of others.
    public let merged: ChunkSet
    /// Whether no file of the store holds any of them any more.
    public let isFinished: Bool
}
