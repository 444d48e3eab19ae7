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

    public let operation: Operation
    public let path: String
    public let reason: Reason

    /// An error with all that it carries.
    public init(_ operation: Operation, _ path: String, _ reason: Reason) {
        self.operation = operation
        self.path = path
        self.reason = reason
    }
}
