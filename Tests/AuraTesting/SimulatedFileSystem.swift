import AuraStorage
import Synchronization

/// A disk in memory that crashes, fails and lies as it is told, and the same way each time.
///
/// What is written is seen by readers at once and is durable after `sync` of the file; a name that
/// was created, renamed or removed is durable after `syncDirectory` of its directory. `crash` gives
/// one of the disks that a crash could leave: un-synced bytes survive or not by sectors of 512, a
/// synced file whose name was not synced may be gone, and a sector that was written again since its
/// sync may come back zeroed. A directory that was never synced into its parent may be gone with
/// all that it holds.
///
/// A `sync` made to fail forgets the sectors it should have written: readers still see them, later
/// syncs succeed without them, and only the images with a seed may still keep them. A `syncDirectory`
/// made to fail changes nothing and may be repeated.
///
/// Does not simulate: directories that are renamed or removed, hard links, permissions, a journal's
/// promise to keep operations in order, `..` in paths, files over a gibibyte.
public final class SimulatedFileSystem: FileSystem {
    private let state: Mutex<State>

    /// An empty disk that holds nothing but the root directory.
    ///
    /// - Parameters:
    ///   - diskCapacity: Bytes that all files together may have.
    ///   - keepsHistory: Whether `crash(image:after:)` can go back to every moment.
    public init(diskCapacity: Int64? = nil, keepsHistory: Bool = false) {
        state = Mutex(State(Disk(), diskCapacity: diskCapacity, keepsHistory: keepsHistory))
    }

    private init(_ disk: Disk, diskCapacity: Int64?) {
        state = Mutex(State(disk, diskCapacity: diskCapacity, keepsHistory: false))
    }

    /// Creates the directory and its missing parents, each a name to be synced in the one above.
    public func createDirectory(_ path: String) throws(FileSystemError) {
        try perform(Operation(.createDirectory, path)) { (state, _) throws(Refusal) in
            try state.createDirectory(path)
        }
    }

    /// The names that readers see, synced or not.
    public func list(_ path: String) throws(FileSystemError) -> [String] {
        try perform(Operation(.list, path)) { (state, _) throws(Refusal) in
            try state.disk.names.list(Place(path))
        }
    }

    /// Opens a file; a directory is refused with EISDIR, as Linux does it for writing.
    public func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        var operation = Operation(.open, path)
        operation.mode = mode
        let node = try perform(operation) { (state, _) throws(Refusal) in
            try state.open(Place(path), mode)
        }
        return SimulatedFile(self, node, path, isWritable: mode != .read)
    }

    /// Whether the name is there for readers, synced or not.
    public func exists(_ path: String) throws(FileSystemError) -> Bool {
        try perform(Operation(.exists, path)) { (state, _) throws(Refusal) in
            state.disk.names.entry(Place(path)) != nil
        }
    }

    /// Renames a file, which a crash finds under the old name or the new until both are synced.
    public func rename(_ source: String, to target: String) throws(FileSystemError) {
        var operation = Operation(.rename, source)
        operation.target = target
        try perform(operation) { (state, _) throws(Refusal) in
            try state.rename(Place(source), Place(target))
        }
    }

    /// Removes a name; open files of it can be used on, and a crash may bring it back until synced.
    public func remove(_ path: String) throws(FileSystemError) {
        try perform(Operation(.remove, path)) { (state, _) throws(Refusal) in
            let place = Place(path)
            state.disk.change(.unlink(place, node: try state.disk.names.file(place)))
        }
    }

    /// Makes the names in a directory durable; what they stand for has to be synced by itself.
    public func syncDirectory(_ path: String) throws(FileSystemError) {
        try perform(Operation(.syncDirectory, path)) { (state, _) throws(Refusal) in
            _ = try state.disk.names.list(Place(path))
            state.disk.syncDirectory(Place(path).path)
        }
    }

    /// Takes the lock of a file; a crash image has no locks.
    public func lock(
        _ path: String, _ mode: FileLockMode
    ) throws(FileSystemError) -> any FileLock {
        var operation = Operation(.lock, path)
        operation.lockMode = mode
        let node = try perform(operation) { (state, _) throws(Refusal) in
            try state.lock(Place(path), mode)
        }
        return SimulatedLock(self, node)
    }

    /// What `diskCapacity` leaves, or about a tebibyte where there is none.
    public func freeBytes(_ path: String) throws(FileSystemError) -> Int64 {
        try perform(Operation(.freeBytes, path)) { (state, _) throws(Refusal) in
            try state.disk.names.requireParent(Place(path))
            if state.disk.names.entry(Place(path)) == nil { throw Refusal(.notFound) }
            return Int64(state.freeBytes)
        }
    }
}

