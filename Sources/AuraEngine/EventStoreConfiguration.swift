public import AuraStorage
public import Logging

/// How to open an `EventStore`.
public struct EventStoreConfiguration: Sendable {
    /// The data directory; made where it is missing.
    public var directory: String
    /// Bytes of memory that events may take; batches beyond are refused until there is room.
    public var memoryLimit = 320 << 20
    /// What the time-bucket index takes from events, and how much memory it may use; nil for a store
    /// that answers no metrics.
    public var indexPlan: IndexPlan?
    /// Bytes of a log segment of a new store; the largest batch must fit into one.
    public var segmentSize: Int64 = 64 << 20
    /// Events in memory from which on they are flushed into a chunk; of twice as many several are
    /// made.
    public var flushRows = 1 << 20
    /// Bytes in memory from which on events are flushed, however few they are; nil for a quarter of
    /// the memory limit.
    public var flushBytes: Int?
    /// How chunks are divided, and what a flush should take beside the events, and a compaction.
    public var chunkLayout = ChunkLayout()
    /// Bytes of blocks of chunks that are kept in memory.
    public var cacheBytes = 32 << 20
    /// How long events are kept.
    public var retention = RetentionPolicy()
    /// Where the ledger of erasures is; nil for a file of the data directory.
    public var ledger: String?
    /// Bytes of files at rest that are read over for rot in a second; 0: none.
    public var scrubBytesPerSecond = 0
    /// Identity of a new store: random.
    public var newIncarnation: UInt64
    /// Where files are.
    public var fileSystem: any FileSystem
    /// The wall clock, µs since the epoch.
    public var clock: @Sendable () -> Int64
    /// Is told once when writing becomes impossible, and when it goes on; silent unless set.
    public var logger = Logger(label: "aura.store", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A configuration with defaults for all that is not named.
    public init(
        directory: String, newIncarnation: UInt64, fileSystem: any FileSystem,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.directory = directory
        self.newIncarnation = newIncarnation
        self.fileSystem = fileSystem
        self.clock = clock
    }
}
