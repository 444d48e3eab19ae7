import AuraStorage
import AuraTesting

/// A script for a store and its clients, the same each time.
struct Workload: Sendable {
    enum Step: Sendable {
        case open, kill, close, commit, promise, makeSpare, takeSpare
        case beginFlush, runFlush, endFlush
        case beginCompaction(CompactionMode)
        case runCompaction, endCompaction
        /// Erases the n-th batch from the last that was answered.
        case erase(Int)
        /// Deletes all that is older than the n-th batch from the last.
        case deleteBefore(Int)
        case connect(Int)
        case send(Int?, padding: Int = 0)
        case flush(Int)
        /// Sends the n-th batch from the last that was answered once more.
        case sendAgain(Int)
        /// Sends a batch of the client and leaves one out before it.
        case sendGap(Int)
        /// Lets the disk have room for that many bytes more; without a number, for any.
        case leaveRoom(Int64? = nil)
    }

    let name: String
    let clients: Int
    let segmentSize: Int64
    let steps: [Step]

    static let scripted: [Workload] = [
        Workload(
            name: "first-start", clients: 1, segmentSize: 16 << 10,
            steps: [
                .open, .close, .open, .connect(0), .commit, .send(0), .send(nil), .commit, .promise,
                .close, .open, .send(nil), .commit, .kill, .open, .close,
            ]),
        Workload(
            name: "rolls-with-spares", clients: 1, segmentSize: 20 << 10,
            steps: [.open, .makeSpare, .takeSpare, .connect(0), .commit]
                + (0..<14).flatMap { round -> [Step] in
                    [.send(0), .send(nil), .commit]
                        + (round % 4 == 1 ? [.makeSpare] : [])
                        + (round % 4 == 3 ? [.takeSpare] : [])
                }
                + [.makeSpare, .takeSpare, .close, .open, .send(nil), .commit]),
        Workload(
            name: "rolls-without-spares", clients: 1, segmentSize: 16 << 10,
            steps: [.open, .connect(0), .commit]
                + (0..<10).flatMap { _ -> [Step] in [.send(0), .commit] }
                + [.close, .open, .connect(0), .commit]),
        Workload(
            name: "groups-of-several-pages", clients: 2, segmentSize: 40 << 10,
            steps: [.open, .connect(0), .connect(1), .commit]
                + (1..<9).flatMap { round -> [Step] in
                    [
                        .send(0, padding: round * 1_100), .send(1), .send(0, padding: 3_000),
                        .commit,
                    ]
                }
                + [.promise, .kill, .open, .connect(0), .send(0, padding: 9_000), .commit, .close]),
        Workload(
            name: "flushes", clients: 2, segmentSize: 16 << 10,
            steps: [.open, .connect(0), .connect(1), .commit]
                + (0..<4).flatMap { round -> [Step] in
                    [.send(0), .send(1, padding: round * 900), .send(nil), .commit, .send(0)]
                        + [.commit, .beginFlush, .send(1), .commit, .runFlush, .send(0), .commit]
                        + [.endFlush, .sendAgain(1), .commit]
                        + (round == 1 ? [.kill, .open, .connect(0), .connect(1), .commit] : [])
                        + (round == 2 ? [.close, .open, .connect(0), .connect(1), .commit] : [])
                }
                + [.promise, .beginFlush, .runFlush, .endFlush, .beginFlush, .runFlush, .close]
                + [.open, .connect(1), .send(1), .commit, .beginFlush, .runFlush, .kill, .open]),
        Workload(
            name: "many-flushes", clients: 1, segmentSize: 32 << 10,
            steps: [.open, .connect(0), .commit]
                + (0..<9).flatMap { round -> [Step] in
                    [.send(0), .commit] + flush + [.send(nil), .commit]
                        + (round % 3 == 1 ? [.kill, .open, .connect(0), .erase(1), .commit] : [])
                } + [.close]),
        Workload(
            name: "recycled-files", clients: 1, segmentSize: 16 << 10,
            steps: [.open, .connect(0), .commit]
                + (0..<4).flatMap { round -> [Step] in
                    (0..<3).flatMap { _ -> [Step] in [.send(0, padding: 3_000), .commit] }
                        + [.beginFlush, .makeSpare, .runFlush, .endFlush, .takeSpare, .makeSpare]
                        + [.send(0), .commit, .takeSpare, .send(nil), .commit]
                        + (round == 1 ? [.kill, .open, .connect(0), .commit] : [])
                        + (round == 2 ? [.erase(1), .promise] + flush : [])
                } + [.makeSpare, .takeSpare, .close, .open, .connect(0), .send(0), .commit]),
        Workload(
            name: "compactions", clients: 2, segmentSize: 16 << 10,
            steps: [.open, .connect(0), .connect(1), .commit]
                + (0..<4).flatMap { round -> [Step] in
                    [.send(0), .send(1), .send(nil), .commit] + flush
                        + [.send(0, padding: round * 500), .send(1), .commit, .erase(round)]
                        + [.beginCompaction(.full), .send(nil), .commit, .runCompaction]
                        + [.erase(2), .send(0), .commit, .endCompaction, .sendAgain(3), .commit]
                        + (round == 1 ? [.kill, .open, .connect(0), .connect(1), .commit] : [])
                        + (round == 2 ? [.deleteBefore(6)] : [])
                } + flush + [.promise] + flush
                + (0..<3).flatMap { _ -> [Step] in compact(.full) }
                + [.close, .open, .connect(1), .send(1), .commit]),
        Workload(
            name: "erasures", clients: 1, segmentSize: 16 << 10,
            steps: [.open, .connect(0), .commit, .send(0), .send(0), .commit, .erase(0)]
                + [.send(0), .commit] + flush + [.send(nil), .commit, .erase(1), .promise]
                + flush + compact(.busy) + [.kill, .open, .connect(0), .send(0), .commit]
                + [.erase(0), .deleteBefore(2), .send(0), .commit] + flush + compact(.idle)
                + [.promise] + flush + compact(.busy) + compact(.full)
                + [.close, .open, .deleteBefore(0), .send(nil), .commit] + compact(.busy)),
        Workload(
            name: "promises", clients: 1, segmentSize: 32 << 10,
            steps: [.open, .promise, .promise]
                + (0..<5).flatMap { _ -> [Step] in [.send(nil), .commit, .promise] }
                + [.close, .open, .promise, .send(nil), .commit, .close, .open]),
        Workload(
            name: "producers", clients: 3, segmentSize: 24 << 10,
            steps: [.open, .connect(0), .send(0), .connect(1), .commit, .send(0), .send(1)]
                + [.sendAgain(0), .commit, .sendAgain(1), .connect(0), .send(0), .commit]
                + [.connect(2), .send(2), .send(2), .commit, .kill, .open, .connect(2), .commit]
                + [.send(2), .sendAgain(2), .commit, .connect(1), .send(1), .connect(1), .commit]
                + [.sendAgain(0), .promise, .close, .open, .connect(0), .connect(1), .commit]
                + [.send(0), .send(1), .commit, .sendAgain(3), .commit]),
        Workload(
            name: "gaps", clients: 2, segmentSize: 24 << 10,
            steps: [.open, .connect(0), .connect(1), .commit, .sendGap(0), .send(0), .sendGap(0)]
                + [.commit, .send(0), .sendAgain(0), .sendGap(0), .sendGap(1), .send(1), .commit]
                + [.sendGap(1), .kill, .open, .connect(0), .commit, .sendGap(0), .sendAgain(0)]
                + [.send(0), .commit, .sendGap(0), .connect(1), .commit, .sendGap(1), .send(1)]
                + [.commit, .close]),
        Workload(
            name: "full-disk", clients: 1, segmentSize: 16 << 10,
            steps: [.open, .connect(0), .commit, .send(0), .commit, .send(nil), .commit]
                + [.leaveRoom(5_000), .send(0), .send(nil), .commit, .send(0), .commit]
                + [.leaveRoom(), .flush(0), .commit, .send(0), .commit, .send(0), .commit]
                + [.leaveRoom(0), .send(0), .commit, .close, .open, .connect(0), .commit]
                + [.leaveRoom(), .flush(0), .commit, .connect(0), .commit, .send(0), .commit]
                + [.leaveRoom(20_000), .send(0), .commit, .send(0), .commit, .kill, .open]
                + [.leaveRoom(), .connect(0), .commit, .close]),
        Workload(
            name: "many-starts", clients: 1, segmentSize: 16 << 10,
            steps: (0..<5).flatMap { round -> [Step] in
                [.open, .connect(0), .commit, .send(0), .commit]
                    + (round % 2 == 0 ? [.makeSpare, .kill] : [.makeSpare, .takeSpare, .close])
            } + [.open, .open, .open, .send(nil), .commit, .kill, .open, .open]),
    ]

