import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

extension Chunk {
    /// A chunk of the sources, read with a cache of that size.
    ///
    /// - Parameter forced: How it is encoded, whatever that costs; nil for what costs least.
    static func written(
        _ sources: [any RowSource], _ layout: ChunkLayout, cache: Int = 1 << 20,
        forced: ForcedEncoding? = nil
    ) throws -> Chunk {
        let place = StorePlace(fileSystem: SimulatedFileSystem(), directory: "/store")
        try place.fileSystem.createDirectory("/store/chunks")
        let path = place.path(FileName.chunks + "/" + FileName.chunk(3))
        let file = try place.fileSystem.open(path, .create)
        let entry = try ForcedEncoding.$active.withValue(forced) {
            try ChunkWriter.write(sources, to: file, layout, incarnation: 9, number: 3)
        }
        return Chunk(entry, in: place, incarnation: 9, cache: BlockCache(capacity: cache))
    }

    /// The events, numbered from 1 on without gaps.
    func events() throws -> [Event] {
        var events: [Event] = []
        var next: UInt64 = 1
        _ = try ChunkReplay([self], .none).forEachStrip(from: 0) { strip in
            #expect(strip.firstSequence == next)
            next = strip.endSequence
            events += strip.batch.events()
            return true
        }
        return events
    }
}

extension ForcedEncoding {
    /// None of them, or one.
    static func some(_ random: inout SeededRandom) -> ForcedEncoding? {
        random.element(of: [nil, nil] + allCases)
    }
}
