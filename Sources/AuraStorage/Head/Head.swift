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
    private var runBytes = 0
    private var watermark: UInt64 = 0

    /// Strips of one run.
    static let runLength = 256
    /// Batches with fewer rows are merged when their run fills: merging costs about 2 µs an event,
    /// which batches of that size pay for their own headers already.
    static let smallRows = 64
    /// Rows at which a merged batch is full.
    static let mergedRows = 4_096

    /// An empty head.
    public init() {}

    /// Bytes held for events.
    public var byteCount: Int { runBytes + tailBytes }

    /// Takes the batches of a durable group, whose buffer they keep alive.
    mutating func append(_ group: CommitGroup) {
        for record in group.records {
            guard let batch = group.batch(record) else { continue }
            tail.append(Strip(firstSequence: record.header.firstSequence, batch: batch))
            watermark = record.header.firstSequence + UInt64(batch.rowCount) - 1
        }
        if group.eventCount > 0 { tailBytes += group.bytes.capacity }
        if tail.count >= Head.runLength { closeRun() }
    }

    /// The present content.
    public var snapshot: Snapshot { Snapshot(runs: runs, tail: tail, watermark: watermark) }

    private mutating func closeRun() {
        var run: [Strip] = []
        var bytes = 0
        var small = MergeableStrips()
        func flush() {
            guard let merged = small.merge() else { return }
            run.append(merged)
            bytes += merged.batch.layout.size
        }
        // Batches that stay keep their whole group alive: nothing of it is given back.
        var keepsGroups = false
        for strip in tail {
            if small.isFull(for: strip) { flush() }
            if strip.batch.rowCount < Head.smallRows, small.add(strip) { continue }
            flush()
            run.append(strip)
            keepsGroups = true
        }
        flush()
        runs.append(run)
        runBytes += keepsGroups ? bytes + tailBytes : bytes
        tail = []
        tailBytes = 0
    }
}

/// Consecutive small strips that are to become one, as many as surely fit one batch.
struct MergeableStrips {
    private var strips: [Strip] = []
    private var rows = 0
    private var types = 0
    private var columns = 0
    private var bytes = 0

    // Together these keep a merged batch below `Limits.batchBytes`: besides the bytes of its strips
    // it has, for each column, a bit for each row and type.
    private static let mostTypes = 512
    private static let mostColumns = 1_024
    private static let mostBytes = 2 << 20

    /// Bytes that a strip adds at most: values that its own encoding packs may lie plainly in the
    /// merged one.
    private static func bound(_ strip: Strip) -> Int {
        let layout = strip.batch.layout
        return layout.size + layout.rowCount * (10 + 16 * layout.columns.count)
    }

    /// Whether the strip must wait for the next merge.
    func isFull(for strip: Strip) -> Bool {
        let layout = strip.batch.layout
        return rows >= Head.mergedRows || types + layout.types.count > Self.mostTypes
            || columns + layout.columns.count > Self.mostColumns
            || bytes + Self.bound(strip) > Self.mostBytes
    }

    /// Adds a strip; false where it is too large to be merged with any.
    mutating func add(_ strip: Strip) -> Bool {
        if isFull(for: strip) { return false }
        strips.append(strip)
        rows += strip.batch.rowCount
        types += strip.batch.layout.types.count
        columns += strip.batch.layout.columns.count
        bytes += Self.bound(strip)
        return true
    }

    /// One strip of the events of all, in a buffer of its own; begins anew.
    mutating func merge() -> Strip? {
        guard let first = strips.first else { return nil }
        defer { self = MergeableStrips() }
        guard strips.count > 1 else { return first.compacted() }
        var builder = BatchBuilder()
        for event in strips.lazy.flatMap({ $0.batch.events() }) {
            do throws(EventError) {
                try builder.append(event)
            } catch {
                preconditionFailure("an event of a valid batch is not valid: \(error)")
            }
        }
        return Strip(firstSequence: first.firstSequence, batch: builder.valid())
    }
}

extension Strip {
    /// The same strip with a buffer of its own.
    fileprivate func compacted() -> Strip {
        Strip(
            firstSequence: firstSequence,
            batch: EventBatch(storage: batch.bytes.array, start: 0, layout: batch.layout))
    }
}

extension BatchBuilder {
    /// What was collected, as a batch; there is something.
    fileprivate mutating func valid() -> EventBatch {
        guard let bytes = finish() else { preconditionFailure("merged strips have events") }
        do throws(FormatError) {
            return try EventBatch(validating: bytes)
        } catch {
            preconditionFailure("an encoded batch is not valid: \(error)")
        }
    }
}
