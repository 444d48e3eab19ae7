import AuraCore

/// A part of the head that is to become a chunk; `run` touches nothing of the storage and may run
/// anywhere.
public struct FlushJob: Sendable {
    let place: StorePlace
    let incarnation: UInt64
    /// Number of the chunk and of the checkpoint.
    let number: UInt64
    /// Where further chunks get theirs: of what is left of many events, and of those of times far
    /// from the others'.
    let numbers: ChunkNumbers
    let strips: [Strip]
    /// What is hidden of them, and left out.
    let mask: Mask
    let layout: ChunkLayout
    /// Rows of a chunk: one has twice as many at most.
    let chunkRows: Int
    let checkpoint: Checkpoint
    /// The index of the events up to `sequence`, if there is one.
    let index: IndexState?
    /// The checkpoint of no use any more that this one is written over, and so the index.
    let recycled: UInt64?
    /// The mark but for the checkpoint's size and hash.
    let position: LogPosition
    let sequence: UInt64

    /// Writes chunks, checkpoint and index and makes them durable; on an error nothing is left of them.
    ///
    /// One at a time for each store.
    public func run() throws(StorageError) -> FlushedChunk {
        var chunkNumbers: [UInt64] = []
        do throws(StorageError) {
            var entries: [ChunkEntry] = []
            let bytes = checkpoint.encoded(incarnation: incarnation, number: number)
            do throws(FileSystemError) {
                try place.fileSystem.createDirectory(place.path(FileName.chunks))
                let (usual, far) = divided()
                for sources in portions(of: usual) + portions(of: far) {
                    let number = chunkNumbers.isEmpty ? number : numbers.next()
                    chunkNumbers.append(number)
                    entries.append(try write(sources, number))
                }
                if !entries.isEmpty {
                    try place.fileSystem.syncDirectory(place.path(FileName.chunks))
                }
                try write(
                    bytes, to: FileName.checkpoint(number),
                    over: recycled.map(FileName.checkpoint),
                    isSynced: !Canary.skipCheckpointSync.isActive)
                if let index {
                    try write(
                        index.encoded(seed: incarnation), to: FileName.index(number),
                        over: recycled.map(FileName.index),
                        isSynced: !Canary.skipIndexSync.isActive)
                }
                try place.fileSystem.syncDirectory(place.directory)
            } catch { throw StorageError(error, in: place.directory) }
            let mark = FlushMark(
                sequence: sequence, segment: position.segment, offset: position.offset,
                group: position.group, previous: position.previous, checkpoint: number,
                checkpointSize: bytes.count, checkpointHash: Checksum.hash64(bytes.rawSpan))
            return FlushedChunk(entries: entries, mark: mark)
        } catch {
            for number in chunkNumbers {
                place.discard(FileName.chunks + "/" + FileName.chunk(number))
            }
            for number in [number] + (recycled.map { [$0] } ?? []) {
                place.discard(FileName.checkpoint(number))
                place.discard(FileName.index(number))
            }
            throw error
        }
    }

    /// Each piece is synced by itself: all at once would keep the syncs of the log waiting.
    private func write(
        _ bytes: [UInt8], to name: String, over old: String?, isSynced: Bool
    ) throws(FileSystemError) {
        let file = try place.create(name, over: old, size: Int64(bytes.count))
        let size = 256 << 10
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = bytes.rawSpan.slice(start, min(size, bytes.count - start))
            try file.write(piece, at: Int64(start))
            if isSynced { try file.sync() }
        }
    }

    /// What is not hidden: of the usual times, and of others.
    private func divided() -> (usual: [any RowSource], far: [any RowSource]) {
        do throws(StorageError) {
            var sources: [any RowSource] = []
            for strip in strips {
                if let source = try mask.visible(strip as any RowSource) { sources.append(source) }
            }
            return try UsualTimes(of: sources)?.divide(sources) ?? (sources, [])
        } catch {
            preconditionFailure("strips cannot be read: \(error)")
        }
    }

    /// Rows of a chunk for which there is memory.
    ///
    /// About half of the texts that batches have is of one column.
    private var fittingRows: Int {
        let rows = strips.reduce(0) { $0 + $1.rowCount }
        let texts = strips.reduce(0) { $0 + $1.batch.layout.strings.count } / 2
        return min(chunkRows, layout.fittingRows(like: rows, texts: texts))
    }

    /// Sources in a row, as many as make a chunk.
    private func portions(of sources: [any RowSource]) -> [[any RowSource]] {
        let rows = sources.reduce(0) { $0 + $1.rowCount }
        guard rows > 0 else { return [] }
        let count = max(1, rows / fittingRows)
        var portions = [[any RowSource]](repeating: [], count: count)
        var before = 0
        for source in sources {
            portions[before * count / rows].append(source)
            before += source.rowCount
        }
        return portions.filter { !$0.isEmpty }
    }

    private func write(
        _ sources: [any RowSource], _ number: UInt64
    ) throws(FileSystemError) -> ChunkEntry {
        let file = try place.create(FileName.chunks + "/" + FileName.chunk(number))
        do throws(StorageError) {
            var entry = try ChunkWriter.write(
                sources, to: file, layout, incarnation: incarnation, number: number)
            entry.tombstone = mask.lastNumber
            return entry
        } catch {
            guard case .io(let error) = error else {
                preconditionFailure("strips cannot be read: \(error)")
            }
            throw error
        }
    }
}

/// Chunks that are durable and not yet part of the store.
public struct FlushedChunk: Sendable {
    /// None where there was nothing to write: the log alone moves on.
    let entries: [ChunkEntry]
    let mark: FlushMark

    /// Events in them.
    public var rowCount: Int { entries.reduce(0) { $0 + $1.rowCount } }
    /// Bytes of their files.
    public var byteCount: Int64 { entries.reduce(0) { $0 + $1.fileSize } }
}

/// Where the log ends.
struct LogPosition: Hashable, Sendable {
    let segment: UInt64
    let offset: Int64
    /// The last durable group, and the XXH3-128 of its header.
    let group: UInt64
    let previous: Hash128
}
