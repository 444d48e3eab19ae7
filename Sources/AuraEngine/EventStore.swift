public import AuraCore
public import AuraQuery
public import AuraStorage

/// The one door to the engine: a data directory as an event store.
///
/// Safe to use from any thread. Writes are answered when durable and visible; reads work on
/// snapshots and never wait for writers.
public final class EventStore: Sendable {
    let committer: Committer
    let index: EventIndex?
    let damage: DamageLog
    private let catalogues = CatalogueCache()
    /// The statements that are being answered, as far as whoever answers them says so.
    public let runningQueries = RunningQueries()
    private let scrubber: Scrubber
    let auditor: IndexAuditor
    /// What was found when the store was opened.
    public let recovery: RecoveryReport
    /// Identity of the store: another one after a restore.
    public let incarnation: UInt64
    /// Bytes of memory that events may take.
    public let memoryLimit: Int

    /// Opens the store of a data directory, or makes one.
    public init(_ configuration: EventStoreConfiguration) throws(EngineError) {
        memoryLimit = configuration.memoryLimit
        damage = DamageLog(configuration.logger)
        scrubber = Scrubber(
            bytesPerSecond: configuration.scrubBytesPerSecond, clock: configuration.clock,
            logger: configuration.logger)
        auditor = IndexAuditor(logger: configuration.logger)
        var options = Storage.Options(incarnation: configuration.newIncarnation)
        options.segmentSize = configuration.segmentSize
        options.indexPlan = configuration.indexPlan
        options.flushRows = configuration.flushRows
        // A quarter: while one part is flushed the next ones come.
        options.flushBytes = configuration.flushBytes ?? configuration.memoryLimit / 4
        options.chunkLayout = configuration.chunkLayout
        options.cacheBytes = configuration.cacheBytes
        options.ledger = configuration.ledger
        do throws(StorageError) {
            let storage = try Storage(
                directory: configuration.directory, fileSystem: configuration.fileSystem,
                options: options, now: configuration.clock())
            recovery = storage.recovery
            incarnation = storage.incarnation
            index = storage.index
            committer = Committer(
                storage, memoryLimit: configuration.memoryLimit,
                retention: configuration.retention, clock: configuration.clock,
                logger: configuration.logger)
        } catch { throw .storage(error) }
        damage.note(snapshot.missing)
        if let index { auditor.begin(index) }
        scrubber.begin({ [committer] in committer.restingFiles }) { [committer, damage] file in
            damage.note(committer.snapshot.missing)
            // What rots of the log is still in memory: it is better off in a chunk.
            if file.isOfLog { committer.flush { _ in } }
        }
    }

    /// Takes a valid batch; the bytes are copied before this returns.
    ///
    /// - Parameters:
    ///   - layout: What `BatchLayout(validating:)` said of these bytes.
    ///   - reply: Called once: with the outcome when the batch is durable and visible, on the
    ///     writer's thread; or with a refusal, perhaps before this returns. It must not block.
    public func submit(
        _ batch: RawSpan, layout: BatchLayout, origin: BatchOrigin,
        reply: @escaping @Sendable (Result<AppendOutcome, Refusal>) -> Void
    ) {
        committer.submit(batch, layout: layout, origin: origin, reply: reply)
    }

    /// Opens a producer by name, fencing whoever opened it before; answered as `submit` is.
    public func open(
        producer name: String,
        reply: @escaping @Sendable (Result<AppendOutcome, Refusal>) -> Void
    ) {
        committer.open(producer: name, reply: reply)
    }

    /// Appends a batch and waits until it is durable and visible.
    public func append(_ batch: EventBatch) async throws(EngineError) -> AppendOutcome {
        let origin = BatchOrigin(clientHash: Checksum.hash64(batch.bytes))
        let result = await withCheckedContinuation { continuation in
            submit(batch.bytes, layout: batch.layout, origin: origin) {
                continuation.resume(returning: $0)
            }
        }
        do throws(Refusal) { return try result.get() } catch { throw .refused(error) }
    }

    /// What queries are answered from now: all that is visible, and what the index counts of it.
    public var querySource: QuerySource {
        index.map { QuerySource($0.view, catalogues, runningQueries) }
            ?? QuerySource(snapshot, catalogues, runningQueries)
    }

    /// All events that are visible now.
    public var snapshot: Snapshot { committer.snapshot }

    /// How far writing has come.
    public var progress: Progress { committer.progress }

    /// Counts the events that are visible now; ends early with `.stopped` once `shouldStop`, which
    /// is asked again and again, says so.
    public func count(
        _ query: CountQuery, shouldStop: () -> Bool = { false }
    ) throws(EngineError) -> CountResult {
        do throws(QueryError) {
            let result = try Counter.run(query, over: snapshot, shouldStop: shouldStop)
            damage.note(result.missing)
            return result
        } catch { throw EngineError(error) }
    }

    /// Reads the events that are visible now, but for chunks that cannot be read; `body` is called
    /// again where one turns out to be damaged.
    ///
    /// - Returns: What `body` made of them, and what it lacked, whether it needed that or not.
    public func read<Content>(
        _ body: (Snapshot) throws(StorageError) -> Content
    ) throws(StorageError) -> (content: Content, missing: [MissingChunk]) {
        let found = try snapshot.readingWhole(body)
        damage.note(found.missing)
        return found
    }

    /// What is stored and cannot be read: answers that need it say so.
    public var missing: [MissingChunk] {
        let missing = snapshot.missing
        damage.note(missing)
        return missing
    }

    /// Calls `body` on the writer's thread after each commit and promise, until the observation is
    /// released.
    ///
    /// It must not block: it is the place to wake whoever follows the store.
    public func observe(_ body: @escaping @Sendable (Progress) -> Void) -> Observation {
        let committer = committer
        let number = committer.addObserver(body)
        return Observation { committer.removeObserver(number) }
    }

    /// Moves all events that are in memory now into a chunk, and waits until that is done.
    public func flush() async throws(EngineError) {
        let result = await withCheckedContinuation { continuation in
            committer.flush { continuation.resume(returning: $0) }
        }
        do throws(StorageError) { try result.get() } catch { throw .storage(error) }
    }

    /// Why nothing can be written; nil while all is well.
    public var failure: FileSystemError? { committer.failure }

    /// Bytes of memory that events take.
    public var memoryBytes: Int { committer.memoryBytes }

    /// How far all files at rest were read over for rot.
    public var scrub: ScrubStatus { scrubber.status }

    /// Commits what was taken, refuses what comes, and marks the store as closed in order.
    public func close() throws(EngineError) {
        scrubber.close()
        auditor.close()
        do throws(StorageError) { try committer.close() } catch { throw .storage(error) }
    }
}

/// How far writing has come, in sequence numbers, inclusive.
public struct Progress: Hashable, Sendable {
    /// Durable and visible to reads.
    public let visible: UInt64
    /// Beyond any repair by the sender: clients may let go of what they kept.
    public let stable: UInt64
}

/// Ends an observation when released.
public final class Observation: Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) {
        self.end = end
    }

    deinit {
        end()
    }
}
