import AuraCore
import AuraStorage
import AuraTesting
import Testing

/// A store at rest whose bytes rot, vanish or are exchanged.
@Suite struct DamageTests {
    private typealias Outcome = DamagedStore.Outcome

    /// Flips bits of a file one at a time; returns how many met which outcome.
    private func flip(
        _ path: String, _ bits: some Sequence<Int>, of world: DamagedStore
    ) throws -> [Outcome: Int] {
        var counts: [Outcome: Int] = [:]
        for bit in bits {
            do {
                let outcome = try world.outcome { try $0.flipBit(path, bit) }
                counts[outcome, default: 0] += 1
            } catch {
                throw Violation("bit \(bit) of \(path): \(error)")
            }
        }
        return counts
    }

    /// Every bit of a range of bytes in the long form; else a share of them, most where the headers
    /// lie.
    private func bits(_ bytes: Range<Int>) -> [Int] {
        let all = bytes.lowerBound * 8..<bytes.upperBound * 8
        if Effort.isLong { return Array(all) }
        var random = SeededRandom(seed: UInt64(bytes.upperBound))
        return all.filter {
            let byte = $0 / 8 % 4_096
            return random.below(byte < 168 || byte >= 4_088 ? 8 : 128) == 0
        }
    }

    @Test func `each flipped bit of a full segment is found`() throws {
        let world = try DamagedStore()
        let size = try world.disk.peek(DamagedStore.segment).count
        let groups = try groupBytes(in: DamagedStore.segment, world.disk)
        try #require(size == 64 << 10 && groups < size)
        let inside = bits(0..<groups)
        #expect(try flip(DamagedStore.segment, inside, of: world) == [.named: inside.count])
        // Behind the last group no byte was ever durable: what lies there is set aside.
        let behind = bits(groups..<size)
        #expect(try flip(DamagedStore.segment, behind, of: world) == [.wholeWithTail: behind.count])
        print("bits of a full segment, the store opened with each: \(inside.count + behind.count)")
    }

    @Test(arguments: [true, false])
    func `each flipped bit of the last segment is found or a torn tail behind the data`(
        _ clean: Bool
    ) throws {
        let world = try DamagedStore(clean: clean)
        let size = try world.disk.peek(DamagedStore.lastSegment).count
        let groups = try groupBytes(in: DamagedStore.lastSegment, world.disk)
        // The promise itself, an empty group, is promised by nobody unless the store was closed.
        let promised = bits(0..<(clean ? groups : groups - 4_096))
        #expect(try flip(DamagedStore.lastSegment, promised, of: world) == [.named: promised.count])
        let behind = bits((clean ? groups : groups - 4_096)..<size)
        let tails = try flip(DamagedStore.lastSegment, behind, of: world)
        #expect(tails == [.wholeWithTail: behind.count])
        let count = promised.count + behind.count
        print("bits of the last segment, the store opened with each: \(count)")
    }

    @Test func `each flipped bit of CURRENT is found`() throws {
        let world = try DamagedStore()
        let size = try world.disk.peek("/store/CURRENT").count
        let counts = try flip("/store/CURRENT", 0..<size * 8, of: world)
        #expect(counts == [.named: size * 8])
    }

    @Test func `each flipped bit of the manifest is found, or its last edit is torn`() throws {
        let world = try DamagedStore()
        let size = try world.disk.peek(DamagedStore.manifest).count
        let inside = bits(0..<size - 4_096)
        let counts = try flip(DamagedStore.manifest, inside, of: world)
        #expect(counts == [.named: inside.count])
        let last = bits(size - 4_096..<size)
        #expect(try flip(DamagedStore.manifest, last, of: world) == [.wholeWithTail: last.count])
        print("bits of the manifest, the store opened with each: \(inside.count + last.count)")
    }

