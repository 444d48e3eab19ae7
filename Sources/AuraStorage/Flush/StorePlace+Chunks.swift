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
    func chunks(_ manifest: Manifest, _ cache: BlockCache) throws(StorageError) -> [Chunk] {
        let names: [String]
        let top: [String]
        do throws(FileSystemError) {
            let hasChunks = try fileSystem.exists(path(FileName.chunks))
            names = hasChunks ? try fileSystem.list(path(FileName.chunks)) : []
            top = try fileSystem.list(directory)
        } catch { throw .io(error) }
        let found = Set(names.compactMap(FileName.chunkNumber))
        let entries = manifest.state.chunks.values
        // What no edit names was never part of the store, or is none any more.
        for number in found where manifest.state.chunks[number] == nil {
            discard(FileName.chunks + "/" + FileName.chunk(number))
        }
        for number in top.compactMap(FileName.checkpointNumber)
        where number != manifest.state.flushed?.checkpoint {
            discard(FileName.checkpoint(number))
        }
        for number in top.compactMap(FileName.indexNumber)
        where number != manifest.state.flushed?.checkpoint {
            discard(FileName.index(number))
        }
        let chunks = entries.sorted { $0.sequenceRange.lowerBound < $1.sequenceRange.lowerBound }
            .map { Chunk($0, in: self, incarnation: manifest.incarnation, cache: cache) }
        for chunk in chunks where !found.contains(chunk.entry.number) {
            let name = chunk.entry.name
            _ = chunk.setAside(after: .missing(file: name, reason: "the manifest names it"))
        }
        return chunks
    }
}
