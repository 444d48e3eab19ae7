import AuraStorage
import AuraTesting
import Testing

/// What becomes of the bytes of one file, sector by sector.
@Suite struct SimulatedSectorTests {
    private static let sector = 512

    /// A file of ten durable sectors of ones, of which sectors 2 to 6 were written again as twos,
    /// and two new ones of threes at the end.
    private func disk() throws -> SimulatedFileSystem {
        let disk = SimulatedFileSystem()
        let file = try disk.put([UInt8](repeating: 1, count: 10 * Self.sector), in: "/file")
        try disk.syncDirectory("/")
        try file.put([UInt8](repeating: 2, count: 5 * Self.sector), at: Int64(2 * Self.sector))
        try file.put([UInt8](repeating: 3, count: 2 * Self.sector), at: Int64(10 * Self.sector))
        return disk
    }

    private func sectors(_ image: SimulatedFileSystem) throws -> [[UInt8]] {
        let bytes = try image.peek("/file")
        return stride(from: 0, to: bytes.count, by: Self.sector).map {
            [UInt8](bytes[$0..<min($0 + Self.sector, bytes.count)])
        }
    }

    @Test func `an un-synced sector is new, old, zeroed or garbage, and the others are whole`()
        throws
    {
        let disk = try disk()
        var fates: [String: Int] = [:]
        for seed in 0..<400 as Range<UInt64> {
            let sectors = try sectors(disk.crash(image: .random(seed)))
            #expect((10...12).contains(sectors.count))
            for (index, bytes) in sectors.enumerated() where bytes.count == Self.sector {
                let value = Set(bytes).count == 1 ? bytes[0] : nil
                switch (index, value) {
                case (2...6, 2), (10..., 3): fates["new", default: 0] += 1
                case (2...6, 1): fates["old", default: 0] += 1
                case (2...6, 0), (10..., 0): fates["zeroed", default: 0] += 1
                case (2...6, nil), (10..., nil): fates["garbage", default: 0] += 1
                case (_, 1): continue
                default: Issue.record("seed \(seed): sector \(index) is \(bytes[0])")
                }
            }
        }
        #expect(Set(fates.keys) == ["new", "old", "zeroed", "garbage"])
        #expect(fates["garbage", default: 0] < fates["zeroed", default: 0], "\(fates)")
    }

    @Test func `an un-synced size is old, new or between, wherever the bytes went`() throws {
        let disk = try disk()
        let (old, new) = (10 * Self.sector, 12 * Self.sector)
        let sizes = try (0..<200 as Range<UInt64>).map {
            try disk.crash(image: .random($0)).peek("/file").count
        }
        #expect(sizes.allSatisfy { (old...new).contains($0) })
        #expect(sizes.contains(old) && sizes.contains(new))
        #expect(sizes.contains { $0 % Self.sector != 0 })
    }

    @Test func `a file that was never synced may come back empty`() throws {
        let disk = SimulatedFileSystem()
        try disk.open("/file", .create).put([1, 2, 3], at: 0)
        try disk.syncDirectory("/")
        let seen = try Set(
            (0..<100 as Range<UInt64>).map {
                try disk.crash(image: .random($0)).peek("/file")
            })
        #expect(seen.isSuperset(of: [[], [1, 2, 3], [0, 0, 0]]))
    }

    @Test func `reordered sectors are old or new, the later ones without the earlier too`() throws {
        let disk = try disk()
        var (earlierAlone, laterAlone, mixed) = (false, false, false)
        for seed in 0..<200 as Range<UInt64> {
            let sectors = try sectors(disk.crash(image: .reordered(seed)))
            let kept = sectors[2...6].map { bytes in
                #expect(Set(bytes).count == 1 && (bytes[0] == 1 || bytes[0] == 2), "seed \(seed)")
                return bytes[0] == 2
            }
            for index in [0, 1, 7, 8, 9] { #expect(Set(sectors[index]) == [1], "seed \(seed)") }
            if kept == [true, true, false, false, false] { earlierAlone = true }
            if kept == [false, false, false, true, true] { laterAlone = true }
            if kept == [true, false, true, false, true] { mixed = true }
        }
        #expect(earlierAlone && laterAlone && mixed)
    }

    /// The same against a model that knows nothing of pages: bytes written, bytes durable, and the
    /// sectors that a write touched since the last sync that worked.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `every image agrees with a naive model`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let disk = SimulatedFileSystem()
        let file = try disk.open("/file", .create)
        try disk.syncDirectory("/")
        var model = Model()
        for _ in 0..<random.below(25) {
            switch random.below(8) {
            case 0:
                try file.sync()
                model.sync()
            case 1:
                disk.failures = [.failOperation(index: disk.operationCount, reason: .other(5))]
                #expect(throws: FileSystemError(.sync, "/file", .other(5))) { try file.sync() }
                model.failSync()
            default:
                let bytes = random.bytes(1 + random.below(random.chance(50) ? 600 : 6000))
                let offset = random.below(9000)
                try file.put(bytes, at: Int64(offset))
                model.write(bytes, at: offset)
            }
            #expect(try disk.peek("/file") == model.current, "seed \(seed)")
        }
        for image in SimulatedFileSystem.CrashImage.twelve(seed: seed) + [.processKilled] {
            let bytes = try disk.crash(image: image).peek("/file")
            if let difference = model.difference(from: bytes, after: image) {
                Issue.record("seed \(seed) image \(image): \(difference)")
            }
        }
    }
}

/// One file, as simple as can be.
private struct Model {
    private(set) var current: [UInt8] = []
    private var durable: [UInt8] = []
    private var unsynced: Set<Int> = []
    private var forgotten: Set<Int> = []

    mutating func write(_ bytes: [UInt8], at offset: Int) {
        while current.count < offset + bytes.count { current.append(0) }
        for (index, byte) in bytes.enumerated() { current[offset + index] = byte }
        for sector in offset / 512...(offset + bytes.count - 1) / 512 {
            unsynced.insert(sector)
            forgotten.remove(sector)
        }
    }

    mutating func sync() {
        while durable.count < current.count { durable.append(0) }
        for index in current.indices where unsynced.contains(index / 512) {
            durable[index] = current[index]
        }
        unsynced = []
    }

    mutating func failSync() {
        forgotten.formUnion(unsynced)
        unsynced = []
    }

    /// The first thing that an image must not show.
    func difference(
        from bytes: [UInt8], after image: SimulatedFileSystem.CrashImage
    ) -> String? {
        switch image {
        case .allLost, .zeroLength: return bytes == durable ? nil : "not the durable bytes"
        case .allKept:
            let kept = current.indices.map { forgotten.contains($0 / 512) ? old($0) : current[$0] }
            return bytes == kept ? nil : "not the current bytes"
        case .processKilled: return bytes == current ? nil : "not what readers saw"
        case .random, .reordered: break
        }
        if bytes.count < durable.count || bytes.count > current.count {
            return "size \(bytes.count)"
        }
        for start in stride(from: 0, to: bytes.count, by: 512) {
            let range = start..<min(start + 512, bytes.count)
            let sector = [UInt8](bytes[range])
            let before = range.map(old)
            let doubtful = unsynced.contains(start / 512) || forgotten.contains(start / 512)
            if sector == before || (doubtful && sector == [UInt8](current[range])) { continue }
            if doubtful, case .random = image { continue }
            return "sector \(start / 512)"
        }
        return nil
    }

    private func old(_ index: Int) -> UInt8 { index < durable.count ? durable[index] : 0 }
}
