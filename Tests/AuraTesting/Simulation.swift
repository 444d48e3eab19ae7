import AuraStorage

/// A history of a store and its clients that one number fixes: crashes, failing and full disks,
/// restarts and repetitions at any moment, compared with what was sent.
public struct Simulation: Sendable {
    /// What happened, to see that a simulation simulates something.
    public struct Tally: Hashable, Sendable {
        /// Operations that disks were asked for.
        public var operations = 0
        /// Batches that were sent.
        public var batches = 0
        /// Crashes of machine or process.
        public var crashes = 0
        /// Operations that a disk refused.
        public var refusals = 0
        /// Commits that failed.
        public var failures = 0

        /// Nothing yet.
        public init() {}

        /// Adds another tally.
        public static func += (left: inout Tally, right: Tally) {
            left.operations += right.operations
            left.batches += right.batches
            left.crashes += right.crashes
            left.refusals += right.refusals
            left.failures += right.failures
        }
    }

    private var random: SeededRandom
    private var world: StoreWorld
    private var tally = Tally()
    /// How often disks fail in this history, in percent of the steps.
    private let faultRate: Int
    private let crashRate: Int
    /// Whether many small batches are sent.
    private let isBusy: Bool

    /// The history of that number.
    public init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        let clients = 1 + random.below(4)
        faultRate = random.element(of: [0, 1, 3, 8])
        crashRate = random.element(of: [1, 2, 5])
        isBusy = random.chance(20)
        world = StoreWorld(
            disk: SimulatedFileSystem(), clients: clients,
            segmentSize: Int64(20 + 4 * random.below(12)) << 10)
    }

    /// Runs the history to its end, or to the first thing that must not happen.
    public static func run(seed: UInt64) throws(Violation) -> Tally {
        var simulation = Simulation(seed: seed)
        do throws(Violation) {
            try simulation.run()
        } catch {
            throw Violation("AURA_SEED=\(seed): \(error)")
        }
        return simulation.tally
    }

    private mutating func run() throws(Violation) {
        try start()
        for _ in 0..<(100 + random.below(300)) {
            if random.chance(crashRate) {
                try crash()
            } else {
                if random.chance(faultRate) { spoil() }
                try step()
            }
        }
        mend()
        if world.storage?.failure != nil || world.storage == nil { try start() }
        try world.settle()
        do throws(StorageError) { try world.close() } catch {
            throw Violation("it does not close: \(error)")
        }
        try start()
        try world.check()
        count(world.disk)
        tally.batches = world.sent.batches.count
    }

    private mutating func step() throws(Violation) {
        if world.storage == nil { try start() }
        let client = random.below(world.clients.count)
        switch random.below(100) {
        case ..<35:
            for _ in 0..<(isBusy ? 1 + random.below(12) : 1) {
                try world.send(
                    rows: 1 + random.below(4), padding: random.chance(15) ? random.below(9_000) : 0,
                    from: random.chance(20) ? nil : client)
            }
        case ..<60: try world.commit()
        case ..<66: try world.connect(client)
        case ..<72: try world.flush(client)
        case ..<78:
            // Old ones too: they are remembered as stored long ago.
            let count = world.sent.batches.count
            if count > 0 {
                let index = max(0, count - 1 - random.below(random.chance(80) ? 8 : 200))
                if world.sent.batches[index].firstSequence != nil {
                    try world.sendAgain(index)
                }
            }
        case ..<82: world.promise()
        case ..<86: world.makeSpare()
        case ..<88: world.takeSpare()
        case ..<89: world.beginFlush()
        case ..<90:
            world.beginFlush()
            world.runFlush()
            if random.chance(70) { world.endFlush() }
        case ..<91: change()
        case ..<92: mend()
        case ..<93:
            try world.sendFenced(client)
            try world.sendGap(client)
        case ..<95:
            do throws(StorageError) { try world.close() } catch { try expect(error) }
        default: try world.check()
        }
        if let failure = world.storage?.failure {
            guard tally.refusals > 0 || refusals(of: world.disk) > 0 else {
                throw Violation("the store gave up without reason: \(failure)")
            }
            world.kill()
        }
    }

    /// Merges chunks, or deletes some events.
    private mutating func change() {
        if random.chance(60) {
            world.beginCompaction(random.element(of: [.busy, .idle, .full]))
            world.runCompaction()
            if random.chance(80) { world.endCompaction() }
            return
        }
        let index = random.below(max(1, world.sent.batches.count))
        guard index < world.sent.batches.count else { return }
        if random.chance(30) {
            world.deleteBefore(index / 2)
        } else if world.sent.batches[index].firstSequence != nil {
            world.erase(index)
        }
    }

    /// Lets the disk refuse something soon, once or until it is mended, or runs it full.
    private mutating func spoil() {
        let disk = world.disk
        let index = disk.operationCount + random.below(12)
        let reason = random.element(of: [FileSystemError.Reason.other(5), .noSpace])
        switch random.below(5) {
        case 0, 1: disk.failures = [.failOperation(index: index, reason: reason)]
        case 2: disk.failures = [.failOperation(index: index, reason: reason, sticky: true)]
        case 3: disk.failures = [.shortWrite(index: index, reason: reason)]
        default: disk.diskCapacity = Int64(random.below(400) << 10)
        }
    }

    private func mend() {
        world.disk.failures = []
        world.disk.diskCapacity = nil
    }

    /// Ends machine or process, perhaps in the middle of something or of the recovery from that.
    private mutating func crash() throws(Violation) {
        if random.chance(50) {
            world.disk.failures = [
                .crashAfter(operationCount: world.disk.operationCount + random.below(12))
            ]
            for _ in 0..<3 where world.storage != nil { try step() }
        }
        repeat {
            tally.crashes += 1
            count(world.disk)
            let next = world.disk.crash(image: image())
            world = world.moved(to: next)
            next.diskCapacity = nil
            if random.chance(20) {
                next.failures = [.crashAfter(operationCount: random.below(40))]
                do throws(StorageError) { try world.open() } catch { try expect(error) }
            }
        } while random.chance(25)
        mend()
        try start()
    }

    private mutating func image() -> SimulatedFileSystem.CrashImage {
        switch random.below(8) {
        case 0: .allLost
        case 1: .allKept
        case 2: .zeroLength
        case 3: .processKilled
        case 4: .reordered(random.next())
        default: .random(random.next())
        }
    }

    /// Opens the store, on a mended disk if need be, and compares.
    private mutating func start() throws(Violation) {
        do throws(StorageError) {
            try world.open()
        } catch {
            try expect(error)
            mend()
            do throws(StorageError) { try world.open() } catch {
                throw Violation("it does not open: \(error)")
            }
        }
        try world.check()
        for client in world.clients.indices where random.chance(80) { try world.connect(client) }
    }

    /// A disk that refused something may keep a store from opening or closing; nothing else may.
    private func expect(_ error: StorageError) throws(Violation) {
        switch error {
        case .io, .noSpace, .failed:
            if refusals(of: world.disk) > 0 { return }
        case .corrupt, .missing, .noStore, .inUse, .newerFormat, .closed, .notEmpty, .unsound: break
        }
        throw Violation("an error without reason: \(error)")
    }

    private func refusals(of disk: SimulatedFileSystem) -> Int {
        disk.operations.count { $0.failure != nil && $0.failure != .notFound }
    }

    private mutating func count(_ disk: SimulatedFileSystem) {
        tally.operations += disk.operationCount
        tally.refusals += refusals(of: disk)
        tally.failures += world.failures
    }
}
