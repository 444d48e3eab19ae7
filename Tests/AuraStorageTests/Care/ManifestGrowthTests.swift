import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct ManifestGrowthTests {
    private func manifests(_ world: CareWorld) throws -> [UInt64] {
        try world.disk.list(CareWorld.directory).compactMap(FileName.manifestNumber)
    }

    @Test func `the manifest stays small, however often the store is flushed and opened`() throws {
        let limit: Int64 = 20 << 10
        let world = try CareWorld(parts: 20, manifestBytes: limit)
        for _ in 0..<20 {
            var storage = try CareWorld.open(world.disk, manifestBytes: limit)
            try storage.close(now: 1)
        }
        let numbers = try manifests(world)
        #expect(numbers.count == 1 && numbers[0] > 4)
        let size = try world.disk.peek(world.path(FileName.manifest(numbers[0]))).count
        // Twenty chunks take two pages, and four times as much may lie there.
        #expect(size <= 12 * 4_096)
        let found = try CareWorld.content(world.disk, CareWorld.directory)
        #expect(found.events == world.numbered && found.identity == 7 && found.missing.isEmpty)
        #expect(try world.verify().isSound)
        let edits = try StoreDirectory(CareWorld.directory, in: world.disk).inspect().edits
        #expect(edits.contains { $0.words.hasPrefix("restated, last segment") })
    }

    @Test func `a small manifest stays`() throws {
        #expect(try manifests(CareWorld(parts: 20)) == [1])
    }

    @Test func `a copy has the manifest of its store, and goes on with it`() throws {
        let world = try CareWorld(parts: 9, manifestBytes: 20 << 10)
        let number = try #require(manifests(world).first)
        _ = try StoreCopy.backup(
            of: CareWorld.directory, to: CareWorld.target, in: world.disk, now: 5)
        #expect(try world.disk.exists(CareWorld.target + "/" + FileName.manifest(number)))
        let found = try CareWorld.content(world.disk, CareWorld.target)
        #expect(found.events == world.numbered && found.identity == 99)
    }

    @Test func `a manifest that nothing names is noted, and goes with the next start`() throws {
        let world = try CareWorld()
        let name = FileName.manifest(2)
        _ = try world.disk.open(world.path(name), .create)
        let result = try world.verify()
        #expect(result.isSound && result.notes.contains { $0.hasPrefix(name) })
        _ = try CareWorld.content(world.disk, CareWorld.directory)
        #expect(try manifests(world) == [1])
    }

    @Test func `a kill while a manifest takes over loses nothing, whatever follows`() throws {
        let cases = try TakeOverKills().cases
        #expect(cases.count >= 3)
        for check in cases { try check() }
    }

    @Test func `a full disk leaves the old manifest, which takes edits`() throws {
        let world = try CareWorld(parts: 9)
        world.disk.diskCapacity = world.disk.usedBytes + 5 * 4_096
        var storage = try CareWorld.open(world.disk, manifestBytes: 20 << 10)
        #expect(storage.failure == nil)
        world.disk.diskCapacity = nil
        try storage.close(now: 1)
        let found = try CareWorld.content(world.disk, CareWorld.directory)
        #expect(found.events == world.numbered)
    }
}
