import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

/// A store is asked in place: whatever state it is in, nothing is written.
@Suite struct RestingEventsTests {
    /// The events that a reader is shown, by sequence number, on a disk that takes no write.
    private func read(
        _ disk: SimulatedFileSystem, _ path: String = CareWorld.directory
    ) throws -> [UInt64: Event] {
        disk.isReadOnly = true
        let before = disk.operationCount
        let seen = Result { try events(disk, path) }
        disk.isReadOnly = false
        #expect(!disk.operations.dropFirst(before).contains { $0.isMutation }, "\(path)")
        return try seen.get()
    }

    private func events(_ disk: SimulatedFileSystem, _ path: String) throws -> [UInt64: Event] {
        guard let directory = try open(disk, path) else { return [:] }
        let found = try directory.events(indexPlan: .standard, cacheBytes: 1 << 20)
        return try withExtendedLifetime(directory) { try CareWorld.events(of: found.snapshot) }
    }

    /// A directory; nil where no store was made yet.
    private func open(
        _ disk: SimulatedFileSystem, _ path: String
    ) throws(StorageError) -> StoreDirectory? {
        do throws(StorageError) { return try StoreDirectory(path, in: disk) } catch {
            guard case .noStore = error else { throw error }
            return nil
        }
    }

    @Test func `a reader sees every event, those in the log as well`() throws {
        let world = try CareWorld()
        #expect(try read(world.disk) == world.numbered)
        let directory = try StoreDirectory(CareWorld.directory, in: world.disk)
        let found = try directory.events(indexPlan: .standard, cacheBytes: 1 << 20)
        let index = try #require(found.index?.view)
        #expect(index.state.watermark == 150 && index.snapshot.watermark == 150)
        #expect(try directory.events(indexPlan: nil, cacheBytes: 0).index == nil)
    }

    @Test func `after a crash a reader sees what a start would find`() throws {
        let world = try CareWorld(keepsHistory: true)
        let seed = UInt64.random(in: 0...UInt64.max)
        for count in stride(from: 1, through: world.disk.operationCount, by: 7) {
            for image in SimulatedFileSystem.CrashImage.twelve(seed: seed) {
                let disk = world.disk.crash(image: image, after: count)
                let seen = try read(disk)
                var storage = try CareWorld.open(disk)
                let found = try CareWorld.events(of: storage.snapshot)
                #expect(seen == found, "\(image) after \(count) operations, seed \(seed)")
                try storage.close(now: 1_700_000_000_000_002)
            }
        }
    }

    @Test func `an unfinished write at the end of the log is passed over, and stays`() throws {
        let world = try CareWorld()
        let file = try world.disk.open(world.segment, .update)
        let end = try file.size()
        let torn: [UInt8] = [1, 2, 3]
        try file.write(torn.rawSpan, at: end - 4_096)
        #expect(try read(world.disk) == world.numbered)
        #expect(try file.read(at: end - 4_096, count: 3) == torn)
        #expect(try CareWorld.open(world.disk).recovery.tornTails.count == 1)
    }

    @Test func `readers keep writers out, and writers readers, but no reader another`() throws {
        let world = try CareWorld()
        let refusal = StorageError.inUse(directory: CareWorld.directory)
        var readers: [StoreDirectory] = []
        for _ in 0..<2 {
            readers.append(try StoreDirectory(CareWorld.directory, in: world.disk))
        }
        while !readers.isEmpty {
            #expect(throws: refusal) { try CareWorld.open(world.disk) }
            readers.removeLast()
        }
        let storage = try CareWorld.open(world.disk)
        #expect(throws: refusal) { try StoreDirectory(CareWorld.directory, in: world.disk) }
        withExtendedLifetime(storage) {}
    }

    @Test func `a copy without a lock can be read, and hides what the ledger beside it erases`()
        throws
    {
        let world = try CareWorld()
        _ = try StoreCopy.backup(
            of: CareWorld.directory, to: CareWorld.target, in: world.disk, now: 5)
        #expect(try !world.disk.exists(CareWorld.target + "/LOCK"))
        #expect(try read(world.disk, CareWorld.target) == world.numbered)
        var storage = try CareWorld.open(world.disk)
        _ = try storage.erase(
            SubjectHash(attribute: "text", values: [.string("text 1")]),
            now: 1_700_000_000_000_002)
        try storage.close(now: 1_700_000_000_000_003)
        let ledger = try world.disk.open(world.path(FileName.ledger), .read)
        let bytes = try ledger.read(at: 0, count: Int(ledger.size()))
        try world.disk.put(bytes, in: CareWorld.target + "/" + FileName.ledger)
        let kept = world.numbered.filter { !$1.attributes.contains(where: \.isErased) }
        #expect(kept.count < 150)
        for path in [CareWorld.directory, CareWorld.target] {
            #expect(try read(world.disk, path) == kept)
        }
        let directory = try StoreDirectory(CareWorld.target, in: world.disk)
        // Nobody asks an index that counts what is erased.
        let events = try directory.events(indexPlan: .standard, cacheBytes: 0)
        #expect(try #require(events.index).view.state.lastDeletion < events.snapshot.lastDeletion)
    }
}

extension Attribute {
    fileprivate var isErased: Bool { self == Attribute("text", .string("text 1")) }
}
