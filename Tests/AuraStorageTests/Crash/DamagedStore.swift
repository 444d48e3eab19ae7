import AuraCore
import AuraStorage
import AuraTesting

/// A store at rest, copies of which are damaged and opened.
struct DamagedStore {
    /// What became of opening a damaged store.
    enum Outcome: Hashable, CustomStringConvertible {
        /// An error that names a file.
        case named
        /// All is there, and a torn tail was reported.
        case wholeWithTail
        /// All is there.
        case whole

        var description: String {
            switch self {
            case .named: "named"
            case .wholeWithTail: "whole with a torn tail"
            case .whole: "whole"
            }
        }
    }

    private let world: StoreWorld

    var disk: SimulatedFileSystem { world.disk }

    /// A store of two segments and a spare with what was sent to it, closed or killed.
    init(clean: Bool = true, incarnation: UInt64 = 7) throws {
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
        self.world = world.moved(to: disk)
    }

    /// A closed store that was made otherwise.
    init(_ world: StoreWorld) {
        self.world = world
    }

    /// Opens a copy of the store after `damage`; what it shows must be what was sent.
    func outcome(_ damage: (SimulatedFileSystem) throws -> Void) throws -> Outcome {
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

    static let segment = "/store/log/0000000000000001.log"
    static let lastSegment = "/store/log/0000000000000002.log"
    static let manifest = "/store/MANIFEST-0000000000000001"
}

extension SimulatedFileSystem {
    /// Puts other bytes in the place of a file's.
    func replace(_ path: String, _ bytes: [UInt8]) throws {
        try truncate(path, to: 0)
        try open(path, .update).write(bytes.rawSpan, at: 0)
    }
}

// Damage of which one case is enough. Each throws unless an error is named.
extension DamagedStore {
    /// A store of that many groups, killed.
    static func killed(
        groups: Int, segmentSize: Int64 = 16 << 10, incarnation: UInt64 = 7
    ) throws -> StoreWorld {
        var world = StoreWorld(
            disk: SimulatedFileSystem(), clients: 1, segmentSize: segmentSize,
            incarnation: incarnation)
        try world.open()
        for _ in 0..<groups {
            try world.send(padding: Int(incarnation), from: nil)
            try world.commit()
        }
        world.kill()
        return world.moved(to: world.disk.crash(image: .allLost))
    }

    private func requireNamed(_ damage: (SimulatedFileSystem) throws -> Void) throws {
        let found = try outcome(damage)
        guard found == .named else { throw Violation("it opens: \(found)") }
    }

    /// The last edit, which names the segment that holds the last groups, is damaged.
    static func checkLostEdit() throws {
        let store = DamagedStore(try killed(groups: 4))
        let size = try store.disk.peek(manifest).count
        try store.requireNamed { try $0.flipBit(manifest, (size - 4_000) * 8) }
    }

    /// The last segment is missing.
    static func checkMissingSegment() throws {
        try DamagedStore(killed(groups: 4)).requireNamed { try $0.removeSilently(lastSegment) }
    }

    /// The only segment is that of another store.
    static func checkForeignSegment() throws {
        let foreign = try killed(groups: 2, incarnation: 8).disk.peek(segment)
        try DamagedStore(killed(groups: 2)).requireNamed { try $0.replace(segment, foreign) }
    }

    /// The last segment is that of a copy of the same store which went another way.
    static func checkOtherHistory() throws {
        let root = try killed(groups: 1)
        let ends = try [1, 2].map { way -> SimulatedFileSystem in
            var world = root.moved(to: root.disk.crash(image: .allKept))
            try world.open()
            for _ in 0..<5 {
                try world.send(padding: way, from: nil)
                try world.commit()
            }
            try world.close()
            return world.disk.crash(image: .allKept)
        }
        let other = try ends[1].peek(lastSegment)
        let store = DamagedStore(root.moved(to: ends[0]))
        let found: Outcome
        do { found = try store.outcome { try $0.replace(lastSegment, other) } } catch {
            throw Violation("what another history holds is shown: \(error)")
        }
        guard found == .named else { throw Violation("it opens: \(found)") }
    }
}
