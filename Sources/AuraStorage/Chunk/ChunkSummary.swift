/// What a chunk holds, for people.
package struct ChunkSummary: Sendable {
    /// The name of its file, below the data directory.
    package let name: String
    /// Events in it, deleted ones too until it is rewritten.
    package let rowCount: Int
    /// Bytes of the file.
    package let fileSize: Int64
    /// From the earliest to the latest time, in µs.
    package let timeRange: ClosedRange<Int64>
    /// From the least to the greatest sequence number; others between may be elsewhere.
    package let sequenceRange: ClosedRange<UInt64>
    /// 0 as a flush wrote it, 1 after a compaction.
    package let level: UInt8

    init(_ entry: ChunkEntry) {
        name = entry.name
        rowCount = entry.rowCount
        fileSize = entry.fileSize
        timeRange = entry.timeRange
        sequenceRange = entry.sequenceRange
        level = entry.level
    }
}

extension Snapshot {
    /// The chunks that have anything to see, by their first sequence number.
    package var chunkSummaries: [ChunkSummary] {
        chunks.filter { !mask.hidesAll(of: $0) }.map { ChunkSummary($0.entry) }
    }
}
