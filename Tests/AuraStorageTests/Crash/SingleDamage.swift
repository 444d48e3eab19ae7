import AuraCore
import AuraStorage
import AuraTesting

/// Damage of which one case is enough: each is found by one guard alone.
enum SingleDamage: String, CaseIterable, Sendable {
    case lostEdit, missingSegment, foreignSegment, foreignSpare, segmentOfAnotherHistory
    case pageOfAnotherHistory, groupPromisedByClose, groupPromisedByRoll, groupsPromisedByOpening
    case unreadablePage, remainsOfTornGroup, strayGroup, rotInHole

    /// The bug that leaves the damage unfound.
    var canary: Canary {
        switch self {
        case .lostEdit: .skipUnknownSegmentCheck
        case .missingSegment: .skipSegmentGapCheck
        case .foreignSegment, .foreignSpare: .ignoreIncarnation
        case .segmentOfAnotherHistory, .pageOfAnotherHistory: .ignoreChain
        case .groupPromisedByClose, .groupPromisedByRoll, .groupsPromisedByOpening: .ignorePromise
        case .unreadablePage: .treatReadErrorAsEnd
        case .remainsOfTornGroup: .leaveTornTail
        case .strayGroup: .ignorePlace
        case .rotInHole: .skipHoles
        }
    }

    /// Throws where a store with that damage shows what is not so, or does not say what is wrong.
    func check() throws {
        switch self {
        case .lostEdit: try DamagedStore.checkLostEdit()
        case .missingSegment: try DamagedStore.checkMissingSegment()
        case .foreignSegment: try DamagedStore.checkForeignSegment()
        case .foreignSpare: try DamagedStore.checkForeignSpare()
        case .segmentOfAnotherHistory: try DamagedStore.checkSegmentOfAnotherHistory()
        case .pageOfAnotherHistory: try DamagedStore.checkPageOfAnotherHistory()
        case .groupPromisedByClose: try DamagedStore.checkPromiseOfClose()
        case .groupPromisedByRoll: try DamagedStore.checkPromiseOfRoll()
        case .groupsPromisedByOpening: try DamagedStore.checkPromiseOfOpening()
        case .unreadablePage: try DamagedStore.checkUnreadablePages()
        case .remainsOfTornGroup: try DamagedStore.checkRemainsOfTornGroup()
        case .strayGroup: try DamagedStore.checkStrayGroup()
        case .rotInHole: try DamagedStore.checkRotInHole()
        }
    }
}

extension DamagedStore {
    /// A store of that many groups of a page each, killed.
    private static func killed(
        groups: Int, segmentSize: Int64 = 16 << 10, incarnation: UInt64 = 7
    ) throws -> StoreWorld {
        var world = StoreWorld(
            disk: SimulatedFileSystem(), clients: 1, segmentSize: segmentSize,
            incarnation: incarnation)
        try world.open()
        try world.commit(groups: groups, padding: Int(incarnation))
        return world.atRest(.allLost)
    }

    private func requireNamed(
        _ damage: (SimulatedFileSystem) throws -> Void = { _ in }
    ) throws {
        let found = try outcome(damage)
        guard found == .named else { throw Violation("it opens: \(found)") }
    }

    // MARK: Files

    /// The last edit, which names the segment that holds the last groups, is damaged.
    fileprivate static func checkLostEdit() throws {
        let store = DamagedStore(try killed(groups: 4))
        let size = try store.disk.peek(manifest).count
        try store.requireNamed { try $0.flipBit(manifest, (size - 4_000) * 8) }
    }

    /// The last segment is missing.
    fileprivate static func checkMissingSegment() throws {
        try DamagedStore(killed(groups: 4)).requireNamed { try $0.removeSilently(lastSegment) }
    }

    /// The only segment is that of another store, whose one group continues the empty chain.
    fileprivate static func checkForeignSegment() throws {
        let foreign = try killed(groups: 1, incarnation: 8).disk.peek(segment)
        try DamagedStore(killed(groups: 1)).requireNamed { try $0.replace(segment, foreign) }
    }

