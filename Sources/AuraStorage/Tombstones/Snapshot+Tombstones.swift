extension Snapshot {
    /// Deletions that are not carried out everywhere yet, the oldest first.
    public var tombstones: [Tombstone] { mask.tombstones }

    /// Number of the last order to delete there ever was; 0 for none.
    package var lastDeletion: UInt64 { mask.lastDeletion }

    /// Whether the tombstone, or one that means all that it means, is not carried out everywhere yet.
    public func isPending(_ tombstone: Tombstone) -> Bool {
        tombstones.contains { $0 == tombstone || $0.includes(tombstone) }
    }

    /// What a tombstone of that target would delete now.
    public func preview(of target: Tombstone.Target) throws(StorageError) -> DeletionPreview {
        let tombstone = Tombstone(
            number: .max, sequence: watermark, segment: 0, time: 0, target: target)
        let eventCount = try rowCount(hiddenBy: tombstone)
        return DeletionPreview(
            eventCount: eventCount, chunks: try chunks(concernedBy: tombstone))
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

    /// The chunks that hold, or may hold, events that a tombstone hides.
    public func chunks(concernedBy tombstone: Tombstone) throws(StorageError) -> ChunkSet {
        var set = ChunkSet()
        for chunk in chunks where try chunk.isConcerned(by: tombstone) { set.add(chunk.entry) }
        return set
    }

    /// The numbers of all chunks: who keeps them keeps no file alive, as a snapshot would.
    public var chunkNumbers: Set<UInt64> { Set(chunks.map(\.entry.number)) }

    /// Which of some chunks are not here any more, and what has been merged since those of `known`
    /// were all there were.
    public func changes(
        of concerned: ChunkSet, since known: Set<UInt64>
    ) -> (gone: ChunkSet, merged: ChunkSet) {
        let present = chunkNumbers
        var merged = ChunkSet()
        for chunk in chunks where chunk.entry.level > 0 && !known.contains(chunk.entry.number) {
            merged.add(chunk.entry)
        }
        return (concerned.without(present), merged)
    }
}

/// Some chunks, and the bytes of their files.
public struct ChunkSet: Hashable, Sendable {
    private var sizes: [UInt64: Int64] = [:]

    /// How many there are.
    public var count: Int { sizes.count }
    /// Bytes of their files.
    public var byteCount: Int64 { sizes.values.reduce(0, +) }

    fileprivate mutating func add(_ entry: ChunkEntry) { sizes[entry.number] = entry.fileSize }

    fileprivate func without(_ numbers: Set<UInt64>) -> ChunkSet {
        var rest = self
        rest.sizes = sizes.filter { !numbers.contains($0.key) }
        return rest
    }
}

/// What a deletion would do.
public struct DeletionPreview: Hashable, Sendable {
    /// Events that would be deleted.
    public let eventCount: Int
    /// Chunks that hold some of them or may.
    public let chunks: ChunkSet
}