    private static let flush: [Step] = [.beginFlush, .runFlush, .endFlush]

    private static func compact(_ mode: CompactionMode) -> [Step] {
        [.beginCompaction(mode), .runCompaction, .endCompaction]
    }

    /// A script by chance.
    static func random(seed: UInt64) -> Workload {
        var random = SeededRandom(seed: seed)
        let clients = 1 + random.below(3)
        var steps: [Step] = [.open]
        for _ in 0..<(20 + random.below(40)) {
            switch random.below(100) {
            case ..<30: steps.append(.send(random.below(clients), padding: padding(&random)))
            case ..<40: steps.append(.send(nil, padding: padding(&random)))
            case ..<65: steps.append(.commit)
            case ..<71: steps.append(.connect(random.below(clients)))
            case ..<76: steps.append(.flush(random.below(clients)))
            case ..<79: steps.append(.sendAgain(random.below(5)))
            case ..<80: steps.append(.sendGap(random.below(clients)))
            case ..<84: steps.append(.promise)
            case ..<88: steps.append(.makeSpare)
            case ..<90: steps.append(.takeSpare)
            case ..<92: steps += [.beginFlush, .runFlush, .send(nil), .commit, .endFlush]
            case ..<93: steps += flush + compact(random.element(of: [.busy, .idle, .full]))
            case ..<94: steps.append(.erase(random.below(6)))
            case ..<95: steps += [.close, .open, .connect(0)]
            default: steps += [.kill, .open, .connect(random.below(clients)), .commit]
            }
        }
        return Workload(
            name: "random-\(seed)", clients: clients,
            segmentSize: Int64(20 + 4 * random.below(8)) << 10, steps: steps)
    }

