/// Files that are no part of the store any more, kept for the next of their kind to be written over.
///
/// Where a file system discards freed blocks at once (ext4 mounted with `discard`, as many a cloud's
/// images are), each file that is removed holds up the syncs of the log for 10 to 20 ms. Whatever is
/// left of them is removed when the store is closed, or opened next.
struct RecycledFiles: Sendable {
    private var segments: [UInt64] = []
    /// Number of a checkpoint and of the index beside it.
    private var checkpoint: UInt64?

    /// More than so many segments are not kept: a burst must not occupy the disk for ever.
    static let segmentLimit = 4

    /// Takes what a flush has made useless.
    ///
    /// - Returns: Names of what there is no use for.
    mutating func keep(segments retired: Range<UInt64>, checkpoint number: UInt64?) -> [String] {
        let kept = retired.prefix(RecycledFiles.segmentLimit - segments.count)
        segments += kept
        var names = retired.dropFirst(kept.count).map(RecycledFiles.segmentName)
        if let number {
            if let checkpoint { names += RecycledFiles.checkpointNames(checkpoint) }
            checkpoint = number
        }
        return names
    }

    /// The segment that is to become a spare.
    mutating func takeSegment() -> UInt64? { segments.popLast() }

    /// The checkpoint that the next one is to be written over.
    mutating func takeCheckpoint() -> UInt64? {
        defer { checkpoint = nil }
        return checkpoint
    }

    /// Lets go of all.
    ///
    /// - Returns: Their names.
    mutating func removeAll() -> [String] {
        defer { self = RecycledFiles() }
        return segments.map(RecycledFiles.segmentName)
            + (checkpoint.map(RecycledFiles.checkpointNames) ?? [])
    }

    private static func segmentName(_ number: UInt64) -> String {
        FileName.log + "/" + FileName.segment(number)
    }

    private static func checkpointNames(_ number: UInt64) -> [String] {
        [FileName.checkpoint(number), FileName.index(number)]
    }
}
