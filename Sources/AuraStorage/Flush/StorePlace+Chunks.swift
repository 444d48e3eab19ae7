import AuraCore

extension StorePlace {
    /// The checkpoint of a flush, and nothing before the first.
    func checkpoint(
        _ mark: FlushMark?, _ incarnation: UInt64
    ) throws(StorageError) -> Checkpoint {
        guard let mark else { return Checkpoint() }
        let name = FileName.checkpoint(mark.checkpoint)
        let bytes: [UInt8]
        do throws(FileSystemError) {
            let file = try fileSystem.open(path(name), .read)
            bytes = try file.read(at: 0, count: Int(try file.size()))
        } catch {
            guard error.reason == .notFound else { throw .io(error) }
            throw .missing(file: name, reason: "the manifest names it")
        }
        guard bytes.count == mark.checkpointSize,
            Checksum.hash64(bytes.rawSpan) == mark.checkpointHash
        else {
            throw .corrupt(
                file: name,
                FormatError(.checkpoint, 2, at: 0, "it is not the one of the manifest"))
        }
        do throws(FormatError) {
            return try Checkpoint(
                bytes.rawSpan, incarnation: incarnation, number: mark.checkpoint)
        } catch { throw .corrupt(file: name, error) }
    }

    /// The chunks of the manifest, by their first sequence number; one whose file is not there is
    /// set aside.
    func chunks(
        _ manifest: ManifestState, _ incarnation: UInt64, _ cache: BlockCache
    ) throws(StorageError) -> [Chunk] {
        let found: Set<UInt64>
        do throws(FileSystemError) { found = Set(try chunkNumbers()) } catch { throw .io(error) }
        let entries = manifest.chunks.values
        let chunks = entries.sorted { $0.sequenceRange.lowerBound < $1.sequenceRange.lowerBound }
            .map { Chunk($0, in: self, incarnation: incarnation, cache: cache) }
        for chunk in chunks where !found.contains(chunk.entry.number) {
            let name = chunk.entry.name
            _ = chunk.setAside(after: .missing(file: name, reason: "the manifest names it"))
        }
        return chunks
    }

    private func chunkNumbers() throws(FileSystemError) -> [UInt64] {
        guard try fileSystem.exists(path(FileName.chunks)) else { return [] }
        return try fileSystem.list(path(FileName.chunks)).compactMap(FileName.chunkNumber)
    }

    /// Removes what no edit names: it was never part of the store, or is none any more.
    ///
    /// Only when all that was read of the manifest is durable: the edit that lets a file go may be one
    /// that the next crash takes back.
    func removeUnnamed(_ manifest: Manifest) {
        let state = manifest.state
        do throws(FileSystemError) {
            for number in try chunkNumbers() where state.chunks[number] == nil {
                discard(FileName.chunks + "/" + FileName.chunk(number))
            }
            let flush = state.flushed?.checkpoint
            for name in try fileSystem.list(directory) {
                let number = FileName.checkpointNumber(name) ?? FileName.indexNumber(name)
                if number != nil, number != flush { discard(name) }
                let other = FileName.manifestNumber(name)
                if other != nil, other != manifest.number { discard(name) }
            }
            for name in try fileSystem.list(logDirectory) {
                guard let number = FileName.segmentNumber(name) else { continue }
                if number < state.firstSegment { discard(FileName.log + "/" + name) }
            }
        } catch {
            // They are in nobody's way; the next start tries again.
        }
    }
}
