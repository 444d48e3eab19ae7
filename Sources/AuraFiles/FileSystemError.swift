import Glibc

/// A file operation that the machine refused.
public struct FileSystemError: Error, Hashable, Sendable {
    /// What was asked for.
    public enum Operation: String, Sendable {
        case createDirectory, list, open, exists, rename, remove, syncDirectory, lock, freeBytes
        case size, read, write, sync
    }

    /// Why it was refused, as far as callers treat it differently.
    public enum Reason: Hashable, Sendable {
        case notFound
        case alreadyExists
        case isLocked
        case noSpace
        case permissionDenied
        case readOnly
        /// Anything else, EIO first of all: the errno value.
        case other(Int32)
    }

    /// What was asked for.
    public let operation: Operation
    /// The path as the caller spelled it; of a rename, the source.
    public let path: String
    /// Why it was refused.
    public let reason: Reason

    /// An error with all that it carries.
    public init(_ operation: Operation, _ path: String, _ reason: Reason) {
        self.operation = operation
        self.path = path
        self.reason = reason
    }
}

extension FileSystemError: CustomStringConvertible {
    /// One sentence for the operator: operation, path, reason and, where one is known, the remedy.
    ///
    /// For people only: callers switch over `reason`.
    public var description: String {
        let sentence = "cannot \(operation.words) \(path): \(reason.words)"
        guard let remedy = reason.remedy else { return sentence }
        return "\(sentence); \(remedy)"
    }
}

extension FileSystemError.Operation {
    /// The operation as it follows "cannot" and precedes a path.
    fileprivate var words: String {
        switch self {
        case .createDirectory: "create the directory"
        case .list: "list"
        case .open: "open"
        case .exists: "look up"
        case .rename: "rename"
        case .remove: "remove"
        case .syncDirectory: "make durable the names in"
        case .lock: "lock"
        case .freeBytes: "ask for the free space of"
        case .size: "ask for the size of"
        case .read: "read"
        case .write: "write to"
        case .sync: "make durable"
        }
    }
}

extension FileSystemError.Reason {
    fileprivate var words: String {
        switch self {
        case .notFound: "no such file or directory"
        case .alreadyExists: "the name is taken"
        case .isLocked: "it is in use by another process"
        case .noSpace: "no space is left, or a quota or limit is reached"
        case .permissionDenied: "permission denied"
        case .readOnly: "the file system is read-only"
        case .other(let code): "\(PosixFileSystem.words(errno: code)) (errno \(code))"
        }
    }

    /// What the operator can do about it, where that is known.
    fileprivate var remedy: String? {
        switch self {
        case .notFound, .alreadyExists: nil
        case .isLocked: "stop that process or choose another directory"
        case .noSpace:
            "free space on that file system, or raise the quota or the limit (ulimit -f)"
        case .permissionDenied: "give the user that runs this process access to it"
        case .readOnly: "look for disk errors in the kernel log, then mount it for writing"
        case .other(EIO): "look for disk errors in the kernel log and check the disk"
        case .other(EMFILE): "raise the limit of open files of the process (ulimit -n)"
        case .other(ENFILE): "raise the limit of open files of the machine (fs.file-max)"
        case .other: nil
        }
    }
}
