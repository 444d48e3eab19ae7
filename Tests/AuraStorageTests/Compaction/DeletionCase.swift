import AuraCore
import AuraTesting

@testable import AuraStorage

/// Stories of compactions and deletions that end well, each with a guard of its own.
enum DeletionCase {
    /// A world with chunks of four batches each of one client.
    private static func world(chunks: Int = 3) throws -> StoreWorld {
        let disk = SimulatedFileSystem(keepsHistory: true)
        var world = StoreWorld(disk: disk, clients: 1, segmentSize: 16 << 10)
        try world.open()
        try world.connect(0)
        try world.commit()
        for _ in 0..<chunks {
            for _ in 0..<4 { try world.send(rows: 2, padding: 40, from: 0) }
            try world.commit()
            flush(&world)
        }
        return world
    }

    private static func flush(_ world: inout StoreWorld) {
        world.beginFlush()
        world.runFlush()
        world.endFlush()
    }

    /// Runs compactions until there is nothing left to do.
    static func compact(_ world: inout StoreWorld, _ mode: CompactionMode = .full) {
        repeat {
            world.beginCompaction(mode)
            world.runCompaction()
            if !world.isCompacting { return }
            world.endCompaction()
        } while true
    }

    /// A copy of a store from before an erasure forgets again, once it stands beside the ledger.
    static func copyBesideLedger() throws {
        var world = try world()
        let before = world.disk.operationCount
        world.erase(5)
        let ledger = StoreWorld.directory + "/" + FileName.ledger
        let after = world.disk.crash(image: .allLost)
        let copy = world.disk.crash(image: .allKept, after: before)
        let file = try copy.open(ledger, .create)
        let bytes = try after.peek(ledger)
        try file.write(bytes.rawSpan, at: 0)
        var restored = world.moved(to: copy)
        try restored.open()
        try restored.check()
        // New events get numbers that the erasure meant in the other store, and stay.
        try restored.connect(0)
        try restored.settle()
        for _ in 0..<3 { try restored.send(from: 0) }
        try restored.commit()
        try restored.check()
        try restored.close()
        try restored.open()
        try restored.check()
    }

    /// A write that a disk loses while chunks are merged costs nothing: what was written is read back
    /// before what it stands for goes.
    static func lostWrite() throws {
        var world = try world()
        world.beginCompaction(.full)
        let next = world.disk.operationCount
        world.disk.failures = (next..<next + 400).map { .loseWrite(index: $0) }
        world.runCompaction()
        world.endCompaction()
        world.disk.failures = []
        try world.check()
        compact(&world)
        try world.check()
        guard world.storage?.chunks.count == 2 else {
            throw Violation("\(world.storage?.chunks.count ?? 0) chunks are left")
        }
    }

    /// A chunk that loses too little to be written again goes on losing it.
    static func partOfAChunk() throws {
        var world = try world(chunks: 2)
        world.deleteBefore(5)
        compact(&world, .busy)
        try world.check()
        guard world.storage?.chunks.count == 1, world.storage?.tombstones.count == 1 else {
            throw Violation("\(world.storage?.chunks.count ?? 0) chunks are left")
        }
        try world.close()
        try world.open()
        try world.check()
        compact(&world, .full)
        try world.check()
        guard world.storage?.tombstones == [] else { throw Violation("it is not carried out") }
    }

    /// Who reads a snapshot can read it to its end, though its chunks were merged meanwhile.
    static func heldSnapshot() throws {
        var world = try world()
        var snapshot = world.storage?.snapshot
        let files = world.disk.files.filter { $0.hasSuffix(".chunk") }
        compact(&world)
        if let snapshot { try world.sent.check(snapshot) }
        let held = world.disk.files.filter { $0.hasSuffix(".chunk") }
        guard Set(held).isSuperset(of: files) else { throw Violation("files went too early") }
        snapshot = nil
        world.removeRetired()
        let left = world.disk.files.filter { $0.hasSuffix(".chunk") }
        guard left.count == world.storage?.chunks.count, Set(left).isDisjoint(with: files) else {
            throw Violation("files are left that nobody reads: \(left)")
        }
        try world.check()
    }
}
