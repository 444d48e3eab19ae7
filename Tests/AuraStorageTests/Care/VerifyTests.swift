import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct VerifyTests {
    @Test func `a sound store is called sound, and stays as it is`() throws {
        let world = try CareWorld()
        let before = try world.disk.files.map { try world.disk.peek($0) }
        let result = try world.verify()
        #expect(result.isSound && result.chunks == 3 && result.events == 150)
        #expect(result.groups > 0 && result.bytes > 0)
        #expect(try world.disk.files.map { try world.disk.peek($0) } == before)
    }

    @Test func `a bit that fell over anywhere is found, and its file named`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        let world = try CareWorld()
        let files = world.disk.files.filter { !$0.hasSuffix("LOCK") && !$0.hasSuffix(".spare") }
        for _ in 0..<Effort.count(300) {
            let file = random.element(of: files)
            let bytes = try world.disk.peek(file)
            let bit = random.below(bytes.count * 8)
            // What lies behind the last group is a torn tail, whatever it is.
            if file == world.segment, bit / 8 >= bytes.lastUsedPage { continue }
            try world.disk.flipBit(file, bit)
            let result = try world.verify()
            #expect(
                result.findings.contains { file.hasSuffix($0.file) || $0.file == "log" }
                    || result.notes.contains {
                        $0.contains("unfinished") || $0.contains("nothing needs")
                    },
                "seed \(seed): bit \(bit) of \(file): \(result)")
            try world.disk.flipBit(file, bit)
        }
        #expect(try world.verify().isSound)
    }

    @Test func `a missing file is named, with a remedy`() throws {
        for name in [
            "CURRENT", "MANIFEST-0000000000000001", "CHECKPOINT-0000000000000003",
            "chunks/0000000000000002.chunk",
        ] {
            let world = try CareWorld()
            try world.disk.removeSilently(world.path(name))
            let finding = try #require(try world.verify().findings.first)
            #expect(finding.file == name && finding.problem.contains("missing"))
            #expect(!finding.remedy.isEmpty)
        }
    }

    @Test func `an event that two chunks have is found`() throws {
        let world = try CareWorld()
        let place = StorePlace(fileSystem: world.disk, directory: CareWorld.directory)
        var report = RecoveryReport()
        var manifest = try Manifest.open(
            place, named: "MANIFEST-0000000000000001", report: &report)
        let strip = Strip.strips(
            of: [SequencedEvent(sequence: 3, event: world.events[2])])
        let file = try world.disk.open(world.chunk(9), .create)
        let entry = try ChunkWriter.write(
            strip, to: file, ChunkLayout(), incarnation: manifest.incarnation, number: 9)
        try manifest.write([.chunkAdded(entry)], now: 0)
        let finding = try #require(try world.verify().findings.first)
        #expect(finding.problem.contains("event 3, which another chunk has too"))
    }

    @Test func `a directory that a server has is refused, and so is one without a store`() throws {
        let world = try CareWorld()
        let storage = try CareWorld.open(world.disk)
        #expect(throws: StorageError.inUse(directory: CareWorld.directory)) { try world.verify() }
        withExtendedLifetime(storage) {}
        try world.disk.createDirectory("/clinic/empty")
        #expect(throws: StorageError.self) {
            try StoreDirectory("/clinic/empty", in: world.disk)
        }
        #expect(!world.disk.files.contains { $0.hasPrefix("/clinic/empty") })
    }

    @Test func `an inspection tells what a store consists of`() throws {
        let world = try CareWorld()
        let found = try StoreDirectory(CareWorld.directory, in: world.disk).inspect()
        #expect(found.findings.isEmpty && found.lastEvent == 150 && found.flushedEvent == 120)
        #expect(found.isClosed && found.identity == 7 && found.incarnation == 7)
        #expect(found.chunks.map(\.rows) == [40, 40, 40])
        #expect(found.chunks[0].types.map(\.rows).reduce(0, +) == 40)
        #expect(found.chunks[0].columns.map(\.name) == ["$time", "$sequence", "n", "text"])
        let bytes = found.chunks[0].columns.map(\.bytes).reduce(0, +)
        #expect(bytes > 0 && bytes < found.chunks[0].bytes)
        #expect(found.segments.map(\.events).reduce(0, +) == 30)
        #expect(found.producers.map(\.name) == ["sender"] && found.producers[0].next == 10)
        #expect(found.edits.first?.words.contains("created") == true)
        try world.disk.flipBit(world.chunk(1), 8 * Int(found.chunks[0].bytes) - 1)
        let broken = try StoreDirectory(CareWorld.directory, in: world.disk).inspect()
        #expect(broken.findings.map(\.file) == ["chunks/0000000000000001.chunk"])
        #expect(broken.chunks.count == 3 && broken.chunks[0].types.isEmpty)
    }
}

extension [UInt8] {
    /// Where the zeros at the end begin, to the next page.
    fileprivate var lastUsedPage: Int {
        ((lastIndex { $0 != 0 } ?? 0) / 4_096 + 1) * 4_096
    }
}
