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
            try world.send(rows: 1 + round % 3, padding: round % 4 * 1_500, from: round % 2)
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

    /// The same clients with a closed store on another disk.
    func moved(to disk: SimulatedFileSystem) -> StoreWorld { world.moved(to: disk) }

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
