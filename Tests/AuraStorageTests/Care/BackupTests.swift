import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct BackupTests {
    private func backup(
        _ world: CareWorld, _ disk: (any FileSystem)? = nil
    ) throws(StorageError) -> StoreVerification {
        try StoreCopy.backup(
            of: CareWorld.directory, to: CareWorld.target, in: disk ?? world.disk, now: 5)
    }

    @Test func `a backup that is restored has every event, and an identity of its own`() throws {
        let world = try CareWorld()
        let result = try backup(world)
        #expect(result.isSound && result.events == 150 && result.chunks == 3)
        let restored = try StoreCopy.restore(
            CareWorld.target, to: "/clinic/restored", identity: 55, in: world.disk, now: 6)
        #expect(restored.events == 150)
        let found = try CareWorld.content(world.disk, "/clinic/restored")
        #expect(found.events == world.numbered && found.identity == 55 && found.missing.isEmpty)
        // The numbers of producers go on.
        var storage = try CareWorld.open(world.disk, "/clinic/restored")
        #expect(storage.producers.nextSequence(of: 1) == 10)
        try storage.close(now: 8)
        #expect(try CareWorld.content(world.disk, CareWorld.directory).identity == 7)
    }

    @Test func `a backup that is served without a restore gets an identity, once`() throws {
        let world = try CareWorld()
        _ = try backup(world)
        let found = try CareWorld.content(world.disk, CareWorld.target)
        #expect(found.events == world.numbered && found.identity == 99)
        let again = try CareWorld.open(world.disk, CareWorld.target, incarnation: 3)
        #expect(again.incarnation == 99)
    }

    @Test func `a backup while events come has all that were there when it began`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var turns = 0
        /// Rounds in which the manifest was begun anew.
        var manifests = 0
        for round in 0..<Effort.count(20) {
            let world = try CareWorld(seed: seed &+ UInt64(round))
            var storage = try CareWorld.open(world.disk, manifestBytes: 20 << 10)
            let busy = BusyFileSystem(world.disk, seed: seed &+ UInt64(round)) { random in
                let batch = [Event(type: "late", time: Timestamp(microseconds: 1))]
                try CareWorld.append(batch, producer: 0, to: &storage)
                if random.chance(20), let job = storage.beginFlush() {
                    try storage.endFlush(try job.run(), now: 1).remove()
                }
            }
            let result = try backup(world, busy)
            #expect(result.isSound && result.events >= 150, "seed \(seed) round \(round)")
            try storage.close(now: 2)
            let found = try CareWorld.content(world.disk, CareWorld.target)
            for (number, event) in world.numbered {
                #expect(found.events[number] == event, "seed \(seed) round \(round)")
            }
            #expect(found.events.count == Int(result.events))
            turns += busy.turns
            manifests += try world.disk.exists(world.path(FileName.manifest(1))) ? 0 : 1
        }
        #expect(turns > 0 && manifests > 0)
    }

    @Test func `neither goes over a live directory, or one that holds something`() throws {
        let world = try CareWorld()
        _ = try backup(world)
        #expect(throws: StorageError.self) { try backup(world) }
        func restore(_ target: String) throws(StorageError) {
            _ = try StoreCopy.restore(
                CareWorld.target, to: target, identity: 5, in: world.disk, now: 6)
        }
        func content() throws -> [[UInt8]] {
            try world.disk.files.filter { !$0.hasSuffix("LOCK") }.map { try world.disk.peek($0) }
        }
        let before = try content()
        #expect(throws: StorageError.self) { try restore(CareWorld.directory) }
        #expect(try content() == before)
        let storage = try CareWorld.open(world.disk)
        #expect(throws: StorageError.inUse(directory: CareWorld.directory)) {
            try restore(CareWorld.directory)
        }
        withExtendedLifetime(storage) {}
    }

    @Test func `what is not sound is not called a backup`() throws {
        for name in ["chunks/0000000000000002.chunk", "CHECKPOINT-0000000000000003"] {
            let world = try CareWorld()
            try world.disk.flipBit(world.path(name), 64 * 8)
            #expect(throws: StorageError.self) { try backup(world) }
            #expect(try !world.disk.exists(CareWorld.target + "/CURRENT"))
            let whole = try CareWorld()
            _ = try backup(whole)
            try whole.disk.flipBit(CareWorld.target + "/" + name, 64 * 8)
            #expect(throws: StorageError.self) {
                try StoreCopy.restore(
                    CareWorld.target, to: "/clinic/restored", identity: 5, in: whole.disk, now: 6)
            }
            #expect(try !whole.disk.exists("/clinic/restored/CURRENT"))
        }
    }

    @Test func `a crash anywhere leaves a whole backup or none`() throws {
        let cases = try BackupCrashes().cases
        for check in cases { try check() }
        print("crashes over a backup: \(cases.count)")
    }

    @Test func `an error anywhere leaves a whole backup or none`() throws {
        let world = try CareWorld()
        let first = world.disk.operationCount
        _ = try backup(world)
        let count = world.disk.operationCount - first
        for index in stride(from: 0, to: count, by: max(1, count / Effort.count(60))) {
            for reason in [FileSystemError.Reason.noSpace, .other(5)] {
                let world = try CareWorld()
                world.disk.failures = [
                    .failOperation(index: first + index, reason: reason, sticky: false)
                ]
                do throws(StorageError) { _ = try backup(world) } catch {
                    // What fails last fails behind the whole.
                    if try !world.disk.exists(CareWorld.target + "/CURRENT") { continue }
                }
                world.disk.failures = []
                let found = try CareWorld.content(world.disk, CareWorld.target)
                #expect(found.events == world.numbered, "\(index)")
            }
        }
    }
}

