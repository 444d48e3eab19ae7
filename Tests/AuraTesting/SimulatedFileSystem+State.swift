import AuraStorage

extension SimulatedFileSystem {
    /// What becomes of the bytes of a write that is not refused.
    enum WriteFate {
        case arrive
        case arriveHalf(FileSystemError.Reason)
        case vanish
        case land(Place, Int)
    }

    /// The disk and what is to happen to it, behind the lock of the file system.
    struct State: Sendable {
        private static let largestFile = 1 << 30
        private static let unlimitedCapacity = 1 << 40

        var disk: Disk
        var diskCapacity: Int64?
        var isReadOnly = false
        var failures: [Failure] = []
        var operations: [Operation] = []
        /// The disk after each number of operations, if it is kept.
        private(set) var history: [Disk]
        private let keepsHistory: Bool
        /// By file: one that is exclusive, or any number of others.
        private var heldLocks: [Int: [FileLockMode]] = [:]

        init(_ disk: Disk, diskCapacity: Int64?, keepsHistory: Bool) {
            self.disk = disk
            self.diskCapacity = diskCapacity
            self.keepsHistory = keepsHistory
            history = keepsHistory ? [disk] : []
        }

        var freeBytes: Int {
            max(0, (diskCapacity.map(Int.init) ?? Self.unlimitedCapacity) - disk.usedBytes)
        }

        /// Counts the operation and decides whether it may go on.
        mutating func admit(_ operation: Operation) throws(Refusal) -> WriteFate {
            let index = operations.count
            operations.append(operation)
            for case .crashAfter(let count) in failures where index >= count { throw .ioError }
            if isReadOnly && (operation.isMutation || operation.mode == .update) {
                throw Refusal(.readOnly)
            }
            let isWrite = operation.kind == .write
            for failure in failures {
                switch failure {
                case .failOperation(index, let reason, _):
                    throw fail(operation, reason)
                case .failOperation(let first, let reason, sticky: true)
                where index > first && operation.isMutation:
                    throw fail(operation, reason)
                case .shortWrite(index, let reason) where isWrite:
                    return .arriveHalf(reason)
                case .loseWrite(index) where isWrite:
                    return .vanish
                case .misdirectWrite(index, let path, let offset) where isWrite:
                    return .land(Place(path), Int(offset))
                case .unreadable(let path, let page) where operation.reads(path, page: page):
                    throw .ioError
                case .failOperation, .shortWrite, .loseWrite, .misdirectWrite, .crashAfter,
                    .unreadable:
                    continue
                }
            }
            return .arrive
        }

        /// Keeps the moment after an operation, if moments are kept.
        mutating func remember() {
            if keepsHistory { history.append(disk) }
        }

        mutating func createDirectory(_ path: String) throws(Refusal) {
            var directory = ""
            for component in path.split(separator: "/") where component != "." {
                let place = Place("\(directory)/\(component)")
                switch disk.names.entry(place) {
                case .directory: break
                case .file: throw place == Place(path) ? Refusal(.alreadyExists) : .notDirectory
                case nil: disk.change(.link(place, .directory))
                }
                directory = place.path
            }
        }

        mutating func open(_ place: Place, _ mode: FileOpenMode) throws(Refusal) -> Int {
            let node: Int
            switch mode {
            case .read, .update:
                node = try disk.names.file(place)
            case .create:
                try disk.names.requireParent(place)
                if disk.names.entry(place) != nil { throw Refusal(.alreadyExists) }
                node = disk.create(place)
            }
            disk.opened(node)
            return node
        }

        mutating func rename(_ source: Place, _ target: Place) throws(Refusal) {
            try disk.names.requireParent(source)
            try disk.names.requireParent(target)
            let node = try disk.names.file(source)
            if disk.names.entry(target) == .directory { throw .isDirectory }
            if source != target { disk.change(.move(node: node, from: source, to: target)) }
        }

        mutating func lock(_ place: Place, _ mode: FileLockMode) throws(Refusal) -> Int {
            try disk.names.requireParent(place)
            let node =
                switch disk.names.entry(place) {
                case .file(let node): node
                case .directory: throw .isDirectory
                case nil where mode == .shared: throw Refusal(.notFound)
                case nil: disk.create(place)
                }
            let held = heldLocks[node, default: []]
            if mode == .exclusive ? !held.isEmpty : held.contains(.exclusive) {
                throw Refusal(.isLocked)
            }
            heldLocks[node] = held + [mode]
            disk.opened(node)
            return node
        }

        mutating func unlock(_ node: Int) {
            heldLocks[node]?.removeLast()
            disk.closed(node)
        }

        mutating func write(
            _ bytes: [UInt8], to node: Int, at offset: Int64, _ fate: WriteFate
        ) throws(Refusal) {
            if bytes.isEmpty { return }
            if offset < 0 { throw .invalid }
            if offset > Self.largestFile - bytes.count { throw .tooLarge }
            switch fate {
            case .arrive:
                try write(bytes, to: node, at: Int(offset))
            case .arriveHalf(let reason):
                try write([UInt8](bytes.prefix(bytes.count / 2)), to: node, at: Int(offset))
                throw Refusal(reason)
            case .vanish:
                return
            case .land(let place, let offset):
                guard case .file(let node) = disk.names.entry(place) else { return }
                try write(bytes, to: node, at: offset)
            }
        }

        private mutating func write(
            _ bytes: [UInt8], to node: Int, at offset: Int
        ) throws(Refusal) {
            let growth = offset + bytes.count - disk.size(node)
            let missing = diskCapacity == nil ? 0 : growth - freeBytes
            if missing <= 0 {
                disk.nodes[node]?.write(bytes, at: offset)
                return
            }
            let fitting = max(0, bytes.count - missing)
            disk.nodes[node]?.write([UInt8](bytes.prefix(fitting)), at: offset)
            throw Refusal(.noSpace)
        }

        private mutating func fail(
            _ operation: Operation, _ reason: FileSystemError.Reason
        ) -> Refusal {
            if operation.kind == .sync, let node = operation.node { disk.nodes[node]?.failSync() }
            return Refusal(reason)
        }
    }
}
