import AuraCore

/// A part of the head that is to become a chunk; `run` touches nothing of the storage and may run
/// anywhere.
public struct FlushJob: Sendable {
    let place: StorePlace
    let incarnation: UInt64
    /// Number of the chunk and of the checkpoint.
    let number: UInt64
    let strips: [Strip]
    let layout: ChunkLayout
    let checkpoint: Checkpoint
    /// The index of the events up to `sequence`, if there is one.
    let index: IndexState?
    /// The mark but for the checkpoint's size and hash.
    let position: LogPosition
    let sequence: UInt64

    /// Writes chunk, checkpoint and index and makes them durable; on an error nothing is left of them.
    ///
    /// One at a time for each store.
    public func run() throws(StorageError) -> FlushedChunk {
        let path = place.path(FileName.chunks + "/" + FileName.chunk(number))
        do throws(StorageError) {
            let entry: ChunkEntry
            let bytes = checkpoint.encoded(incarnation: incarnation, number: number)
            do throws(FileSystemError) {
                try place.fileSystem.createDirectory(place.path(FileName.chunks))
                let file = try create(path)
                entry = try writeChunk(to: file)
                try place.fileSystem.syncDirectory(place.path(FileName.chunks))
                try write(
                    bytes, to: FileName.checkpoint(number),
                    isSynced: !Canary.skipCheckpointSync.isActive)
                if let index {
                    try write(
                        index.encoded(seed: incarnation), to: FileName.index(number),
                        isSynced: !Canary.skipIndexSync.isActive)
                }
                try place.fileSystem.syncDirectory(place.directory)
            } catch { throw StorageError(error, in: place.directory) }
            let mark = FlushMark(
                sequence: sequence, segment: position.segment, offset: position.offset,
                group: position.group, previous: position.previous, checkpoint: number,
                checkpointSize: bytes.count, checkpointHash: Checksum.hash64(bytes.rawSpan))
            return FlushedChunk(entry: entry, mark: mark)
        } catch {
            place.discard(FileName.chunks + "/" + FileName.chunk(number))
            place.discard(FileName.checkpoint(number))
            place.discard(FileName.index(number))
            throw error
        }
    }

    private func write(
        _ bytes: [UInt8], to name: String, isSynced: Bool
    ) throws(FileSystemError) {
        let file = try create(place.path(name))
        try file.write(bytes.rawSpan, at: 0)
        if isSynced { try file.sync() }
    }

    private func writeChunk(to file: any File) throws(FileSystemError) -> ChunkEntry {
        do throws(StorageError) {
            return try ChunkWriter.write(
                strips, to: file, layout, incarnation: incarnation, number: number)
        } catch {
            guard case .io(let error) = error else {
                preconditionFailure("strips cannot be read: \(error)")
            }
            throw error
        }
    }

    /// A new file; one of a try before goes.
    private func create(_ path: String) throws(FileSystemError) -> any File {
        if try place.fileSystem.exists(path) { try place.fileSystem.remove(path) }
        return try place.fileSystem.open(path, .create)
    }
}

/// A chunk that is durable and not yet part of the store.
public struct FlushedChunk: Sendable {
    let entry: ChunkEntry
    let mark: FlushMark

    /// Events in it.
    public var rowCount: Int { entry.rowCount }
    /// Bytes of its file.
    public var byteCount: Int64 { entry.fileSize }
}

/// Where the log ends.
struct LogPosition: Hashable, Sendable {
    let segment: UInt64
    let offset: Int64
    /// The last durable group, and the XXH3-128 of its header.
    let group: UInt64
    let previous: Hash128
}