    private static func padding(_ random: inout SeededRandom) -> Int {
        random.chance(20) ? random.below(9_000) : 0
    }

    /// The workload of that name.
    init(named name: String) throws(Violation) {
        if let known = Self.scripted.first(where: { $0.name == name }) {
            self = known
        } else if name.hasPrefix("random-"), let seed = UInt64(name.dropFirst(7)) {
            self = .random(seed: seed)
        } else {
            throw Violation("no workload is called \(name)")
        }
    }

    private init(name: String, clients: Int, segmentSize: Int64, steps: [Step]) {
        self.name = name
        self.clients = clients
        self.segmentSize = segmentSize
        self.steps = steps
    }

    /// Whether the disk is full for some of the steps.
    var fillsDisk: Bool {
        steps.contains {
            if case .leaveRoom = $0 { true } else { false }
        }
    }

    /// A world before the first step.
    func world(on disk: SimulatedFileSystem) -> StoreWorld {
        StoreWorld(disk: disk, clients: clients, segmentSize: segmentSize)
    }

    /// Runs all steps.
    ///
    /// An open that fails leaves the store closed; the steps go on.
    func run(in world: inout StoreWorld) throws(Violation) {
        for step in steps { try run(step, in: &world) }
    }

    /// Runs the steps up to the first new start after that many operations.
    func run(
        in world: inout StoreWorld, toStartAfter operationCount: Int
    ) throws(Violation) {
        for step in steps {
            if case .open = step, world.disk.operationCount > operationCount { return }
            try run(step, in: &world)
        }
    }

    private func run(_ step: Step, in world: inout StoreWorld) throws(Violation) {
        switch step {
        case .open: do throws(StorageError) { try world.open() } catch { world.kill() }
        case .close: do throws(StorageError) { try world.close() } catch {}
        case .kill: world.kill()
        case .commit: try world.commit()
        case .promise: world.promise()
        case .makeSpare: world.makeSpare()
        case .takeSpare: world.takeSpare()
        case .beginFlush: world.beginFlush()
        case .runFlush: world.runFlush()
        case .endFlush: world.endFlush()
        case .beginCompaction(let mode): world.beginCompaction(mode)
        case .runCompaction: world.runCompaction()
        case .endCompaction: world.endCompaction()
        case .erase(let distance):
            if let index = answered(distance, in: world) { world.erase(index) }
        case .deleteBefore(let distance):
            world.deleteBefore(max(0, world.sent.batches.count - distance))
        case .connect(let client): try world.connect(client)
        case .send(let client, let padding): try world.send(padding: padding, from: client)
        case .flush(let client): try world.flush(client)
        case .sendGap(let client): try world.sendGap(client)
        case .leaveRoom(let count):
            world.disk.diskCapacity = count.map { world.disk.usedBytes + $0 }
        case .sendAgain(let back):
            if let index = answered(back, in: world) { try world.sendAgain(index) }
        }
    }

    /// The n-th batch from the last of those that clients numbered and know to be stored.
    private func answered(_ back: Int, in world: StoreWorld) -> Int? {
        let batches = world.sent.batches
        let answered = batches.indices.filter {
            batches[$0].firstSequence != nil && batches[$0].client != nil
        }
        return back < answered.count ? answered[answered.count - 1 - back] : nil
    }
}
