public import AuraCore
public import AuraFiles

/// What can be wrong with a spool.
public enum SpoolError: Error, Hashable, Sendable {
    /// The machine refused an operation: the directory is in use, the disk is full.
    case file(FileSystemError)
    /// A file is not what was written.
    case damaged(path: String, FormatError)
    /// Files of these numbers are missing.
    case missing(directory: String, ClosedRange<UInt64>)
    /// It belongs to another producer's name.
    case foreign(directory: String, producer: String)
}

extension SpoolError: CustomStringConvertible {
    /// What happened and how to mend it.
    public var description: String {
        switch self {
        case .file(let error):
            "the spool cannot be used: \(error)"
        case .damaged(let path, let error):
            "the spool's file \(path) is damaged (\(error)); nothing was changed: check the disk, "
                + "restore the file, or move the directory aside and begin an empty one, without "
                + "what was not sent"
        case .missing(let directory, let numbers):
            "the spool \(directory) lacks its files \(numbers.lowerBound) to "
                + "\(numbers.upperBound); restore them, or move the directory aside and begin an "
                + "empty one, without what was not sent"
        case .foreign(let directory, let producer):
            "the spool \(directory) is that of the producer '\(producer)'; use that name, or "
                + "another directory"
        }
    }
}
