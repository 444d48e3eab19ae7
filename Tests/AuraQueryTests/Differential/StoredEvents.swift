import AuraCore
import AuraQuery
import AuraStorage
import AuraTesting

/// A way to keep events, all of which must answer alike.
struct Keeping: CustomStringConvertible, Sendable {
    var batchRows = 50
    /// Batches from one flush to the next; 0: nothing is flushed.
    var flushes = 0
    var isCompacted = false
    var layout = ChunkLayout()
    /// Whether an index counts them.
    var hasIndex = false

    /// All in memory, in few batches.
    init() {}

    /// Chunks, or chunks and some memory behind them, cut up in some way.
    init(_ random: inout SeededRandom) {
        batchRows = random.element(of: [1, 5, 30, 300])
        flushes = random.element(of: [0, 1, 2, 5]) * max(1, 20 / batchRows)
        isCompacted = random.chance(50)
        layout.sectionRows = random.element(of: [1, 5, 40, 10_000])
        layout.groupRows = random.element(of: [3, 7, 64, 65_536])
        layout.entriesPerBlock = random.element(of: [1, 10, 4_096])
        layout.derivesColumns = random.chance(50)
        layout.findsIDs = random.chance(50)
        hasIndex = random.chance(70)
    }

    var description: String {
        "batches of \(batchRows), flushed every \(flushes)" + (isCompacted ? ", compacted" : "")
            + ", sections of \(layout.sectionRows), groups of \(layout.groupRows), "
            + "\(layout.entriesPerBlock) entries a block" + (hasIndex ? ", with an index" : "")
    }

    /// Why events cannot be kept.
    struct Failure: Error {
        let description: String
    }

    /// What a store says that keeps the events this way.
    func source(of events: [Event]) throws -> QuerySource {
        var options = Storage.Options(incarnation: 7)
        options.segmentSize = 1 << 20
        options.chunkLayout = layout
        options.compaction.smallRows = 1
        if hasIndex { options.indexPlan = .standard }
        var now: Int64 = 1_712_000_000_000_000
        var storage = try Storage(
            directory: "/store", fileSystem: SimulatedFileSystem(), options: options, now: now)
        var batches = 0
        for start in stride(from: 0, to: events.count, by: batchRows) {
            var builder = BatchBuilder()
            for event in events[start..<min(start + batchRows, events.count)] {
                _ = try builder.append(event)
            }
            let batch = try EventBatch(validating: builder.finish() ?? [])
            now += 1_000
            var intake = Intake<Int>(storage, memoryLimit: 64 << 20)
            try intake.append(
                batch.bytes, layout: batch.layout,
                origin: BatchOrigin(clientHash: Checksum.hash64(batch.bytes)), ticket: 0, now: now)
            guard let taken = intake.take() else { throw Failure(description: "no group") }
            try storage.append(taken.group, now: now)
            batches += 1
            if flushes > 0, batches % flushes == 0 { try Self.flush(&storage, now) }
        }
        if isCompacted { try Self.compact(&storage, now) }
        guard let index = storage.index else { return QuerySource(storage.snapshot) }
        return QuerySource(index.view, CatalogueCache())
    }

    private static func flush(_ storage: inout Storage, _ now: Int64) throws {
        guard let job = storage.beginFlush() else { return }
        try storage.endFlush(try job.run(), now: now).remove()
    }

    private static func compact(_ storage: inout Storage, _ now: Int64) throws {
        while let job = storage.beginCompaction(.full) {
            let chunks = try job.run()
            try storage.endCompaction(chunks, now: now)
            storage.takeRetired().remove()
            if chunks == nil { return }
        }
    }
}
