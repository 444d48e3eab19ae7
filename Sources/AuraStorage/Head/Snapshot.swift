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

    /// Calls `body` with all rows of those times, those of chunks first, until it returns false.
    ///
    /// In no order that a caller may rely on.
    ///
    /// - Parameters:
    ///   - times: nil means all.
    ///   - filters: Rows that do not pass all of them may be left out.
    public func forEachSource(
        in times: TimeRanges? = nil, where filters: [ValueFilter] = [],
        _ body: (any RowSource) throws(StorageError) -> Bool
    ) throws(StorageError) {
        try forEachPart(in: times) { part throws(StorageError) in
            try part.forEachSource(in: times) { masked throws(StorageError) in
                guard let source = try masked.rows(in: times, where: filters) else {
                    return true
                }
                return try body(source)
            }
        }
    }

    /// Calls `body` with each part that may have events of those times, chunks first, until it returns
    /// false.
    ///
    /// - Parameter times: nil means all.
    package func forEachPart(
        in times: TimeRanges? = nil, _ body: (SnapshotPart) throws(StorageError) -> Bool
    ) throws(StorageError) {
        for chunk in chunks
        where times?.overlaps(chunk.entry.timeRange) ?? true && !mask.hidesAll(of: chunk) {
            guard try body(SnapshotPart(chunk, mask.part(for: chunk))) else { return }
        }
        for strip in runs.joined() where times?.overlaps(strip.timeRange) ?? true {
            guard try body(SnapshotPart(strip, mask)) else { return }
        }
        for strip in tail where times?.overlaps(strip.timeRange) ?? true {
            guard try body(SnapshotPart(strip, mask)) else { return }
        }
    }

    /// The numbers of the chunks that have anything to see.
    package var visibleChunks: [UInt64] {
        chunks.filter { !mask.hidesAll(of: $0) }.map(\.entry.number)
    }

    /// The parts in memory that have events behind a sequence number.
    package func strips(after sequence: UInt64) -> [SnapshotPart] {
        (runs.joined() + tail).filter { $0.endSequence > sequence + 1 }
            .map { SnapshotPart($0, mask) }
    }

    /// Events of chunks that may have to be read for those times.
    package func chunkRows(in times: TimeRanges) -> Int {
        chunks.reduce(0) { $0 + (times.overlaps($1.entry.timeRange) ? $1.entry.rowCount : 0) }
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
