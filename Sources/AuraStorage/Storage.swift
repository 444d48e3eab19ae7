import AuraCore

/// The synchronous heart of the engine: log, manifest and head of one data directory.
///
/// One owner, no locks, no clock: time, files and chance come in as parameters, so that a simulation
/// drives the same code as production. The order in `append` is the commit protocol: written,
/// synced, then visible; the caller acknowledges after that.
public struct Storage: Sendable {
    /// How a new store is made, and how many segments are kept ready.
    public struct Options: Hashable, Sendable {
        /// Bytes of a log segment, a multiple of `Limits.groupAlignment`.
        ///
        /// Kept by the store from its creation on. The largest batch must fit into one.
        public var segmentSize: Int64 = 64 << 20
        /// Spare segments kept ready.
        public var spareSegments = 2
        /// What the index takes from events; nil for a store without one.
        public var indexPlan: IndexPlan?
        /// Events in memory from which on they are flushed into a chunk; of twice as many several
        /// are made.
        public var flushRows = 1 << 20
        /// Bytes in memory from which on events are flushed, however few they are.
        public var flushBytes = 64 << 20
        /// How the rows of new chunks are divided.
        public var chunkLayout = ChunkLayout()
        /// When chunks are merged.
        public var compaction = CompactionPolicy()
        /// Bytes of the manifest's file from which on it may be left for a new one.
        public var manifestBytes: Int64 = 4 << 20
        /// Where the ledger of erasures is; nil for a file of the data directory.
        public var ledger: String?
        /// Bytes of blocks of chunks that are kept in memory.
        public var cacheBytes = 32 << 20
        /// Identity of a new store, drawn at random by the caller.
        public var incarnation: UInt64

        /// The defaults, and an identity.
        public init(incarnation: UInt64) {
            self.incarnation = incarnation
        }

        /// The smallest segment that takes any group.
        public static let smallestSegment =
            Int64(SegmentHeader.size + CommitGroup.maximumSize)
    }

    let place: StorePlace
    /// Held until the store is closed.
    private var lock: DirectoryLock?
    let options: Options
    var manifest: Manifest
    var log: Log
    var head: Head
    let cache: BlockCache
    /// By their first sequence number.
    var chunks: [Chunk]
    let chunkNumbers: ChunkNumbers
    let ledger: ErasureLedger
    /// What is hidden of all events.
    var mask: Mask
    var isFlushing = false
    var recycled = RecycledFiles()
    var isCompacting = false
    private(set) var isClosed = false
    /// Chunks that are no part of the store any more, while somebody may still read them.
    var retiring: [Chunk] = []

    /// Sequence number up to which every event lies in a group that a durable header promises: not
    /// even rot in the last group can pass for a torn tail any more.
    public private(set) var stableSequence: UInt64
    /// Whether the last group still waits for a later one to promise it.
    public private(set) var needsPromise = false

    /// The time-bucket index of all durable events, if there is one.
    public let index: EventIndex?
    /// What was found when the store was opened.
    public let recovery: RecoveryReport
    /// The producers as the durable groups have them; the owner takes them over to admit batches.
    public private(set) var producers: Producers
    /// Ingest time of the last record of the log, µs.
    public private(set) var lastIngestTime: Int64