    /// The spare is that of another store: what is written to it could not be read again.
    fileprivate static func checkForeignSpare() throws {
        var other = try killed(groups: 1, incarnation: 8)
        try other.open()
        other.makeSpare()
        let spare = "/store/log/0000000000000002.spare"
        let foreign = try other.disk.peek(spare)
        var world = try killed(groups: 1)
        try world.disk.open(spare, .create).write(foreign.rawSpan, at: 0)
        try world.open()
        try world.commit(groups: 4)
        world = world.atRest(.allKept)
        guard world.disk.files.contains(lastSegment) else { throw Violation("it never rolled") }
        try world.reopen()
        try world.check()
    }

    // MARK: Copies of a store that went different ways

    /// Two stores that have the first group in common, at rest.
    private static func fork(segmentSize: Int64) throws -> [StoreWorld] {
        let root = try killed(groups: 1, segmentSize: segmentSize)
        return try [1, 2].map { way in
            var world = root.moved(to: root.disk.crash(image: .allKept))
            try world.open()
            try world.commit(groups: 5, padding: way)
            try world.close()
            return world.atRest(.allKept)
        }
    }

    /// The last segment is that of a copy of the same store which went another way.
    fileprivate static func checkSegmentOfAnotherHistory() throws {
        let ways = try fork(segmentSize: 16 << 10)
        let other = try ways[1].disk.peek(lastSegment)
        try DamagedStore(ways[0]).requireNamed { try $0.replace(lastSegment, other) }
    }

    /// One group is that of a copy of the same store which went another way.
    fileprivate static func checkPageOfAnotherHistory() throws {
        let ways = try fork(segmentSize: 64 << 10)
        let page = try ways[1].disk.peek(segment)[20_480..<24_576]
        try DamagedStore(ways[0]).requireNamed {
            try $0.open(segment, .update).write(Array(page).rawSpan, at: 20_480)
        }
    }

    // MARK: Promises of the manifest alone

