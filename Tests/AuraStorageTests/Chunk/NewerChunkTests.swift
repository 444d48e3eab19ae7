import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct NewerChunkTests {
    @Test func `a chunk of a newer Aura is named as such, and set aside`() throws {
        let world = try CareWorld(parts: 1)
        // The footer with another version, under hashes that hold.
        var bytes = try world.disk.peek(world.chunk(1))
        let last = Array(bytes.suffix(ChunkTrailer.size))
        let trailer = try ChunkTrailer(last.rawSpan, fileSize: Int64(bytes.count))
        bytes[Int(trailer.footerOffset)] = 2
        let hash = Checksum.hash128(
            bytes.rawSpan.slice(Int(trailer.footerOffset), trailer.footerSize))
        let end = ChunkTrailer(
            footerOffset: trailer.footerOffset, footerSize: trailer.footerSize, footerHash: hash)
        bytes = bytes.dropLast(ChunkTrailer.size) + end.encoded()
        let place = StorePlace(fileSystem: world.disk, directory: CareWorld.directory)
        try world.disk.remove(world.chunk(1))
        try world.disk.open(world.chunk(1), .create).write(bytes.rawSpan, at: 0)
        let old = try #require(
            try StoreDirectory(CareWorld.directory, in: world.disk).manifest().state.chunks[1])
        let entry = ChunkEntry(
            number: 1, rowCount: old.rowCount, fileSize: old.fileSize, timeRange: old.timeRange,
            sequenceRange: old.sequenceRange, footerHash: hash)
        let chunk = Chunk(entry, in: place, incarnation: 7, cache: BlockCache(capacity: 0))
        let snapshot = Snapshot(
            chunks: [chunk], runs: [], tail: [], mask: .none, watermark: 40)
        let (count, missing) = try snapshot.readingWhole { snapshot throws(StorageError) in
            var count = 0
            try snapshot.forEachStrip {
                count += $0.batch.rowCount
                return true
            }
            return count
        }
        #expect(count == 0)
        #expect(
            missing.map(\.cause) == [.newerFormat(file: entry.name, found: 2, supported: 1)])
    }
}
