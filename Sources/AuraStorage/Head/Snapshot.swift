/// An immutable view of all events up to one watermark.
///
/// Cheap to copy; holds what it shows alive, and blocks nobody.
public struct Snapshot: Sendable {
    /// The chunks, by their first sequence number.
    let chunks: [Chunk]
    /// Full runs of strips, and the run that still grows: appending to the head copies at most one
    /// run, whoever holds snapshots.
    let runs: [[Strip]]
    let tail: [Strip]
    /// What is hidden of all of them.
    let mask: Mask
    /// Sequence number of the last event that is visible; 0 if there is none.
    public let watermark: UInt64

    /// No events.
    public static let empty = Snapshot(chunks: [], runs: [], tail: [], mask: .none, watermark: 0)

    /// Chunks that it consists of, beside the events in memory.
    public var chunkCount: Int { chunks.count }

    /// Calls `body` with all rows, those of chunks first, until it returns false.
    ///
    /// In no order that a caller may rely on. Chunks whose times lie outside the range are left out;
    /// of others all rows come.
    public func forEachSource(
        in times: Range<Int64>? = nil, _ body: (any RowSource) throws(StorageError) -> Bool
    ) throws(StorageError) {
        for chunk in chunks where times.map({ chunk.entry.overlaps($0) }) ?? true {
            for source in try mask.sources(of: chunk) {
                guard try body(source) else { return }
            }
        }
        for run in runs {
            for strip in run {
                guard let source = try mask.visible(strip as any RowSource) else { continue }
                guard try body(source) else { return }
            }
        }
        for strip in tail {
            guard let source = try mask.visible(strip as any RowSource) else { continue }
            guard try body(source) else { return }
        }
    }

    /// Calls `body` with all events as strips, in the order of sequence numbers, until it returns
    /// false.
    public func forEachStrip(
        from sequence: UInt64 = 0, _ body: (Strip) -> Bool
    ) throws(StorageError) {
        let inMemory = runs.first?.first?.firstSequence ?? tail.first?.firstSequence
        if sequence < inMemory ?? .max, !chunks.isEmpty {
            let replay = ChunkReplay(chunks, mask)
            guard try replay.forEachStrip(from: sequence, body) else { return }
        }
        for run in runs where (run.last?.endSequence ?? 0) > sequence {
            for strip in run where strip.endSequence > sequence {
                guard try mask.visible(strip).allSatisfy(body) else { return }
            }
        }
        for strip in tail where strip.endSequence > sequence {
            guard try mask.visible(strip).allSatisfy(body) else { return }
        }
    }
}

extension ChunkEntry {
    /// Whether some of its events may lie in the range.
    func overlaps(_ times: Range<Int64>) -> Bool {
        timeRange.upperBound >= times.lowerBound && timeRange.lowerBound < times.upperBound
    }
}
