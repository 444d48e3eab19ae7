import AuraCore
import AuraEngine
import AuraServer
import AuraStorage
import AuraTesting
import AuraWire
import Dispatch
import Glibc
import Logging
import Synchronization

/// A server on a store in memory, at a port of its own.
struct TestServer {
    let server: TCPServer
    let store: EventStore
    let disk: SimulatedFileSystem
    let clock: TestClock
    let port: Int

    func client() throws -> RawClient { try RawClient(port: port) }

    /// A client that has greeted.
    func greeted() throws -> RawClient {
        let client = try client()
        try client.greet()
        return client
    }
}

/// A wall clock that tests set; it stands still otherwise.
final class TestClock: Sendable {
    private let time = Mutex<Int64>(TestClock.start)
    static let start: Int64 = 1_700_000_000_000_000

    func now() -> Int64 { time.withLock { $0 } }
    func set(_ value: Int64) { time.withLock { $0 = value } }
}

/// Runs a test with a server, on threads that it may block, and checks that it stops in order.
func withServer(
    policy: any BatchPolicy = OpenPolicy(), authenticator: Authenticator? = nil,
    memoryLimit: Int = 64 << 20, segmentSize: Int64 = 1 << 20, indexPlan: IndexPlan? = nil,
    fileSystem: (any FileSystem)? = nil,
    configure change: (inout ServerConfiguration) -> Void = { _ in },
    body: (TestServer) async throws -> Void
) async throws {
    let disk = SimulatedFileSystem()
    let clock = TestClock()
    var options = EventStoreConfiguration(
        directory: "/data", newIncarnation: 77, fileSystem: fileSystem ?? disk,
        clock: { clock.now() })
    options.segmentSize = segmentSize
    options.memoryLimit = memoryLimit
    options.indexPlan = indexPlan
    // Who wants little memory wants it to be spent.
    if memoryLimit < 64 << 20 { options.flushBytes = .max }
    let store = try EventStore(options)
    var configuration = ServerConfiguration()
    configuration.port = 0
    configuration.lingerTimeout = .milliseconds(200)
    configuration.drainTimeout = .seconds(5)
    change(&configuration)
    let server = TCPServer(
        configuration, store: store, policy: policy, authenticator: authenticator,
        clock: { clock.now() }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let port = try await server.start()
    let world = TestServer(server: server, store: store, disk: disk, clock: clock, port: port)
    do {
        try await withTaskExecutorPreference(BlockableThreads.shared) { try await body(world) }
    } catch {
        try await server.stop()
        throw error
    }
    try await server.stop()
    do throws(EngineError) { try store.close() } catch {
        // A test may have closed it, or broken its disk.
        guard case .storage = error else { throw error }
    }
}

/// Threads that tests may block.
///
/// A `RawClient` that waits for what another task does must not hold the thread that the task needs:
/// the pool has one for each core, and other tests want them too.
final class BlockableThreads: TaskExecutor {
    static let shared = BlockableThreads()
    private let queue = DispatchQueue(label: "aura.tests.blockable", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Events of a type, a second apart, numbered.
func someEvents(_ count: Int, type: String = "user.login", from first: Int = 0) -> [Event] {
    (0..<count).map { index in
        Event(
            type: type, time: Timestamp(microseconds: TestClock.start - 1_000_000),
            attributes: [Attribute("n", .int64(Int64(first + index)))])
    }
}

/// The encoded batch of these events.
func encoded(_ events: [Event]) throws -> [UInt8] {
    var builder = BatchBuilder()
    for event in events {
        guard try builder.append(event) else { throw EventError.eventTooLarge(size: 0) }
    }
    return builder.finish() ?? []
}

/// The encoded batch of `someEvents`.
func someBatch(_ count: Int, type: String = "user.login", from first: Int = 0) throws -> [UInt8] {
    try encoded(someEvents(count, type: type, from: first))
}

/// A file system whose syncs wait while the gate is closed.
final class GatedFileSystem: FileSystem {
    private let inner: SimulatedFileSystem
    let gate = Gate()

    /// Lets syncs pass, or holds them.
    final class Gate: Sendable {
        private let isClosed = Atomic<Bool>(false)

        func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }
        func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }

        func pass() {
            while isClosed.load(ordering: .sequentiallyConsistent) { usleep(200) }
        }
    }

    init(_ inner: SimulatedFileSystem) { self.inner = inner }

    func createDirectory(_ path: String) throws(FileSystemError) {
        try inner.createDirectory(path)
    }
    func list(_ path: String) throws(FileSystemError) -> [String] { try inner.list(path) }
    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        GatedFile(try inner.open(path, mode), gate)
    }
    func exists(_ path: String) throws(FileSystemError) -> Bool { try inner.exists(path) }
    func rename(_ source: String, to target: String) throws(FileSystemError) {
        try inner.rename(source, to: target)
    }
    func remove(_ path: String) throws(FileSystemError) { try inner.remove(path) }
    func syncDirectory(_ path: String) throws(FileSystemError) { try inner.syncDirectory(path) }
    func lock(_ path: String, _ mode: FileLockMode) throws(FileSystemError) -> any FileLock {
        try inner.lock(path, mode)
    }
    func freeBytes(_ path: String) throws(FileSystemError) -> Int64 { try inner.freeBytes(path) }
}

private final class GatedFile: File {
    private let inner: any File
    private let gate: GatedFileSystem.Gate

    init(_ inner: any File, _ gate: GatedFileSystem.Gate) {
        self.inner = inner
        self.gate = gate
    }

    func size() throws(FileSystemError) -> Int64 { try inner.size() }
    func read(at offset: Int64, count: Int) throws(FileSystemError) -> [UInt8] {
        try inner.read(at: offset, count: count)
    }
    func write(_ bytes: RawSpan, at offset: Int64) throws(FileSystemError) {
        try inner.write(bytes, at: offset)
    }
    func sync() throws(FileSystemError) {
        gate.pass()
        try inner.sync()
    }
}
