import AuraStorage

/// An open file of a simulated disk.
final class SimulatedFile: File {
    private let fileSystem: SimulatedFileSystem
    private let node: Int
    private let path: String
    private let isWritable: Bool

    init(_ fileSystem: SimulatedFileSystem, _ node: Int, _ path: String, isWritable: Bool) {
        self.fileSystem = fileSystem
        self.node = node
        self.path = path
        self.isWritable = isWritable
    }

    deinit {
        fileSystem.release { $0.disk.closed(node) }
    }

    func size() throws(FileSystemError) -> Int64 {
        try fileSystem.perform(operation(.size)) { (state, _) throws(SimulatedFileSystem.Refusal) in
            Int64(state.disk.size(node))
        }
    }

    func read(at offset: Int64, count: Int) throws(FileSystemError) -> [UInt8] {
        precondition(count >= 0, "A count of bytes is negative")
        return try fileSystem.perform(operation(.read, offset, count)) {
            (state, _) throws(SimulatedFileSystem.Refusal) in
            if count == 0 { return [] }
            if offset < 0 { throw .invalid }
            return state.disk.nodes[node]?.current.read(at: Int(offset), count: count) ?? []
        }
    }

    func write(_ bytes: RawSpan, at offset: Int64) throws(FileSystemError) {
        let bytes = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
        try fileSystem.perform(operation(.write, offset, bytes.count)) {
            (state, fate) throws(SimulatedFileSystem.Refusal) in
            if !isWritable && !bytes.isEmpty { throw .badDescriptor }
            try state.write(bytes, to: node, at: offset, fate)
        }
    }

    func sync() throws(FileSystemError) {
        try fileSystem.perform(operation(.sync)) { (state, _) throws(SimulatedFileSystem.Refusal) in
            state.disk.nodes[node]?.sync()
        }
    }

    private func operation(
        _ kind: FileSystemError.Operation, _ offset: Int64 = 0, _ size: Int = 0
    ) -> SimulatedFileSystem.Operation {
        var operation = SimulatedFileSystem.Operation(kind, path)
        operation.offset = offset
        operation.size = size
        operation.node = node
        return operation
    }
}

/// A held lock of a simulated disk.
final class SimulatedLock: FileLock {
    private let fileSystem: SimulatedFileSystem
    private let node: Int

    init(_ fileSystem: SimulatedFileSystem, _ node: Int) {
        self.fileSystem = fileSystem
        self.node = node
    }

    deinit {
        fileSystem.release { $0.unlock(node) }
    }
}
