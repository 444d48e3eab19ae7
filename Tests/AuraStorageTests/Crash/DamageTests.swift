import AuraCore
import AuraStorage
import AuraTesting
import Testing

/// A store at rest whose bytes rot, vanish or are exchanged.
@Suite struct DamageTests {
    /// What became of opening a damaged store.
    private enum Outcome: Hashable {
        /// An error that names a file.
        case named
        /// All is there, and a torn tail was reported.
        case wholeWithTail
        /// All is there.
        case whole
    }

    /// A store of two segments and a spare with what was sent to it, closed or killed.
    private func store(
        clean: Bool = true, incarnation: UInt64 = 7
    ) throws -> StoreWorld {
        var world = StoreWorld(
            disk: SimulatedFileSystem(), clients: 2, segmentSize: 64 << 10,
            incarnation: incarnation)
        try world.open()
        world.makeSpare()
        world.takeSpare()
        for client in 0..<2 { try world.connect(client) }
        try world.commit()
        for round in 0..<18 {
            try world.send(rows: 1 + round % 3, padding: round % 4 * 700, from: round % 2)
            try world.send(from: nil)
            try world.commit()
        }
        world.makeSpare()
        world.takeSpare()
        world.promise()
        if clean { try world.close() } else { world.kill() }
        let disk = world.disk.crash(image: .allKept)
        return world.moved(to: disk)
    }

    /// Opens a copy of the store after `damage`; what it shows must be what was sent.
    private func outcome(
        of world: StoreWorld, _ damage: (SimulatedFileSystem) throws -> Void
    ) throws -> Outcome {
        let disk = world.disk.crash(image: .allKept)
        try damage(disk)
        var damaged = world.moved(to: disk)
        do throws(StorageError) {
            try damaged.open()
        } catch {
            guard error.isNamed else { throw Violation("\(error)") }
            return .named
        }
        try damaged.check()
        return damaged.storage?.recovery.tornTails.isEmpty == true ? .whole : .wholeWithTail
    }

    private static let segment = "/store/log/0000000000000001.log"
    private static let lastSegment = "/store/log/0000000000000002.log"
    private static let manifest = "/store/MANIFEST-0000000000000001"

    /// Flips bits of a file one at a time; returns how many met which outcome.
    private func flip(
        _ path: String, _ bits: some Sequence<Int>, of world: StoreWorld
    ) throws -> [Outcome: Int] {
        var counts: [Outcome: Int] = [:]
        for bit in bits {
            do {
                let outcome = try outcome(of: world) { try $0.flipBit(path, bit) }
                counts[outcome, default: 0] += 1
            } catch {
                throw Violation("bit \(bit) of \(path): \(error)")
            }
        }
        return counts
    }

    /// Every bit in the long form; else a share of them, most where the headers lie.
    private func bits(_ size: Int, of path: String) -> [Int] {
        if CrashMatrixTests.isLong { return Array(0..<size * 8) }
        var random = SeededRandom(seed: UInt64(size))
        return (0..<size * 8).filter {
            let byte = $0 / 8 % 4_096
            return random.below(byte < 168 || byte >= 4_088 ? 8 : 128) == 0
        }
    }

    @Test func `each flipped bit of a full segment is found or lies where nothing is`() throws {
        let world = try store()
        let size = try world.disk.peek(Self.segment).count
        let counts = try flip(Self.segment, bits(size, of: Self.segment), of: world)
        let groups = try groupBytes(in: Self.segment, world.disk)
        print("bits of a segment: \(counts)")
        // Behind the last group of a full segment is nothing that anybody looks at.
        #expect(counts[.wholeWithTail] == nil)
        #expect((counts[.whole] ?? 0) <= (size - groups) * 8)
        #expect((counts[.named] ?? 0) > groups / 8)
    }

    @Test(arguments: [true, false])
    func `each flipped bit of the last segment is found or a torn tail behind the data`(
        _ clean: Bool
    ) throws {
        let world = try store(clean: clean)
        let size = try world.disk.peek(Self.lastSegment).count
        let groups = try groupBytes(in: Self.lastSegment, world.disk)
        let inside = bits(groups, of: Self.lastSegment)
        let counts = try flip(Self.lastSegment, inside, of: world)
        print("bits of the last segment: \(counts)")
        // The promise itself, an empty group, is promised by nobody unless the store was closed.
        #expect(counts[.whole] == nil)
        #expect((counts[.wholeWithTail] == nil) == clean)
        let behind = stride(from: groups * 8, to: size * 8, by: 211)
        let tails = try flip(Self.lastSegment, behind, of: world)
        #expect(tails[.named] == nil)
    }

    @Test func `each flipped bit of CURRENT is found`() throws {
        let world = try store()
        let size = try world.disk.peek("/store/CURRENT").count
        let counts = try flip("/store/CURRENT", 0..<size * 8, of: world)
        #expect(counts == [.named: size * 8])
    }

