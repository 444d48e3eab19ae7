import Glibc

/// The files of the machine, through the system calls of Linux.
///
/// Directories are created for the owner alone (0700), files likewise (0600): they hold health data.
/// No descriptor survives an `exec`. Holds no state: every value is as good as another.
public struct PosixFileSystem: FileSystem {
    /// The file system that the process sees.
    public init() {}

    /// `mkdir`, from the innermost missing parent on; a file in the way is `.alreadyExists`.
    public func createDirectory(_ path: String) throws(FileSystemError) {
        if unsafe mkdir(path, 0o700) == 0 { return }
        var code = errno
        if code == ENOENT, let parent = Self.parent(of: path) {
            try createDirectory(parent)
            if unsafe mkdir(path, 0o700) == 0 { return }
            code = errno
        }
        // The name may be taken by a directory, of another process that was faster too.
        guard code == EEXIST, Self.isDirectory(path) else {
            throw FileSystemError(.createDirectory, path, errno: code)
        }
    }

    /// `readdir`; bytes that are not UTF-8 are replaced in the name.
    public func list(_ path: String) throws(FileSystemError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw FileSystemError(.list, path, errno: errno)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while true {
            // The end and a failure look alike but for errno.
            errno = 0
            guard let entry = unsafe readdir(directory) else { break }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        if errno != 0 { throw FileSystemError(.list, path, errno: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// `open`; a directory is refused with EISDIR, also for reading alone.
    public func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        let flags =
            switch mode {
            case .read: O_RDONLY
            case .update: O_RDWR
            case .create: O_RDWR | O_CREAT | O_EXCL
            }
        let descriptor = try Self.descriptor(.open, path, flags)
        let file = PosixFile(owning: descriptor, path)
        // Linux opens a directory for reading as if it were a file.
        if case .read = mode, Self.isDirectory(path) {
            throw FileSystemError(.open, path, errno: EISDIR)
        }
        return file
    }

    /// `access`; false too where a file stands in the place of a directory of the path.
    public func exists(_ path: String) throws(FileSystemError) -> Bool {
        if unsafe access(path, F_OK) == 0 { return true }
        let code = errno
        if code == ENOENT || code == ENOTDIR { return false }
        throw FileSystemError(.exists, path, errno: code)
    }

    /// `rename`; the path of an error is that of the source.
    public func rename(_ source: String, to target: String) throws(FileSystemError) {
        guard unsafe Glibc.rename(source, target) == 0 else {
            throw FileSystemError(.rename, source, errno: errno)
        }
    }

    /// `unlink`; open files of that name can be used on.
    public func remove(_ path: String) throws(FileSystemError) {
        guard unsafe unlink(path) == 0 else { throw FileSystemError(.remove, path, errno: errno) }
    }

    /// `fsync` of the directory.
    public func syncDirectory(_ path: String) throws(FileSystemError) {
        let descriptor = try Self.descriptor(.syncDirectory, path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw FileSystemError(.syncDirectory, path, errno: errno)
        }
    }

    /// `flock`, which also tells apart two locks of one process.
    public func lock(
        _ path: String, _ mode: FileLockMode
    ) throws(FileSystemError) -> any FileLock {
        let (flags, operation) =
            switch mode {
            case .exclusive: (O_RDWR | O_CREAT, LOCK_EX)
            case .shared: (O_RDONLY, LOCK_SH)
            }
        let lock = PosixFileLock(owning: try Self.descriptor(.lock, path, flags))
        while flock(lock.descriptor, operation | LOCK_NB) != 0 {
            if errno != EINTR { throw FileSystemError(.lock, path, errno: errno) }
        }
        return lock
    }

    /// `statvfs`, without what is reserved for root.
    public func freeBytes(_ path: String) throws(FileSystemError) -> Int64 {
        var information = statvfs()
        guard unsafe statvfs(path, &information) == 0 else {
            throw FileSystemError(.freeBytes, path, errno: errno)
        }
        let (bytes, overflow) = UInt64(information.f_bavail)
            .multipliedReportingOverflow(by: UInt64(information.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }
}

extension PosixFileSystem {
    /// The C library's words for an errno value, in English.
    static func words(errno code: Int32) -> String {
        guard let words = unsafe strerror(code) else { return "unknown error" }
        return unsafe String(cString: words)
    }

    private static func descriptor(
        _ operation: FileSystemError.Operation, _ path: String, _ flags: Int32
    ) throws(FileSystemError) -> Int32 {
        while true {
            let descriptor = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw FileSystemError(operation, path, errno: errno) }
        }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return unsafe stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }

    /// The path without its last component; nothing where it has but one.
    private static func parent(of path: String) -> String? {
        var rest = path[...]
        while rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return nil }
        rest = rest[..<slash]
        return rest.isEmpty ? nil : String(rest)
    }
}

extension FileSystemError {
    /// The refusal that an errno value stands for: the only place that knows.
    init(_ operation: Operation, _ path: String, errno code: Int32) {
        let reason: Reason =
            switch code {
            case ENOENT: .notFound
            case EEXIST: .alreadyExists
            case EWOULDBLOCK where operation == .lock: .isLocked
            case ENOSPC, EDQUOT, EFBIG: .noSpace
            case EACCES, EPERM: .permissionDenied
            case EROFS: .readOnly
            default: .other(code)
            }
        self.init(operation, path, reason)
    }
}
