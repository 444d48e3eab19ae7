import AuraStorage

extension SimulatedFileSystem {
    /// Something that goes wrong at a given operation; operations are counted from 0.
    public enum Failure: Hashable, Sendable {
        /// The operation throws and does nothing. Where `sticky`, all later operations that could
        /// change the disk throw too (a disk that is full for a while is `diskCapacity`). A `sync`
        /// that fails so forgets what it should have made durable: see `SimulatedFileSystem`.
        case failOperation(index: Int, reason: FileSystemError.Reason, sticky: Bool = false)
        /// Half of the bytes of a write reach the file, then it throws; ignored by other operations.
        case shortWrite(index: Int, reason: FileSystemError.Reason = .noSpace)
        /// A write reports success and changes nothing; ignored by other operations.
        case loseWrite(index: Int)
        /// A write reports success and lands elsewhere; lost where no such file exists; ignored by
        /// other operations.
        case misdirectWrite(index: Int, path: String, offset: Int64)
        /// That many operations are carried out; from then on every one throws `.other(EIO)` and
        /// does nothing, so that the code under test unwinds and an image can be taken.
        case crashAfter(operationCount: Int)
        /// A bad sector: every read that touches the page at that offset of the file throws `.other(EIO)`.
        case unreadable(path: String, offset: Int64)
    }

    /// Which of the possible disks a crash leaves behind.
    public enum CrashImage: Hashable, Sendable {
        /// Only what was made durable.
        case allLost
        /// All that a reader saw, but for what a failed sync forgot.
        case allKept
        /// Each un-synced sector is on its own new, old, zeroed or (rarely) garbage; each size is
        /// old, new or between; each un-synced change of a name happened or did not.
        case random(UInt64)
        /// The device wrote the un-synced sectors of each file front to back, back to front or
        /// shuffled, whatever order they were written in, and stopped somewhere; names and sizes
        /// fall independently.
        case reordered(UInt64)
        /// All names survive, un-synced content and growth do not: delayed allocation.
        case zeroLength
        /// The machine goes on and only the process ends: readers see everything, and what was not
        /// durable still is not, nor what a failed sync forgot.
        case processKilled

        /// The twelve images that exhaustive crash tests take at every operation.
        public static func twelve(seed: UInt64) -> [CrashImage] {
            [.allLost, .allKept, .zeroLength, .reordered(seed)]
                + (0..<8).map { .random(seed &+ $0) }
        }
    }

    /// An operation that was asked for, whatever became of it.
    public struct Operation: Hashable, Sendable {
        /// What was asked for.
        public let kind: FileSystemError.Operation
        /// The path that the caller gave, or gave when it opened the file.
        public let path: String
        /// Where a rename leads to.
        public var target: String?
        /// Bytes from the start of the file, of reads and writes.
        public var offset: Int64 = 0
        /// Bytes asked for, of reads and writes.
        public var size = 0
        /// How an open opened.
        public var mode: FileOpenMode?
        /// Whom a lock keeps out.
        public var lockMode: FileLockMode?
        /// Why it threw, if it did.
        public var failure: FileSystemError.Reason?
        /// The file that a `size`, `read`, `write` or `sync` goes to.
        var node: Int?

        init(_ kind: FileSystemError.Operation, _ path: String) {
            self.kind = kind
            self.path = path
        }

        /// Whether it reads something of the page at that offset of the file.
        func reads(_ path: String, page: Int64) -> Bool {
            kind == .read && self.path == path && offset < page + Int64(Bytes.pageSize)
                && page < offset + Int64(size)
        }

        /// Whether it could change the disk: only after such an operation can a new image appear.
        public var isMutation: Bool {
            switch kind {
            case .createDirectory, .rename, .remove, .syncDirectory, .write, .sync: true
            case .lock: lockMode == .exclusive
            case .open: mode == .create
            case .list, .exists, .freeBytes, .size, .read: false
            }
        }
    }
}

extension SimulatedFileSystem.Operation: CustomStringConvertible {
    /// One line for the log of a failing test.
    public var description: String {
        var text = "\(kind) \(path)"
        if let target { text += " → \(target)" }
        if let mode { text += " (\(mode))" }
        if let lockMode { text += " (\(lockMode))" }
        if kind == .read || kind == .write { text += " [\(offset), +\(size)]" }
        if let failure { text += " failed: \(failure)" }
        return text
    }
}