/// Crashes over a backup, at every operation.
struct BackupCrashes {
    private let world: CareWorld
    private let moments: [Int]

    init() throws {
        world = try CareWorld(parts: 2, keepsHistory: true)
        let start = world.disk.operationCount
        _ = try StoreCopy.backup(
            of: CareWorld.directory, to: CareWorld.target, in: world.disk, now: 5)
        let operations = world.disk.operations
        moments = (start...operations.count).filter { $0 == start || operations[$0 - 1].isMutation }
    }

    /// A check for each crash, the last moments first.
    var cases: [() throws -> Void] {
        moments.reversed().flatMap { moment in
            SimulatedFileSystem.CrashImage.twelve(seed: UInt64(moment)).map { image in
                {
                    let disk = world.disk.crash(image: image, after: moment)
                    guard let problem = problem(of: disk) else { return }
                    throw Violation("\(moment) \(image): \(problem)")
                }
            }
        }
    }

    private func problem(of disk: SimulatedFileSystem) -> String? {
        do {
            let original = try CareWorld.content(disk, CareWorld.directory)
            guard original.events == world.numbered else { return "the original is another" }
            guard try disk.exists(CareWorld.target + "/CURRENT") else { return nil }
            let result = try StoreDirectory(CareWorld.target, in: disk).verify()
            guard result.isSound else { return "not sound: \(result.findings)" }
            let copy = try CareWorld.content(disk, CareWorld.target)
            return copy.events == world.numbered ? nil : "the copy has other events"
        } catch { return "\(error)" }
    }
}

/// A file system on which something else goes on between any two operations.
// One thread uses it.
private final class BusyFileSystem: FileSystem, @unchecked Sendable {
    private let inner: SimulatedFileSystem
    private let work: (inout SeededRandom) throws -> Void
    private var random: SeededRandom
    private(set) var turns = 0
    private var isBusy = false

    init(
        _ inner: SimulatedFileSystem, seed: UInt64,
        work: @escaping (inout SeededRandom) throws -> Void
    ) {
        self.inner = inner
        self.work = work
        random = SeededRandom(seed: seed)
    }

    private func turn() {
        guard random.chance(10), !isBusy else { return }
        isBusy = true
        defer { isBusy = false }
        turns += 1
        do { try work(&random) } catch { preconditionFailure("\(error)") }
    }

    func createDirectory(_ path: String) throws(FileSystemError) {
        try inner.createDirectory(path)
    }
    func list(_ path: String) throws(FileSystemError) -> [String] {
        turn()
        return try inner.list(path)
    }
    func open(_ path: String, _ mode: FileOpenMode) throws(FileSystemError) -> any File {
        turn()
        return try inner.open(path, mode)
    }
    func exists(_ path: String) throws(FileSystemError) -> Bool { try inner.exists(path) }
    func rename(_ source: String, to target: String) throws(FileSystemError) {
        try inner.rename(source, to: target)
    }
    func remove(_ path: String) throws(FileSystemError) { try inner.remove(path) }
    func syncDirectory(_ path: String) throws(FileSystemError) {
        turn()
        try inner.syncDirectory(path)
    }
    func lock(_ path: String, _ mode: FileLockMode) throws(FileSystemError) -> any FileLock {
        try inner.lock(path, mode)
    }
    func freeBytes(_ path: String) throws(FileSystemError) -> Int64 { try inner.freeBytes(path) }
}