    /// The last group, which only the close calls durable, rots.
    fileprivate static func checkPromiseOfClose() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 32 << 10)
        try world.open()
        try world.commit(groups: 2)
        try world.close()
        try DamagedStore(world.atRest(.allKept)).requireNamed {
            try $0.flipBit(segment, (8_192 + 200) * 8)
        }
    }

    /// The last group of a full segment, which the edit that names the next one calls durable, rots.
    fileprivate static func checkPromiseOfRoll() throws {
        var world = try killed(groups: 3)
        try world.open()
        world.promise()
        world = world.atRest(.allKept)
        let size = try world.disk.peek(lastSegment).count
        try DamagedStore(world).requireNamed {
            try $0.erase(lastSegment, 4_096..<size)
            try $0.flipBit(segment, (12_288 + 200) * 8)
        }
    }

    /// Both writings of the last group, which the opening calls durable, rot.
    fileprivate static func checkPromiseOfOpening() throws {
        var world = try killed(groups: 2)
        try world.open()
        try DamagedStore(world.atRest(.allKept)).requireNamed {
            try $0.flipBit(segment, (8_192 + 200) * 8)
            try $0.flipBit(segment, (12_288 + 200) * 8)
        }
    }

    // MARK: Places

    /// A page cannot be read: that is an error of the machine, whichever page it is, and never the
    /// end of the log.
    fileprivate static func checkUnreadablePages() throws {
        for store in [DamagedStore(try killed(groups: 2)), try DamagedStore(clean: false)] {
            for path in store.disk.files where !path.hasSuffix("LOCK") {
                let isSpare = path.hasSuffix(".spare")
                let size = isSpare ? 1 : Int64(try store.disk.peek(path).count)
                for page in stride(from: 0, to: size, by: 4_096) {
                    try store.checkUnreadable(path, page)
                }
            }
        }
    }

    private func checkUnreadable(_ path: String, _ page: Int64) throws {
        let disk = disk.crash(image: .allKept)
        disk.failures = [.unreadable(path: path, offset: page)]
        var world = moved(to: disk)
        do throws(StorageError) {
            try world.open()
        } catch {
            guard case .io(let refused) = error, refused.operation == .read else {
                throw Violation("page \(page) of \(path) cannot be read: \(error)")
            }
        }
        guard world.storage == nil else {
            throw Violation("it opens without page \(page) of \(path)")
        }
        disk.failures = []
        try world.reopen()
        try world.check()
    }

    /// Of a group that was written twice and never durable, the second header is left.
    ///
    /// It lies where later groups will pass it by, and must be gone before it looks like damage
    /// there.
    fileprivate static func checkRemainsOfTornGroup() throws {
        var world = try killed(groups: 1, segmentSize: 64 << 10)
        try world.open()
        try world.send(padding: 5_000, from: nil)
        // The write arrives, the sync does not.
        world.disk.failures = [.crashAfter(operationCount: world.disk.operationCount + 1)]
        try world.commit()
        world = world.atRest(.allKept)
        var twice = world.moved(to: world.disk.crash(image: .allKept))
        try twice.open()
        var bytes = try twice.disk.peek(segment)
        bytes.replaceSubrange(12_288..<20_480, with: repeatElement(0, count: 8_192))
        bytes.replaceSubrange(24_576..<28_672, with: repeatElement(0, count: 4_096))
        guard bytes[20_480..<24_576].contains(where: { $0 != 0 }) else {
            throw Violation("the group was not written again")
        }
        try world.disk.replace(segment, bytes)
        try world.reopen()
        guard world.storage?.recovery.tornTails.count == 1 else {
            throw Violation("no torn tail is reported")
        }
        try world.commit(groups: 2)
        world = world.atRest(.allKept)
        try world.reopen()
        guard world.storage?.recovery.tornTails.isEmpty == true else {
            throw Violation("the torn tail is there still")
        }
        try world.check()
    }

    /// The last group lies a few pages too far: a device that puts writes where they do not belong
    /// must not pass for one that has lost some.
    fileprivate static func checkStrayGroup() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 64 << 10)
        try world.open()
        try world.commit(groups: 1)
        try world.send(from: nil)
        world.disk.failures = [
            .misdirectWrite(index: world.disk.operationCount, path: segment, offset: 28_672)
        ]
        try world.commit()
        try DamagedStore(world.atRest(.allLost)).requireNamed()
    }

    /// A bit turns over between the last group of a segment and its end: it is reported and cleared.
    fileprivate static func checkRotInHole() throws {
        var world = StoreWorld(disk: SimulatedFileSystem(), clients: 1, segmentSize: 16 << 10)
        try world.open()
        try world.commit(groups: 2)
        try world.send(padding: 5_000, from: nil)
        try world.commit()
        world = world.atRest(.allLost)
        try world.disk.flipBit(segment, (16 << 13) - 1)
        for count in [1, 0] {
            try world.reopen()
            let tails = world.storage?.recovery.tornTails ?? []
            guard tails.count == count else { throw Violation("torn tails: \(tails)") }
            try world.check()
        }
    }
}

extension StoreWorld {
    /// Sends and commits that many batches, each a group of its own.
    fileprivate mutating func commit(groups: Int, padding: Int = 0) throws {
        for _ in 0..<groups {
            try send(padding: padding, from: nil)
            try commit()
        }
    }

    /// The same clients with a disk that the end of the process, or the machine, leaves.
    fileprivate func atRest(_ image: SimulatedFileSystem.CrashImage) -> StoreWorld {
        moved(to: disk.crash(image: image))
    }
}

extension SimulatedFileSystem {
    /// Makes bytes of a file zero.
    fileprivate func erase(_ path: String, _ range: Range<Int>) throws {
        let zeros = [UInt8](repeating: 0, count: range.count)
        try open(path, .update).write(zeros.rawSpan, at: Int64(range.lowerBound))
    }
}
