import AuraCore

/// What the manifest says of a chunk: enough to know whether a question concerns it, and to find out
/// that the file is not the one that was written.
struct ChunkEntry: Hashable, Sendable {
    let number: UInt64
    let rowCount: Int
    let fileSize: Int64
    let timeRange: ClosedRange<Int64>
    let sequenceRange: ClosedRange<UInt64>
    let footerHash: Hash128
    /// Every tombstone up to this number is carried out in it.
    var tombstone: UInt64 = 0
    /// 0 as a flush wrote it, 1 after a compaction.
    var level: UInt8 = 0

    /// The name of its file, below the data directory.
    var name: String { FileName.chunks + "/" + FileName.chunk(number) }
}