    @Test func `each flipped bit of the manifest is found, or its last edit is torn`() throws {
        let world = try store()
        let size = try world.disk.peek(Self.manifest).count
        let inside = bits(size - 4_096, of: Self.manifest)
        let counts = try flip(Self.manifest, inside, of: world)
        #expect(counts == [.named: inside.count])
        let last = (size - 4_096) * 8..<size * 8
        #expect(try flip(Self.manifest, last, of: world) == [.wholeWithTail: last.count])
    }

    @Test func `a flipped bit in the edit that a segment rests on is found`() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 16 << 10)
        try world.open()
        for _ in 0..<5 {
            try world.send(from: nil)
            try world.commit()
        }
        world.kill()
        let world2 = world.moved(to: world.disk.crash(image: .allLost))
        let size = try world2.disk.peek(Self.manifest).count
        let last = stride(from: (size - 4_096) * 8, to: size * 8, by: 5)
        let counts = try flip(Self.manifest, last, of: world2)
        #expect(Set(counts.keys) == [.named])
    }

    @Test func `random flips of larger files are found or harmless`() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 2 << 20)
        try world.open()
        for round in 0..<30 {
            try world.send(padding: 60_000 + round, from: nil)
            try world.commit()
        }
        try world.close()
        let rest = world.moved(to: world.disk.crash(image: .allKept))
        var random = SeededRandom(seed: 3)
        let flips = CrashMatrixTests.isLong ? 20_000 : 400
        let bits = (0..<flips).map { _ in random.below(2 << 23) }
        let counts = try flip(Self.segment, bits, of: rest)
        print("random bits: \(counts)")
        #expect((counts[.named] ?? 0) > flips * 8 / 10)
    }

    /// Bytes of a segment up to the end of its last group.
    private func groupBytes(in path: String, _ disk: SimulatedFileSystem) throws -> Int {
        let bytes = try disk.peek(path)
        let end = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
        return (end + 4_095) / 4_096 * 4_096
    }
}

// Files that are missing, cut, exchanged, or from elsewhere.
extension DamageTests {
    @Test func `a missing file is named, whichever it is`() throws {
        let world = try store()
        for path in world.disk.files where !path.hasSuffix(".spare") && !path.hasSuffix("LOCK") {
            let found = try outcome(of: world) { try $0.removeSilently(path) }
            #expect(found == .named, "\(path)")
        }
        let spare = try #require(world.disk.files.first { $0.hasSuffix(".spare") })
        #expect(try outcome(of: world) { try $0.removeSilently(spare) } == .whole)
    }

    @Test func `a cut file is named, unless only the last edits of an orderly end are cut`() throws {
        let world = try store()
        for path in world.disk.files where !path.hasSuffix("LOCK") {
            let size = try world.disk.peek(path).count
            let isSpare = path.hasSuffix(".spare")
            for cut in [0, 1, 20, 4_095, 4_096, 8_192, size - 4_096, size - 1] where cut < size {
                guard cut >= 0 else { continue }
                let found = try outcome(of: world) { try $0.truncate(path, to: Int64(cut)) }
                let mayPass = isSpare || path == Self.manifest && cut >= size - 4_096
                #expect(found == .named || mayPass, "\(path) cut to \(cut)")
            }
        }
    }

    @Test func `exchanged, foreign and newer files are named`() throws {
        let world = try store()
        let other = try store(incarnation: 8)
        for path in [Self.segment, Self.lastSegment, Self.manifest] {
            for source in [Self.segment, Self.lastSegment, Self.manifest] {
                let foreign = try other.disk.peek(source)
                #expect(try outcome(of: world) { try $0.replace(path, foreign) } == .named)
                guard source != path else { continue }
                let own = try world.disk.peek(source)
                #expect(try outcome(of: world) { try $0.replace(path, own) } == .named)
            }
            #expect(
                try outcome(of: world) { disk in
                    var bytes = try disk.peek(path)
                    bytes[8] = 2
                    bytes.store(little: Checksum.hash64(bytes.rawSpan.slice(0, 4_088)), at: 4_088)
                    try disk.replace(path, bytes)
                } == .named)
        }
    }

    @Test func `an older copy of a file beside newer ones is named`() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 32 << 10)
        try world.open()
        for _ in 0..<3 {
            try world.send(from: nil)
            try world.commit()
        }
        let old = world.disk.crash(image: .allKept)
        for _ in 0..<9 {
            try world.send(from: nil)
            try world.commit()
        }
        try world.close()
        let rest = world.moved(to: world.disk.crash(image: .allKept))
        for path in [Self.segment, Self.manifest] {
            let bytes = try old.peek(path)
            #expect(try outcome(of: rest) { try $0.replace(path, bytes) } == .named, "\(path)")
        }
    }
}

extension SimulatedFileSystem {
    /// Puts other bytes in the place of a file's.
    fileprivate func replace(_ path: String, _ bytes: [UInt8]) throws {
        try truncate(path, to: 0)
        try open(path, .update).write(bytes.rawSpan, at: 0)
    }
}
