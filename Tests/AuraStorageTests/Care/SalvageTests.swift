import AuraCore
import AuraTesting
import Testing

@testable import AuraStorage

@Suite struct SalvageTests {
    private func salvage(_ world: CareWorld) throws(StorageError) -> StoreSalvage.Report {
        try StoreSalvage.run(
            CareWorld.directory, to: CareWorld.target, in: world.disk, now: 5)
    }

    /// What the new store holds must be what the old one held under the same numbers, but for what
    /// the report calls lost.
    private func check(
        _ world: CareWorld, _ report: StoreSalvage.Report, _ words: String = ""
    ) throws {
        let found = try CareWorld.content(world.disk, CareWorld.target)
        let lost = report.lost.flatMap(Array.init)
        var expected = world.numbered
        for number in lost { expected[number] = nil }
        for number in expected.keys where number > (found.events.keys.max() ?? 0) {
            // Behind the last event that is known nothing can be called lost.
            expected[number] = nil
        }
        #expect(found.events == expected, "\(words)")
        #expect(found.events.count == report.events && found.missing.isEmpty, "\(words)")
        #expect(found.identity == 99, "\(words)")
        #expect(try StoreDirectory(CareWorld.target, in: world.disk).verify().isSound, "\(words)")
    }

    @Test func `of a sound store everything is saved`() throws {
        let world = try CareWorld()
        let report = try salvage(world)
        #expect(report.events == 150 && report.chunks == 3 && report.lost.isEmpty)
        #expect(report.findings.isEmpty)
        try check(world, report)
        // Producers go on where they were.
        let storage = try CareWorld.open(world.disk, CareWorld.target)
        #expect(storage.producers.nextSequence(of: 1) == 10)
    }

    @Test(arguments: [
        ["CURRENT"], ["MANIFEST-0000000000000001"], ["CURRENT", "MANIFEST-0000000000000001"],
        ["CHECKPOINT-0000000000000003"], ["CURRENT", "CHECKPOINT-0000000000000003"],
    ])
    func `without the files that say what there is all events are saved`(
        names: [String]
    ) throws {
        let world = try CareWorld()
        for name in names { try world.disk.removeSilently(world.path(name)) }
        let report = try salvage(world)
        #expect(report.events == 150 && report.lost.isEmpty && !report.findings.isEmpty)
        try check(world, report)
    }

    @Test(arguments: [0, 4_095, 4_096, 5_000])
    func `an unfinished manifest beside the last one says nothing`(size: Int) throws {
        let world = try CareWorld(manifestBytes: 20 << 10)
        let number = try #require(
            world.disk.list(CareWorld.directory).compactMap(FileName.manifestNumber).max())
        #expect(number > 1)
        let whole = try world.disk.peek(world.path(FileName.manifest(number)))
        let next = try world.disk.open(world.path(FileName.manifest(number + 1)), .create)
        try next.write(Array(whole.prefix(size)).rawSpan, at: 0)
        try world.disk.removeSilently(world.path("CURRENT"))
        let report = try salvage(world)
        #expect(report.events == 150 && report.chunks == 3 && report.lost.isEmpty)
        try check(world, report)
    }

    @Test func `of a chunk with a rotten block the other rows are saved`() throws {
        // So many that the log holds nothing of the first ones any more.
        let world = try CareWorld(parts: 7)
        try world.disk.flipBit(world.chunk(2), 64 * 8 + 1)
        let report = try salvage(world)
        let lost = report.lost.flatMap(Array.init)
        #expect(!lost.isEmpty && lost.count < 40 && lost.allSatisfy { (41...80).contains($0) })
        #expect(report.chunks == 6 && report.findings.count == 1)
        try check(world, report)
    }

    @Test func `of a log with a rotten group the groups around it are saved`() throws {
        let world = try CareWorld()
        // The second of the groups with events behind the last flush.
        let bytes = try world.disk.peek(world.segment)
        let pages = (1..<bytes.count / 4_096).filter { bytes[$0 * 4_096] != 0 }
        let middle = try #require(pages.dropLast().last)
        try world.disk.flipBit(world.segment, (middle * 4_096 + 200) * 8)
        #expect(throws: StorageError.self) { try CareWorld.open(world.disk) }
        let report = try salvage(world)
        #expect(report.lost.flatMap(Array.init).allSatisfy { $0 > 120 })
        try check(world, report)
    }

    @Test func `whatever rots, nothing wrong is saved and the loss is named`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for round in 0..<Effort.count(60) {
            let world = try CareWorld(seed: seed)
            let files = world.disk.files.filter { !$0.hasSuffix("LOCK") && !$0.hasSuffix(".spare") }
            for _ in 0...random.below(4) {
                let file = random.element(of: files)
                switch random.below(8) {
                case 0: if try world.disk.exists(file) { try world.disk.removeSilently(file) }
                case 1:
                    guard try world.disk.exists(file) else { continue }
                    let size = try world.disk.peek(file).count
                    try world.disk.truncate(file, to: Int64(random.below(size + 1)))
                default:
                    guard try world.disk.exists(file) else { continue }
                    let size = try world.disk.peek(file).count
                    if size > 0 { try world.disk.flipBit(file, random.below(size * 8)) }
                }
            }
            do throws(StorageError) {
                let report = try salvage(world)
                do { try check(world, report, "seed \(seed) round \(round)") } catch {
                    Issue.record("seed \(seed) round \(round): \(error)")
                }
            } catch {
                guard case .missing = error else {
                    Issue.record("seed \(seed) round \(round): \(error)")
                    continue
                }
            }
        }
    }

    @Test func `it goes over nothing`() throws {
        let world = try CareWorld()
        _ = try salvage(world)
        #expect(throws: StorageError.self) { try salvage(world) }
        let storage = try CareWorld.open(world.disk)
        #expect(throws: StorageError.inUse(directory: CareWorld.directory)) {
            try StoreSalvage.run(
                CareWorld.directory, to: "/clinic/other", in: world.disk, now: 5)
        }
        withExtendedLifetime(storage) {}
    }
}