// What tests arrange and look at: none of it counts as an operation.
extension SimulatedFileSystem {
    /// How many operations were asked for so far; the next one has this index.
    public var operationCount: Int { state.withLock { $0.operations.count } }

    /// Every operation asked for so far.
    public var operations: [Operation] { state.withLock { $0.operations } }

    /// What is to go wrong: any number of failures, of which the first that fits counts.
    public var failures: [Failure] {
        get { state.withLock { $0.failures } }
        set { state.withLock { $0.failures = newValue } }
    }

    /// Bytes that all files together may have: a write takes what is left, then throws `.noSpace`.
    public var diskCapacity: Int64? {
        get { state.withLock { $0.diskCapacity } }
        set { state.withLock { $0.diskCapacity = newValue } }
    }

    /// Bytes that all files have together.
    public var usedBytes: Int64 { state.withLock { Int64($0.disk.usedBytes) } }

    /// Whether everything that opens for writing or could change the disk throws `.readOnly`.
    public var isReadOnly: Bool {
        get { state.withLock { $0.isReadOnly } }
        set { state.withLock { $0.isReadOnly = newValue } }
    }

    /// The paths of all files that have a name, sorted.
    public var files: [String] { state.withLock { $0.disk.names.paths() } }

    /// The bytes of a file as a reader sees them, without an operation.
    public func peek(_ path: String) throws(FileSystemError) -> [UInt8] {
        try inspect(.read, path) { disk, node in
            disk.nodes[node]?.current.read(at: 0, count: disk.size(node)) ?? []
        }
    }

    /// Turns over one bit of a file at rest, counted from the lowest bit of the first byte.
    public func flipBit(_ path: String, _ bit: Int) throws(FileSystemError) {
        try inspect(.write, path) { disk, node in disk.nodes[node]?.flipBit(bit) }
    }

    /// Cuts a file at rest.
    public func truncate(_ path: String, to size: Int64) throws(FileSystemError) {
        try inspect(.write, path) { disk, node in disk.nodes[node]?.truncate(to: Int(size)) }
    }

    /// Takes a file away at rest: no crash brings it back.
    public func removeSilently(_ path: String) throws(FileSystemError) {
        try inspect(.remove, path) { disk, node in disk.removeSilently(node) }
    }

    /// A disk that a crash at this moment could leave, without locks, failures and history.
    ///
    /// Leaves this one as it is, so that many images can be taken of one moment. The same image of
    /// the same history has the same bytes in every process.
    public func crash(image: CrashImage) -> SimulatedFileSystem {
        let (disk, capacity) = state.withLock { ($0.disk, $0.diskCapacity) }
        return SimulatedFileSystem(disk.afterCrash(image), diskCapacity: capacity)
    }

    /// A disk that a crash after the first `operationCount` operations could leave; traps where the
    /// file system was not made to keep its history.
    public func crash(image: CrashImage, after operationCount: Int) -> SimulatedFileSystem {
        let (disk, capacity) = state.withLock { state in
            precondition(operationCount < state.history.count, "No history of this moment")
            return (state.history[operationCount], state.diskCapacity)
        }
        return SimulatedFileSystem(disk.afterCrash(image), diskCapacity: capacity)
    }

    private func inspect<Result: Sendable>(
        _ kind: FileSystemError.Operation, _ path: String, _ body: (inout Disk, Int) -> Result
    ) throws(FileSystemError) -> Result {
        try state.withLock { (state) throws(FileSystemError) in
            do throws(Refusal) {
                return body(&state.disk, try state.disk.names.file(Place(path)))
            } catch {
                throw FileSystemError(kind, path, error.reason)
            }
        }
    }
}

extension SimulatedFileSystem {
    /// Counts an operation and carries it out, unless something was to go wrong.
    func perform<Result: Sendable>(
        _ operation: Operation, _ body: (inout State, WriteFate) throws(Refusal) -> Result
    ) throws(FileSystemError) -> Result {
        try state.withLock { (state) throws(FileSystemError) in
            defer { state.remember() }
            do throws(Refusal) {
                return try body(&state, try state.admit(operation))
            } catch {
                state.operations[state.operations.count - 1].failure = error.reason
                throw FileSystemError(operation.kind, operation.path, error.reason)
            }
        }
    }

    /// A file or a lock was let go.
    func release(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
    }
}