    @Test func `a flipped bit in the edit that a segment rests on is found`() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 16 << 10)
        try world.open()
        for _ in 0..<5 {
            try world.send(from: nil)
            try world.commit()
        }
        world.kill()
        let rest = DamagedStore(world.moved(to: world.disk.crash(image: .allLost)))
        let size = try rest.disk.peek(DamagedStore.manifest).count
        let last = stride(from: (size - 4_096) * 8, to: size * 8, by: 5)
        let counts = try flip(DamagedStore.manifest, last, of: rest)
        #expect(Set(counts.keys) == [.named])
    }

    @Test func `random flips of a larger segment are found`() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 2 << 20)
        try world.open()
        for round in 0..<30 {
            try world.send(padding: 60_000 + round, from: nil)
            try world.commit()
        }
        try world.close()
        let rest = DamagedStore(world.moved(to: world.disk.crash(image: .allKept)))
        var random = SeededRandom(seed: 3)
        let flips = Effort.isLong ? 20_000 : 400
        let bits = (0..<flips).map { _ in random.below(2 << 23) }
        let counts = try flip(DamagedStore.segment, bits, of: rest)
        print("random bits of 2 MiB, the store opened with each: \(counts)")
        #expect(counts[.whole] == nil)
        #expect((counts[.named] ?? 0) > flips * 8 / 10)
    }

    /// Bytes of a segment up to the end of its last group.
    private func groupBytes(in path: String, _ disk: SimulatedFileSystem) throws -> Int {
        let bytes = try disk.peek(path)
        let end = (bytes.lastIndex { $0 != 0 } ?? 0) + 1
        return (end + 4_095) / 4_096 * 4_096
    }
}

extension DamageTests {
    @Test(arguments: SingleDamage.allCases)
    func `what only one guard finds is found`(_ damage: SingleDamage) throws {
        try damage.check()
    }
}

// Files that are missing, cut, exchanged, or from elsewhere.
extension DamageTests {
    @Test func `a missing file is named, whichever it is`() throws {
        let world = try DamagedStore()
        for path in world.disk.files where !path.hasSuffix(".spare") && !path.hasSuffix("LOCK") {
            let found = try world.outcome { try $0.removeSilently(path) }
            #expect(found == .named, "\(path)")
        }
        let spare = try #require(world.disk.files.first { $0.hasSuffix(".spare") })
        #expect(try world.outcome { try $0.removeSilently(spare) } == .whole)
    }

    @Test func `a cut file is named, unless only the last edits of an orderly end are cut`() throws
    {
        let world = try DamagedStore()
        for path in world.disk.files where !path.hasSuffix("LOCK") {
            let size = try world.disk.peek(path).count
            let isSpare = path.hasSuffix(".spare")
            for cut in [0, 1, 20, 4_095, 4_096, 8_192, size - 4_096, size - 1] where cut < size {
                guard cut >= 0 else { continue }
                let found = try world.outcome { try $0.truncate(path, to: Int64(cut)) }
                let mayPass = isSpare || path == DamagedStore.manifest && cut >= size - 4_096
                #expect(found == .named || mayPass, "\(path) cut to \(cut)")
            }
        }
    }

    @Test func `exchanged, foreign and newer files are named`() throws {
        let world = try DamagedStore()
        let other = try DamagedStore(incarnation: 8)
        for path in [DamagedStore.segment, DamagedStore.lastSegment, DamagedStore.manifest] {
            for source in [DamagedStore.segment, DamagedStore.lastSegment, DamagedStore.manifest] {
                let foreign = try other.disk.peek(source)
                #expect(try world.outcome { try $0.replace(path, foreign) } == .named)
                guard source != path else { continue }
                let own = try world.disk.peek(source)
                #expect(try world.outcome { try $0.replace(path, own) } == .named)
            }
            #expect(
                try world.outcome { disk in
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
        let rest = DamagedStore(world.moved(to: world.disk.crash(image: .allKept)))
        for path in [DamagedStore.segment, DamagedStore.manifest] {
            let bytes = try old.peek(path)
            #expect(try rest.outcome { try $0.replace(path, bytes) } == .named, "\(path)")
        }
    }
}
