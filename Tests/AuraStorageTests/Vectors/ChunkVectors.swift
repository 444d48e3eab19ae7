import AuraCore
import AuraTesting
import Foundation

@testable import AuraStorage

/// A chunk's file and what the manifest says of it.
struct ChunkVector {
    let name: String
    let about: String
    var condition: Int?
    var entry: ChunkEntry
    var bytes: [UInt8]

    static let incarnation: UInt64 = 0x0123_4567_89AB_CDEF
    static let number: UInt64 = 3

    /// A chunk of these events, whose sequence numbers begin at 1.
    init(
        _ name: String, _ about: String, _ events: [Event], rollups: IndexPlan? = nil,
        derives: Bool = false, findsIDs: Bool = false
    ) throws {
        self.name = name
        self.about = about
        let strips = Strip.strips(
            of: events.enumerated().map { SequencedEvent(sequence: UInt64($0 + 1), event: $1) })
        let disk = SimulatedFileSystem()
        try disk.createDirectory("/store/chunks")
        let file = try disk.open("/store/chunks/" + FileName.chunk(Self.number), .create)
        var layout = ChunkLayout()
        layout.sectionRows = 8
        layout.groupRows = 300
        layout.derivesColumns = derives
        layout.findsIDs = findsIDs
        if findsIDs { layout.entriesPerBlock = 16 }
        layout.rollups = rollups
        entry = try ChunkWriter.write(
            strips, to: file, layout, incarnation: Self.incarnation, number: Self.number)
        bytes = try file.read(at: 0, count: Int(file.size()))
    }

    /// Throws what is wrong with the file, every byte of it read; else gives the events.
    func events() throws -> [Event] {
        let disk = SimulatedFileSystem()
        let place = StorePlace(fileSystem: disk, directory: "/store")
        try disk.createDirectory("/store/chunks")
        try disk.open(place.path(entry.name), .create).write(bytes.rawSpan, at: 0)
        let chunk = Chunk(
            entry, in: place, incarnation: Self.incarnation, cache: BlockCache(capacity: 0))
        try chunk.verify()
        var events: [Event] = []
        _ = try ChunkReplay([chunk], .none).forEachStrip(from: 0) { strip in
            events += strip.batch.events()
            return true
        }
        return events
    }

    /// The same under another name, with other bytes, or another word of the manifest.
    func damaged(
        _ name: String, _ condition: Int, _ about: String, _ change: (inout ChunkVector) -> Void
    ) -> ChunkVector {
        var vector = ChunkVector(
            name: "bad-\(name)", about: about, condition: condition, entry: entry, bytes: bytes)
        change(&vector)
        return vector
    }

    private init(
        name: String, about: String, condition: Int?, entry: ChunkEntry, bytes: [UInt8]
    ) {
        self.name = name
        self.about = about
        self.condition = condition
        self.entry = entry
        self.bytes = bytes
    }
}

extension ChunkVector {
    private static var rollups: IndexPlan {
        var plan = IndexPlan()
        plan.user = "user"
        plan.otherValue = "ms"
        return plan
    }

    private static func events(
        _ count: Int, type: (Int) -> String = { _ in "t" },
        time: (Int) -> Int64 = { Int64($0) * 1_000 },
        attributes: (Int) -> [Attribute] = { _ in [] }
    ) -> [Event] {
        (0..<count).map {
            Event(
                type: type($0), time: Timestamp(microseconds: time($0)),
                attributes: attributes($0).sorted { $0.name < $1.name })
        }
    }

    private static func uuid(_ number: Int) -> UUIDBytes {
        UUIDBytes(high: UInt64(number) << 32, low: UInt64(number))
    }

    static func good() throws -> [ChunkVector] { try ofColumns() + ofColumnsTogether() }

    /// Encodings of one column each.
    private static func ofColumns() throws -> [ChunkVector] {
        [
            try ChunkVector("one-row", "One event without attributes", events(1)),
            try ChunkVector(
                "constant", "All rows alike: one value stands for all",
                events(
                    20, time: { _ in 7 },
                    attributes: { _ in
                        [
                            Attribute("flag", .bool(true)), Attribute("number", .int64(-5)),
                            Attribute("text", .string("same")), Attribute("x", .float64(0.5)),
                        ]
                    })),
            try ChunkVector(
                "sparse", "Values that some rows lack, types that share a section",
                events(
                    12, type: { $0 % 3 == 0 ? "a.rare" : "b" },
                    attributes: {
                        $0 % 2 == 0 ? [Attribute("number", .int64(Int64($0)))] : []
                    })),
            try ChunkVector(
                "integers", "Several frames, ascending, wavering and with exceptions",
                events(
                    600, time: { Int64($0 * $0) },
                    attributes: {
                        [
                            Attribute("count", .int64($0 % 97 == 0 ? 1 << 40 : Int64($0 % 5))),
                            Attribute("wave", .int64(1_000_000 + Int64($0 * 7 % 13))),
                            Attribute("when", .timestamp(Timestamp(microseconds: Int64($0) * 999))),
                        ]
                    })),
            try ChunkVector(
                "floats", "Decimals, exceptions among them, and floats that are none",
                events(
                    40,
                    attributes: {
                        [
                            Attribute("price", .float64($0 == 9 ? .nan : Double($0) / 100)),
                            Attribute("noise", .float64(1 / Double(2 * $0 + 3))),
                        ]
                    })),
            try ChunkVector(
                "texts", "Dictionaries of texts and UUIDs, bits, an address's prefix",
                events(
                    40,
                    attributes: {
                        [
                            Attribute("done", .bool($0 % 3 == 0)),
                            Attribute("from", .ipPrefix(IPPrefix(v4: 192, 0, UInt8($0 % 4)))),
                            Attribute("order", .uuid(uuid($0 % 7))),
                            Attribute("status", .string(["ok", "größer", "", "late"][$0 % 4])),
                        ]
                    })),
        ]
    }

    /// What follows from several columns.
    private static func ofColumnsTogether() throws -> [ChunkVector] {
        [
            try ChunkVector(
                "derived", "Users that follow from sessions, but for some",
                events(
                    200,
                    attributes: {
                        let session = $0 * 7 % 40
                        return [
                            Attribute("session", .uuid(uuid(session))),
                            Attribute("user", .string("u\($0 == 11 ? 0 : session * 3 % 17)")),
                        ]
                    }), derives: true),
            try ChunkVector(
                "filtered",
                "UUIDs that a filter passes, a dictionary and a map of several blocks",
                events(
                    80,
                    attributes: {
                        let session = $0 * 7 % 40
                        return [
                            Attribute("session", .uuid(uuid(session))),
                            Attribute("user", .string("u\(session * 3 % 17)")),
                        ]
                    }), derives: true, findsIDs: true),
            try ChunkVector(
                "ids", "Which ids a group has",
                events(
                    310,
                    attributes: {
                        [Attribute("patient_id", .int64(Int64($0 * $0 * 7_919 % 5_003)))]
                    }), findsIDs: true),
            try ChunkVector(
                "rollups", "Hours of few users and of many, with values",
                events(
                    90, type: { $0 % 3 == 0 ? "a" : "b" },
                    time: { Int64([0, 0, 1, 1, 1, 1, 1, 1, 5][$0 / 10]) * Resolution.hour.width },
                    attributes: {
                        [
                            Attribute("ms", $0 % 2 == 0 ? .int64(Int64($0)) : .float64(1.5)),
                            Attribute("user", .string("u\($0 < 20 ? $0 % 3 : $0)")),
                        ]
                    }), rollups: rollups),
        ]
    }
}
