import Synchronization

/// A chunk that is set aside, for it cannot be read: what answers lack because of it.
///
/// Its file stays as it is. Nothing of this is written down: each block says at every reading
/// whether it is whole, so whoever needs the chunk after a restart finds out again, and a file that
/// was put back from a copy is simply there.
public struct MissingChunk: Hashable, Sendable {
    /// Its number.
    public let number: UInt64
    /// Its file, below the data directory.
    public let file: String
    /// Events in it.
    public let rowCount: Int
    /// Earliest and latest event time, µs.
    public let times: ClosedRange<Int64>
    /// Least and greatest sequence number; others between may be elsewhere.
    public let sequences: ClosedRange<UInt64>
    /// Why it cannot be read.
    public let cause: StorageError

    /// Whether some of its events may lie in the range.
    public func overlaps(_ range: Range<Int64>) -> Bool {
        times.upperBound >= range.lowerBound && times.lowerBound < range.upperBound
    }
}

extension Chunk {
    /// What is missing; nil while the chunk is read.
    var missing: MissingChunk? {
        fault.withLock { $0 }.map { cause in
            MissingChunk(
                number: entry.number, file: entry.name, rowCount: entry.rowCount,
                times: entry.timeRange, sequences: entry.sequenceRange, cause: cause)
        }
    }

    /// Sets the chunk aside if the error says that it is damaged; false for errors of other files,
    /// and for those that may pass, such as too many open files.
    func setAside(after error: StorageError) -> Bool {
        let file: String
        switch error {
        case .corrupt(let name, _), .missing(let name, _), .newerFormat(let name, _, _):
            file = name
        // What the disk cannot read is as good as rotten.
        case .io(let error) where error.reason == .unreadable:
            file = String(error.path.suffix(entry.name.utf8.count))
        default: return false
        }
        guard file == entry.name else { return false }
        fault.withLock { $0 = $0 ?? error }
        return true
    }

    /// Lets the chunk be read again, which was found whole.
    func takeBack() {
        fault.withLock { $0 = nil }
    }
}

extension FileSystemError.Reason {
    /// EIO: the disk has not what was asked for.
    static let unreadable = FileSystemError.Reason.other(5)
}
