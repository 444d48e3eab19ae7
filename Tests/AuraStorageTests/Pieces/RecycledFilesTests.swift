import AuraStorage
import AuraTesting
import Testing

@Suite struct RecycledFilesTests {
    /// A world whose last flush has left the first segment.
    private func world() throws -> StoreWorld {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 16 << 10)
        try world.open()
        try world.connect(0)
        try world.commit()
        try leaveSegment(in: &world)
        try flush(&world)
        return world
    }

    private func leaveSegment(in world: inout StoreWorld) throws {
        for _ in 0..<3 {
            try world.send(padding: 3_000, from: 0)
            try world.commit()
        }
    }

    private func flush(_ world: inout StoreWorld) throws {
        world.beginFlush()
        world.runFlush()
        world.endFlush()
    }

    private func names(in world: StoreWorld, _ folder: String = "") throws -> [String] {
        try world.disk.list(StoreWorld.directory + folder)
    }

    private func bytes(of path: String, in world: StoreWorld) throws -> [UInt8] {
        let file = try world.disk.open(StoreWorld.directory + "/" + path, .read)
        return try file.read(at: 0, count: Int(try file.size()))
    }

    private let first = "0000000000000001.log"

    @Test func `a segment that a flush leaves becomes the next spare, all zeros`() throws {
        var world = try world()
        #expect(try names(in: world, "/log").contains(first))
        world.makeSpare()
        let names = try names(in: world, "/log")
        #expect(!names.contains(first))
        let spare = try #require(names.first { $0.hasSuffix(".spare") })
        let bytes = try bytes(of: "log/" + spare, in: world)
        #expect(bytes.count == 16 << 10)
        #expect(bytes.dropFirst(4_096).allSatisfy { $0 == 0 })
        world.takeSpare()
        try leaveSegment(in: &world)
        try world.close()
        try world.open()
        _ = try world.check()
    }

    @Test func `a checkpoint is written over the one before the last`() throws {
        var world = try world()
        for _ in 0..<3 {
            try leaveSegment(in: &world)
            try flush(&world)
        }
        let names = try names(in: world)
        #expect(names.count { $0.hasPrefix("CHECKPOINT-") } == 2)
        #expect(names.count { $0.hasPrefix("INDEX-") } == 2)
        world.kill()
        try world.open()
        _ = try world.check()
    }

    @Test func `nothing is kept past the closing, nor past an opening`() throws {
        for isKilled in [false, true] {
            var world = try world()
            if isKilled { world.kill() } else { try world.close() }
            if isKilled { try world.open() }
            #expect(try !names(in: world, "/log").contains(first))
            #expect(try names(in: world).count { $0.hasPrefix("CHECKPOINT-") } == 1)
        }
    }

    @Test func `while something must be erased, nothing is kept`() throws {
        var world = try world()
        #expect(try names(in: world, "/log").contains(first))
        world.erase(0)
        world.promise()
        try flush(&world)
        let names = try names(in: world, "/log")
        #expect(!names.contains(first))
        #expect(names.count { $0.hasSuffix(".log") } == 1)
        #expect(try self.names(in: world).count { $0.hasPrefix("INDEX-") } == 1)
    }

    @Test func `a burst does not keep the disk`() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 16 << 10)
        try world.open()
        try world.connect(0)
        try world.commit()
        for _ in 0..<10 { try leaveSegment(in: &world) }
        try flush(&world)
        let kept = try names(in: world, "/log").count { $0.hasSuffix(".log") }
        #expect(kept <= 5)
    }
}
