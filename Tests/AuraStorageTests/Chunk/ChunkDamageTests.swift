import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// One wrong bit in a chunk: none is read as data, and none is missed by `verify`.
@Suite struct ChunkDamageTests {
    @Test func `every bit of a chunk counts`() throws {
        let chunk = try RottenChunk(seed: 1, batches: 3)
        for bit in 0..<chunk.bytes.count * 8 { try chunk.expectFound(bit) }
        print("bits of a chunk of \(chunk.bytes.count) bytes: \(chunk.bytes.count * 8)")
    }

    @Test func `random bits of a larger chunk count`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let chunk = try RottenChunk(seed: seed, batches: 60)
        for _ in 0..<Effort.count(200) {
            do { try chunk.expectFound(random.below(chunk.bytes.count * 8)) } catch {
                throw Violation("seed \(seed): \(error)")
            }
        }
    }

    @Test func `another chunk of the same number and size is told from the one of the manifest`()
        throws
    {
        try RottenChunk.twins().0.expectError(RottenChunk.twins().1.bytes)
    }

    @Test func `a chunk that is cut, missing or another's is named`() throws {
        let chunk = try RottenChunk(seed: 2, batches: 2)
        try chunk.expectError(Array(chunk.bytes.dropLast()))
        try chunk.expectError([])
        try chunk.expectError(chunk.bytes + [0])
        try chunk.expectError(nil)
        try chunk.expectError(RottenChunk(seed: 3, batches: 2).bytes)
        try chunk.expectError(RottenChunk(seed: 2, batches: 2, number: 4).bytes)
    }
}

/// A chunk whose file is replaced by a damaged one.
struct RottenChunk {
    let bytes: [UInt8]
    private let entry: ChunkEntry
    private let number: UInt64

    /// The chunk of a few random batches.
    init(seed: UInt64, batches: Int, number: UInt64 = 3) throws {
        var generator = EventGenerator(seed: seed)
        var events: [Event] = []
        for _ in 0..<batches { events += generator.batch().prefix(20) }
        try self.init(events, number: number)
    }

    /// Two chunks that differ in a value alone.
    static func twins() throws -> (RottenChunk, RottenChunk) {
        func chunk(_ value: Int64) throws -> RottenChunk {
            let time = Timestamp(microseconds: 1)
            return try RottenChunk(
                [Event(type: "a", time: time, attributes: [Attribute("n", .int64(value))])],
                number: 3)
        }
        return (try chunk(7), try chunk(8))
    }

    init(_ events: [Event], number: UInt64, derivesColumns: Bool = false) throws {
        self.number = number
        let strips = Strip.strips(
            of: events.enumerated().map { SequencedEvent(sequence: UInt64($0 + 1), event: $1) })
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/store/chunks")
        let file = try disk.open("/store/chunks/" + FileName.chunk(number), .create)
        var layout = ChunkLayout()
        layout.sectionRows = 6
        layout.groupRows = 16
        layout.derivesColumns = derivesColumns
        entry = try ChunkWriter.write(
            strips, to: file, layout, incarnation: 9, number: number)
        bytes = try file.read(at: 0, count: Int(file.size()))
    }

    /// Reads the chunk from a file of these bytes, or from none.
    private func verify(_ bytes: [UInt8]?) throws(StorageError) {
        let disk = SimulatedFileSystem()
        let place = StorePlace(fileSystem: disk, directory: "/store")
        do {
            try disk.createDirectory("/store/chunks")
            if let bytes {
                try disk.open(place.path(entry.name), .create).write(bytes.rawSpan, at: 0)
            }
        } catch { throw .io(error) }
        try Chunk(entry, in: place, incarnation: 9, cache: BlockCache(capacity: 1 << 20)).verify()
    }

    /// Throws unless the wrong bit is named.
    func expectFound(_ bit: Int) throws(Violation) {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        try expectError(bytes)
    }

    func expectError(_ bytes: [UInt8]?) throws(Violation) {
        do throws(StorageError) { try verify(bytes) } catch {
            guard error.isNamed else { throw Violation("it is not named: \(error)") }
            return
        }
        throw Violation("what is not the chunk is read as one")
    }

    /// Wrong bits of footer and blocks, for planted bugs.
    static var cases: () throws -> [() throws -> Void] {
        {
            let chunk = try RottenChunk(seed: 1, batches: 3)
            try chunk.verify(chunk.bytes)
            let twins = try twins()
            return [{ try twins.0.expectError(twins.1.bytes) }]
                + stride(from: 0, to: chunk.bytes.count * 8, by: 101).map { bit in
                    { try chunk.expectFound(bit) }
                }
        }
    }
}
