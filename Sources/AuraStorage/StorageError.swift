public import AuraCore

/// What storage can fail with.
///
/// A failure leaves everything acknowledged as it was.
public enum StorageError: Error, Hashable, Sendable {
    /// A file operation was refused by the machine.
    case io(FileSystemError)
    /// Bytes at rest that are not what was written: nothing is served past this place.
    case corrupt(file: String, FormatError)
    /// A file that must exist does not.
    case missing(file: String, reason: String)
    /// A directory that should have a store has none, or is not there.
    case noStore(directory: String, exists: Bool)
    /// The data directory is in use by another process.
    case inUse(directory: String)
    /// The data directory was written by a newer Aura.
    case newerFormat(file: String, found: UInt32, supported: UInt32)
    /// An earlier write could not be made durable; nothing more is accepted until a restart.
    case failed(FileSystemError)
    /// No space for another log segment; accepted again as soon as there is some.
    case noSpace(directory: String)
    /// The store was closed.
    case closed
    /// A directory that should be new holds something.
    case notEmpty(directory: String, name: String)
    /// What was copied is not sound.
    case unsound(StoreFinding)
}

extension StorageError: CustomStringConvertible {
    /// What happened, where, and what to do.
    public var description: String {
        switch self {
        case .io(let error):
            "\(error)"
        case .corrupt(let file, let error):
            "\(file) is damaged at byte \(error.offset): \(error.reason) (\(error.format.rawValue)"
                + ".md condition \(error.condition)). Nothing was changed. Restore the file from a "
                + "copy, or save what is intact with 'aura store salvage'"
        case .missing(let file, let reason):
            "\(file) is missing: \(reason). Restore it from a copy of the data directory"
        case .noStore(let directory, let exists):
            (exists ? "\(directory) holds no store" : "there is no directory \(directory)")
                + "; name a data directory, or make one with 'aura serve --data-dir \(directory)'"
        case .inUse(let directory):
            "the data directory \(directory) is in use by another process; stop that one, or name "
                + "another directory"
        case .newerFormat(let file, let found, let supported):
            "\(file) has format version \(found), this build reads up to \(supported); use the "
                + "newer Aura that wrote it"
        case .failed(let error):
            "the log could not be made durable (\(error)); reads go on, writes are refused until "
                + "the disk is mended and Aura restarted"
        case .noSpace(let directory):
            "the disk of \(directory) has no room for another log segment; free some space, and "
                + "writes go on by themselves"
        case .closed:
            "the store is closed"
        case .notEmpty(let directory, let name):
            "the directory \(directory) is not empty: it holds \(name); name one that is empty or "
                + "not there yet"
        case .unsound(let finding):
            "what was copied is not sound: \(finding.file): \(finding.problem); \(finding.remedy)"
        }
    }
}