    /// Opens the store of a data directory, or makes one where the directory is empty.
    ///
    /// What the log holds beyond the chunks is in the head afterwards, and durable.
    /// - Throws: `.inUse`, `.missing`, `.corrupt`, `.newerFormat`, `.noSpace`, `.io`. Nothing that
    ///   was acknowledged is changed when it throws.
    public init(
        directory: String, fileSystem: any FileSystem, options: Options, now: Int64
    ) throws(StorageError) {
        var options = options
        options.chunkLayout.rollups = options.indexPlan
        self.options = options
        place = StorePlace(fileSystem: fileSystem, directory: directory)
        lock = try Storage.lock(directory, fileSystem)
        var report = RecoveryReport()
        manifest = try Storage.openManifest(place, options, now: now, report: &report)
        let recovery = LogRecovery(
            place: place, manifest: manifest.state, incarnation: manifest.incarnation)
        var contents = try StoreContents(
            place, manifest.state, incarnation: manifest.incarnation,
            indexPlan: options.indexPlan, cacheBytes: options.cacheBytes, report: &report)
        var found = try recovery.run(report: &report) { place throws(StorageError) in
            try contents.replay.take(place)
        }
        report.groups = found.log.lastGroup
        report.events = found.log.nextSequence - 1
        report.wasClosed =
            found.log.lastGroup == 0 || manifest.state.closedAtGroup == found.log.lastGroup
        if var group = found.doubtful {
            do {
                try found.log.appendAgain(&group, manifest: &manifest, now: now)
            } catch {
                if case .failed(let cause) = error { throw .io(cause) }
                throw error
            }
        }
        log = found.log
        head = contents.replay.head
        index = contents.index
        producers = contents.replay.producers
        lastIngestTime = contents.replay.lastIngestTime
        cache = contents.cache
        chunks = contents.chunks
        // A flush of hidden events alone has left a checkpoint and no chunk of its number.
        chunkNumbers = ChunkNumbers(
            behind: max(manifest.state.lastChunk, manifest.state.flushed?.checkpoint ?? 0))
        ledger = ErasureLedger(place, at: options.ledger)
        mask = contents.mask
        self.recovery = report
        stableSequence = log.nextSequence - 1
        do throws(FileSystemError) {
            try manifest.write([.opened(lastGroup: log.lastGroup, time: now)], now: now)
            place.removeUnnamed(manifest)
            manifest.restate(beyond: options.manifestBytes, now: now)
        } catch {
            // A full disk must not keep its reader out; the next edit tries again.
            guard error.reason == .noSpace, manifest.isWritable else { throw .io(error) }
            stableSequence = 0
            needsPromise = log.lastGroup > 0
        }
        try replayLedger(now: now)
        index?.show(snapshot)
    }

    /// Makes the directory where it is missing and takes it for this process.
    private static func lock(
        _ directory: String, _ fileSystem: any FileSystem
    ) throws(StorageError) -> DirectoryLock {
        do throws(FileSystemError) {
            try fileSystem.createDirectory(directory)
            return try DirectoryLock(of: directory, in: fileSystem)
        } catch {
            throw error.reason == .isLocked ? .inUse(directory: directory) : .io(error)
        }
    }

    private static func openManifest(
        _ place: StorePlace, _ options: Options, now: Int64, report: inout RecoveryReport
    ) throws(StorageError) -> Manifest {
        var manifest: Manifest
        if let name = try CurrentFile.read(place) {
            manifest = try Manifest.open(place, named: name, report: &report)
        } else {
            manifest = try create(place, options, now: now)
        }
        if manifest.state.lastSegment == 0 { try startLog(place, &manifest, now: now) }
        if manifest.state.isCopy, !Canary.keepIdentity.isActive {
            do throws(FileSystemError) {
                try manifest.write(
                    [.renewed(identity: options.incarnation, time: now)], now: now)
            } catch { throw StorageError(error, in: place.directory) }
        }
        return manifest
    }

    /// A new store: allowed only where no log is, for a log without its manifest is a loss.
    private static func create(
        _ place: StorePlace, _ options: Options, now: Int64
    ) throws(StorageError) -> Manifest {
        precondition(options.segmentSize % Int64(Limits.groupAlignment) == 0)
        guard try !place.holdsEvents() else {
            throw .missing(
                file: FileName.current,
                reason: "the directory holds a log or chunks, but not the name of its manifest")
        }
        do throws(FileSystemError) {
            if !Canary.skipParentSync.isActive {
                try place.fileSystem.syncNames(above: place.directory)
            }
            return try Manifest.create(
                place, incarnation: options.incarnation, segmentSize: options.segmentSize,
                now: now)
        } catch { throw StorageError(error, in: place.directory) }
    }

