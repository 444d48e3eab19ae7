import AuraCore

/// The one seam between storage and the machine: the dozen file operations that storage needs.
///
/// Two implementations exist: `PosixFileSystem`, and the simulated one of the tests, which crashes,
/// fails and lies. All calls are synchronous and are made from one thread at a time per file.
/// Paths are absolute or relative to the process; components are separated by `/`.
public protocol FileSystem: Sendable {
    /// Creates the directory and its missing parents; does nothing where it exists.
    func createDirectory(_ path: String) throws(FileSystemError)
    /// The names (not paths) in a directory, sorted bytewise, without `.` and `..`.
    func list(_ path: String) throws(FileSystemError) -> [String]
    /// Opens a file.
    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File
    /// Whether a file or directory of that path exists.
    func exists(_ path: String) throws(FileSystemError) -> Bool
    /// Renames a file, replacing the target. Durable only after `syncDirectory` of both parents.
    func rename(_ source: String, to target: String) throws(FileSystemError)
    /// Removes a file. Durable only after `syncDirectory` of its parent.
    func remove(_ path: String) throws(FileSystemError)
    /// Makes the names in a directory durable (fsync of the directory).
    func syncDirectory(_ path: String) throws(FileSystemError)
    /// Takes an advisory lock on the file, held until the returned value is released or the process
    /// ends. Throws `.isLocked` where another holds one that does not go with it.
    func lock(_ path: String, _ mode: FileLockMode) throws(FileSystemError) -> any FileLock
    /// Bytes that an unprivileged writer may still write below the path.
    func freeBytes(_ path: String) throws(FileSystemError) -> Int64
}

extension FileSystem {
    /// Takes an exclusive lock.
    public func lock(_ path: String) throws(FileSystemError) -> any FileLock {
        try lock(path, .exclusive)
    }

    /// Syncs every directory above this one, which this process or one before may have made, as far
    /// as this user may.
    public func syncNames(above path: String) throws(FileSystemError) {
        let root = path.hasPrefix("/") ? "/" : "./"
        var parents = path.split(separator: "/").dropLast()
        while true {
            do throws(FileSystemError) {
                try syncDirectory(root + parents.joined(separator: "/"))
            } catch {
                guard error.reason == .permissionDenied else { throw error }
            }
            if parents.popLast() == nil { return }
        }
    }
}

/// An open file, closed when released.
public protocol File: AnyObject, Sendable {
    /// Size in bytes.
    func size() throws(FileSystemError) -> Int64
    /// Reads up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(at offset: Int64, count: Int) throws(FileSystemError) -> [UInt8]
    /// Writes all bytes at `offset`, extending the file where needed, or throws; what reached the
    /// file when it throws is unknown. Durable only after `sync`.
    func write(_ bytes: RawSpan, at offset: Int64) throws(FileSystemError)
    /// Writes zeros as `write` does, but nobody is expected to read them soon. No other call may be
    /// under way on the file.
    func writeZeros(_ count: Int, at offset: Int64) throws(FileSystemError)
    /// Makes content and size durable (fdatasync). After it has thrown, nothing written since the
    /// last success may be assumed durable, nor readable, nor made durable by another call.
    func sync() throws(FileSystemError)
}

extension File {
    /// Writes zeros like any other bytes.
    public func writeZeros(_ count: Int, at offset: Int64) throws(FileSystemError) {
        try write([UInt8](repeating: 0, count: count).rawSpan, at: offset)
    }
}

/// A held lock: released with the value.
public protocol FileLock: AnyObject, Sendable {}

/// Whom a lock keeps out.
public enum FileLockMode: Sendable {
    /// Everybody else; the file is created where it is missing.
    case exclusive
    /// Those who want it exclusively; the file is only read, and must exist.
    case shared
}

/// How to open a file.
public enum FileOpenMode: Sendable {
    /// Existing, for reading.
    case read
    /// Existing, for reading and writing.
    case update
    /// New and empty, for reading and writing; throws `.alreadyExists` where the name is taken.
    case create
}
