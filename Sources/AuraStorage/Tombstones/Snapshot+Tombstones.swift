extension Snapshot {
    /// Deletions that are not carried out everywhere yet, the oldest first.
    public var tombstones: [Tombstone] { mask.tombstones }

    /// Whether the tombstone, or one that means all that it means, is not carried out everywhere yet.
    public func isPending(_ tombstone: Tombstone) -> Bool {
        tombstones.contains { $0 == tombstone || $0.includes(tombstone) }
    }

    /// What a tombstone of that target would delete now.
    public func preview(of target: Tombstone.Target) throws(StorageError) -> DeletionPreview {
        let tombstone = Tombstone(
            number: .max, sequence: watermark, segment: 0, time: 0, target: target)
        let eventCount = try rowCount(hiddenBy: tombstone)
        var preview = DeletionPreview(eventCount: eventCount)
        for chunk in chunks where try chunk.isConcerned(by: tombstone) {
            preview.chunkCount += 1
            preview.byteCount += chunk.entry.fileSize
        }
        return preview
    }

    /// How many events one of the snapshot's tombstones hides and no earlier one does.
    public func rowCount(hiddenBy tombstone: Tombstone) throws(StorageError) -> Int {
        let others = Mask(tombstones: mask.tombstones.filter { $0.number < tombstone.number })
        let both = Mask(tombstones: others.tombstones + [tombstone])
        var count = 0
        for chunk in chunks where try chunk.isConcerned(by: tombstone) {
            count += try others.sources(of: chunk).reduce(0) { $0 + $1.rowCount }
            count -= try both.sources(of: chunk).reduce(0) { $0 + $1.rowCount }
        }
        for strip in runs.joined() + tail {
            count += try others.visible(strip as any RowSource)?.rowCount ?? 0
            count -= try both.visible(strip as any RowSource)?.rowCount ?? 0
        }
        return count
    }
}

/// What a deletion would do.
public struct DeletionPreview: Hashable, Sendable {
    /// Events that would be deleted.
    public let eventCount: Int
    /// Chunks that hold some of them or may.
    public fileprivate(set) var chunkCount = 0
    /// Bytes of the files of these.
    public fileprivate(set) var byteCount: Int64 = 0

    fileprivate init(eventCount: Int) {
        self.eventCount = eventCount
    }
}