    private static func startLog(
        _ place: StorePlace, _ manifest: inout Manifest, now: Int64
    ) throws(StorageError) {
        do {
            try place.fileSystem.createDirectory(place.logDirectory)
            // CURRENT too may be in the cache alone: the process that renamed it may have ended there.
            if !Canary.skipDirectorySync.isActive {
                try place.fileSystem.syncDirectory(place.directory)
            }
            _ = try Segment.create(
                place, number: 1, incarnation: manifest.incarnation,
                size: manifest.state.segmentSize)
            try manifest.write([.segmentUsed(number: 1, syncedGroup: 0)], now: now)
        } catch {
            throw StorageError(error, in: place.directory)
        }
    }

    /// Makes the group durable, then visible.
    ///
    /// - Throws: `.noSpace`, and it may be tried again; `.failed`, and nothing more is accepted.
    ///   Nothing is changed then, but the group may be there when the store is opened again.
    public mutating func append(
        _ group: consuming CommitGroup, now: Int64
    ) throws(StorageError) {
        if isClosed { throw .closed }
        var group = group
        let first = log.nextSequence
        precondition(
            group.records.first.map { $0.header.firstSequence == first } ?? true,
            "a group that does not follow")
        if Canary.showBeforeSync.isActive { head.append(group) }
        try log.append(&group, manifest: &manifest, now: now)
        for record in group.records {
            lastIngestTime = record.header.ingestTime
            _ = producers.apply(record.header, name: group.name(record))
        }
        group.trim()
        if !Canary.showBeforeSync.isActive { head.append(group) }
        index?.show(snapshot)
        index?.take(group)
        stableSequence = first - 1
        needsPromise = true
    }

    /// Appends an empty group, whose header promises the last: done when nothing else comes.
    public mutating func promise(now: Int64) throws(StorageError) {
        if isClosed { throw .closed }
        var group = CommitGroup()
        try log.append(&group, manifest: &manifest, now: now)
        stableSequence = log.nextSequence - 1
        needsPromise = false
    }

    /// Bytes that a group may have.
    var groupRoom: Int { Int(manifest.state.segmentSize - GroupFile.start) }
    /// Number of the last durable group.
    public var lastGroup: UInt64 { log.lastGroup }
    /// Sequence number of the next event.
    public var nextSequence: UInt64 { log.nextSequence }
    /// The identity of the store: drawn when it was made, and again for each copy.
    public var incarnation: UInt64 { manifest.state.identity ?? manifest.incarnation }
    /// The present events.
    public var snapshot: Snapshot { head.snapshot(with: chunks, mask) }
    /// What nobody writes to any more: chunks, and the segments before the last.
    public var restingFiles: [RestingFile] {
        snapshot.restingFiles
            + (manifest.state.firstSegment..<log.segmentNumber).map {
                place.restingSegment($0, size: manifest.state.segmentSize)
            }
    }
    /// Bytes of memory that events take.
    public var headBytes: Int { head.byteCount }
    /// Why nothing is accepted any more, or soon will not be; nil while all is well.
    ///
    /// Without its manifest the log cannot go on to another segment.
    public var failure: FileSystemError? { log.failure ?? manifest.failure }

    /// Marks the store as closed in order and gives the directory back; nothing is accepted
    /// afterwards, also when it throws.
    public mutating func close(now: Int64) throws(StorageError) {
        if isClosed { return }
        isClosed = true
        defer { lock = nil }
        removeRecycled()
        guard failure == nil else { return }
        do throws(FileSystemError) {
            try manifest.write([.closed(lastGroup: log.lastGroup, time: now)], now: now)
        } catch { throw StorageError(error, in: place.directory) }
    }
}

extension StorageError {
    /// What a refused operation means for the store of that directory.
    init(_ error: FileSystemError, in directory: String) {
        self = error.reason == .noSpace ? .noSpace(directory: directory) : .io(error)
    }
}
