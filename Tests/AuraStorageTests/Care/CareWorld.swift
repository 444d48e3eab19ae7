import AuraCore
import AuraTesting

@testable import AuraStorage

/// A closed store with chunks and a log, on a disk in memory.
struct CareWorld {
    let disk: SimulatedFileSystem
    /// All events, by their sequence numbers from 1.
    private(set) var events: [Event] = []
    static let directory = "/clinic/store"
    static let target = "/clinic/copies/one"

    /// `parts` flushes of 40 events each, then 30 events that only the log holds.
    init(
        parts: Int = 3, seed: UInt64 = 5, keepsHistory: Bool = false,
        manifestBytes: Int64 = 4 << 20
    ) throws {
        disk = SimulatedFileSystem(keepsHistory: keepsHistory)
        var storage = try CareWorld.open(disk, manifestBytes: manifestBytes)
        var random = SeededRandom(seed: seed)
        for part in 0...parts {
            for size in part < parts ? [1, 19, 20] : [3, 10, 17] {
                let batch = (0..<size).map { CareWorld.event(events.count + $0, &random) }
                try CareWorld.append(batch, producer: UInt32(part == 0 ? 0 : 1), to: &storage)
                events += batch
            }
            if part < parts, let job = storage.beginFlush() {
                try storage.endFlush(try job.run(), now: 1_700_000_000_000_000).remove()
            }
        }
        try storage.close(now: 1_700_000_000_000_001)
    }

    static func options(_ incarnation: UInt64 = 7) -> Storage.Options {
        var options = Storage.Options(incarnation: incarnation)
        options.segmentSize = 64 << 10
        options.spareSegments = 1
        options.chunkLayout.sectionRows = 5
        options.chunkLayout.groupRows = 8
        return options
    }

    static func open(
        _ disk: any FileSystem, _ directory: String = directory, incarnation: UInt64 = 7,
        manifestBytes: Int64 = 4 << 20
    ) throws(StorageError) -> Storage {
        var options = options(incarnation)
        options.manifestBytes = manifestBytes
        return try Storage(
            directory: directory, fileSystem: disk, options: options,
            now: 1_700_000_000_000_000)
    }

    private static func event(_ number: Int, _ random: inout SeededRandom) -> Event {
        Event(
            type: "type.\(random.below(3))",
            time: Timestamp(microseconds: 1_690_000_000_000_000 + Int64(random.below(1_000_000))),
            attributes: [
                Attribute("n", .int64(Int64(number))),
                Attribute("text", .string("text \(random.below(9))")),
            ])
    }

    /// Appends a batch; with producer 1 as the next of its numbers.
    static func append(
        _ events: [Event], producer: UInt32, to storage: inout Storage
    ) throws {
        var builder = BatchBuilder()
        for event in events { _ = try builder.append(event) }
        let bytes = builder.finish() ?? []
        let batch = try EventBatch(validating: bytes)
        var intake = Intake<Int>(storage, memoryLimit: 64 << 20)
        var origin = BatchOrigin(clientHash: Checksum.hash64(bytes.rawSpan))
        if producer > 0 {
            if storage.producers.count == 0 {
                try intake.open(producer: "sender", ticket: 0, now: 1_700_000_000_000_000)
            }
            origin = BatchOrigin(
                producer: 1, epoch: 1, sequence: storage.producers.nextSequence(of: 1),
                clientHash: origin.clientHash)
            try commit(&intake, to: &storage)
        }
        try intake.append(
            batch.bytes, layout: batch.layout, origin: origin, ticket: 1,
            now: 1_700_000_000_000_000)
        try commit(&intake, to: &storage)
    }

    private static func commit(_ intake: inout Intake<Int>, to storage: inout Storage) throws {
        guard let next = intake.take(), !next.group.isEmpty else { return }
        try storage.append(next.group, now: 1_700_000_000_000_000)
        intake.finish(headBytes: storage.headBytes)
    }

    /// Opens a store and returns its events by sequence number, what is missing, and its identity.
    static func content(
        _ disk: any FileSystem, _ directory: String
    ) throws -> (events: [UInt64: Event], missing: [MissingChunk], identity: UInt64) {
        var storage = try open(disk, directory, incarnation: 99)
        let found = try storage.snapshot.readingWhole { snapshot throws(StorageError) in
            try events(of: snapshot)
        }
        let identity = storage.incarnation
        try storage.close(now: 1_700_000_000_000_002)
        return (found.content, found.missing, identity)
    }

    /// The events of a snapshot by sequence number.
    static func events(of snapshot: Snapshot) throws(StorageError) -> [UInt64: Event] {
        var events: [UInt64: Event] = [:]
        try snapshot.forEachStrip { strip in
            for (row, event) in strip.batch.events().enumerated() {
                events[strip.firstSequence + UInt64(row)] = event
            }
            return true
        }
        return events
    }

    /// All events by sequence number.
    var numbered: [UInt64: Event] {
        Dictionary(uniqueKeysWithValues: events.enumerated().map { (UInt64($0 + 1), $1) })
    }

    func path(_ name: String) -> String { Self.directory + "/" + name }

    /// The path of a chunk.
    func chunk(_ number: UInt64) -> String {
        path(FileName.chunks + "/" + FileName.chunk(number))
    }

    /// The last segment of the log.
    var segment: String {
        disk.files.last { $0.hasPrefix(path(FileName.log)) && $0.hasSuffix(".log") } ?? ""
    }

    func verify() throws -> StoreVerification {
        try StoreDirectory(Self.directory, in: disk).verify()
    }
}

extension CareWorld {
    /// Throws unless a backup that is served has an identity of its own, and every event.
    static func checkCopy() throws {
        let world = try CareWorld()
        _ = try StoreCopy.backup(of: directory, to: target, in: world.disk, now: 5)
        let found = try content(world.disk, target)
        guard found.events == world.numbered else { throw Violation("events are missing") }
        guard found.identity == 99 else { throw Violation("the copy passes for the original") }
    }

    /// Throws unless a rotten chunk is said to be missing.
    static func checkMissing() throws {
        let world = try CareWorld()
        try world.disk.flipBit(world.chunk(2), 64 * 8)
        let found = try content(world.disk, directory)
        guard found.events.count == 110 else { throw Violation("\(found.events.count) events") }
        guard found.missing.map(\.sequences) == [41...80] else {
            throw Violation("missing: \(found.missing)")
        }
    }
}
