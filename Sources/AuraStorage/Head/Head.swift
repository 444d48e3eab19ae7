import AuraCore

/// The events that only the log holds, in memory: their batches as they came, in order.
///
/// Small batches are merged as their run fills, so that a million single events do not end as a
/// million batches.
public struct Head: Sendable {
    private var runs: [[Strip]] = []
    private var tail: [Strip] = []
    /// Bytes of the tail's group buffers, each counted once.
    private var tailBytes = 0
    /// Bytes of the tail's strips themselves, beside the buffers they lie in.
    private var tailLayoutBytes = 0
    private var runBytes = 0
    private var watermark: UInt64
    private var rowsInRuns = 0
    private var rowsInTail = 0
    /// Runs that are being flushed, the first ones, and what they hold.
    private var flushing = (runs: 0, rows: 0, bytes: 0)

    /// Strips of one run.
    static let runLength = 256
    /// Batches with fewer rows are merged when their run fills: merging costs about 2 µs an event,
    /// which batches of that size pay for their own headers already.
    static let smallRows = 64
    /// Larger batches are left alone, however few rows they have: what the builder guesses for the
    /// size of one event stays far below the limit of a batch.
    static let smallBytes = 16 << 10
    /// Rows at which a merged batch is full.
    static let mergedRows = 4_096

    /// An empty head.
    public init() { self.init(behind: 0) }

    /// An empty head of a store that has the events up to that sequence number elsewhere.
    init(behind sequence: UInt64) { watermark = sequence }

    /// Events in it.
    var rowCount: Int { rowsInRuns + rowsInTail }

    /// Bytes held for events.
    public var byteCount: Int { runBytes + tailBytes + tailLayoutBytes }

    /// Takes the batches of a durable group, whose buffer they keep alive.
    mutating func append(_ group: CommitGroup) {
        for record in group.records {
            guard let batch = group.batch(record) else { continue }
            let strip = Strip(firstSequence: record.header.firstSequence, batch: batch)
            tail.append(strip)
            tailLayoutBytes += strip.layoutSize
            rowsInTail += batch.rowCount
            watermark = record.header.firstSequence + UInt64(batch.rowCount) - 1
        }
        if group.eventCount > 0 { tailBytes += group.bytes.capacity }
        if tail.count >= Head.runLength { closeRun() }
    }

    /// The present content.
    func snapshot(with chunks: [Chunk], _ mask: Mask) -> Snapshot {
        Snapshot(chunks: chunks, runs: runs, tail: tail, mask: mask, watermark: watermark)
    }

    /// All strips there are now, which `endFlush` takes out; nothing else may have begun.
    mutating func beginFlush() -> [Strip] {
        precondition(flushing.runs == 0, "a flush within a flush")
        if !tail.isEmpty { closeRun() }
        flushing = (runs.count, rowsInRuns, runBytes)
        return runs.flatMap(\.self)
    }

    /// Takes out what is flushed, or keeps it after a flush that failed.
    mutating func endFlush(isInstalled: Bool) {
        if isInstalled {
            runs.removeFirst(flushing.runs)
            rowsInRuns -= flushing.rows
            runBytes -= flushing.bytes
        }
        flushing = (0, 0, 0)
    }

    private mutating func closeRun() {
        var run: [Strip] = []
        var bytes = 0
        var small: [Strip] = []
        var smallRows = 0
        func flush() {
            guard !small.isEmpty else { return }
            let merged = Strip.strips(of: small.flatMap(\.events))
            run += merged
            bytes += merged.reduce(0) { $0 + $1.batch.layout.size }
            small = []
            smallRows = 0
        }
        // Batches that stay keep their whole group alive: nothing of it is given back.
        var keepsGroups = false
        for strip in tail {
            if strip.batch.rowCount >= Head.smallRows || strip.batch.layout.size > Head.smallBytes {
                flush()
                run.append(strip)
                keepsGroups = true
                continue
            }
            small.append(strip)
            smallRows += strip.batch.rowCount
            if smallRows >= Head.mergedRows { flush() }
        }
        flush()
        runs.append(run)
        runBytes += keepsGroups ? bytes + tailBytes : bytes
        runBytes += run.reduce(0) { $0 + $1.layoutSize }
        tail = []
        tailBytes = 0
        tailLayoutBytes = 0
        rowsInRuns += rowsInTail
        rowsInTail = 0
    }
}

extension Strip {
    /// Memory that the strip and what is known of its layout take, beside the batch's bytes: with
    /// small batches more than these.
    var layoutSize: Int {
        let arrayHeader = 32
        return MemoryLayout<Strip>.stride + 2 * arrayHeader
            + batch.layout.types.capacity * MemoryLayout<BatchLayout.TypeEntry>.stride
            + batch.layout.columns.capacity * MemoryLayout<BatchLayout.Column>.stride
    }
}
