import AuraStorage
import AuraTesting

/// Every crash of a workload: after each operation that could change the disk, each image.
struct CrashMatrix: Sendable {
    /// One crash, which a line names.
    struct Case: Sendable, CustomStringConvertible {
        let workload: String
        let moment: Int
        let image: SimulatedFileSystem.CrashImage

        var description: String { "\(workload) \(moment) \(image)" }
    }

    let workload: Workload
    private let world: StoreWorld
    private let operations: [SimulatedFileSystem.Operation]

    init(_ workload: Workload) throws(Violation) {
        self.workload = workload
        var world = workload.world(on: SimulatedFileSystem(keepsHistory: true))
        do throws(Violation) {
            try workload.run(in: &world)
            if world.storage != nil { try world.check() }
        } catch {
            throw Violation("\(workload.name) without any crash: \(error)")
        }
        guard (world.failures > 0) == workload.fillsDisk else {
            throw Violation("\(workload.name): \(world.failures) commits fail by themselves")
        }
        world.kill()
        self.world = world
        operations = world.disk.operations
    }

    /// All cases: at each moment the images that are one of a kind, `seeds` random ones and a
    /// quarter as many reordered ones.
    func cases(seeds: Int) -> [Case] {
        moments.flatMap { moment -> [Case] in
            let seeds = (0..<UInt64(seeds)).map { UInt64(moment) << 32 | $0 }
            let images: [SimulatedFileSystem.CrashImage] =
                [.allLost, .allKept, .zeroLength, .processKilled] + seeds.map { .random($0) }
                + seeds.filter { $0 % 4 == 0 }.map { .reordered($0) }
            return images.map { Case(workload: workload.name, moment: moment, image: $0) }
        }
    }

    /// One image at each moment.
    func cases(of image: SimulatedFileSystem.CrashImage) -> [Case] {
        moments.map { Case(workload: workload.name, moment: $0, image: image) }
    }

    /// Numbers of operations after which the disk can differ from what it was before.
    private var moments: [Int] {
        (0...operations.count).filter { $0 == 0 || operations[$0 - 1].isMutation }
    }

    /// Checks one image; in one of ten cases after crashes in its recovery, which it counts.
    @discardableResult
    func check(_ crash: Case) throws(Violation) -> Int {
        do throws(Violation) {
            var random = SeededRandom(seed: crash.seed)
            var disk = world.disk.crash(image: crash.image, after: crash.moment)
            var further = 0
            while random.chance(10) {
                disk = crashInRecovery(disk, &random)
                further += 1
            }
            try checkSurvivor(disk, moment: crash.moment, &random)
            return further
        } catch {
            let last = crash.moment == 0 ? "nothing" : "\(operations[crash.moment - 1])"
            throw Violation("AURA_CRASH=\"\(crash)\": \(error) (the last operation was: \(last))")
        }
    }

    /// The disk after a crash somewhere in opening the store.
    private func crashInRecovery(
        _ disk: SimulatedFileSystem, _ random: inout SeededRandom
    ) -> SimulatedFileSystem {
        var world = workload.world(on: disk)
        disk.failures = [.crashAfter(operationCount: random.below(40))]
        do throws(StorageError) { try world.open() } catch {}
        return disk.crash(image: .byChance(&random))
    }

    /// Opens the store while the disk has no room: all is there, or room is asked for.
    private func checkFull(_ survivor: inout StoreWorld, moment: Int) throws(Violation) {
        survivor.disk.diskCapacity = survivor.disk.usedBytes
        do throws(StorageError) {
            try survivor.open()
        } catch {
            guard error.isLackOfSpace else { throw Violation("on a full disk: \(error)") }
        }
        if survivor.storage != nil { try survivor.check(moment: moment) }
        survivor.kill()
        survivor.disk.diskCapacity = nil
    }

    /// Opens the store, compares, sends again what was not answered, ends the process one way or
    /// another, and compares once more.
    private func checkSurvivor(
        _ disk: SimulatedFileSystem, moment: Int, _ random: inout SeededRandom
    ) throws(Violation) {
        var survivor = world.moved(to: disk, asOf: moment)
        if random.chance(10) { try checkFull(&survivor, moment: moment) }
        try survivor.reopen()
        if let loss = survivor.storage?.recovery.indexLoss {
            throw Violation("the index of the last flush is lost: \(loss)")
        }
        try survivor.check(moment: moment)
        if random.chance(25) {
            survivor.kill()
            try survivor.reopen()
            guard survivor.storage?.recovery.tornTails.isEmpty == true else {
                throw Violation("a torn tail was not cleared")
            }
            try survivor.check(moment: moment)
        }
        try survivor.settle()
        switch random.below(4) {
        case 0:
            do throws(StorageError) { try survivor.close() } catch {
                throw Violation("it does not close: \(error)")
            }
            try survivor.reopen()
            guard survivor.storage?.recovery.wasClosed == true else {
                throw Violation("it was closed and does not say so")
            }
        case 1:
            survivor.kill()
            try survivor.reopen()
            guard survivor.storage?.recovery.tornTails.isEmpty == true else {
                throw Violation("a torn tail is found again")
            }
        case 2:
            survivor = survivor.moved(to: disk.crash(image: .allLost))
            try survivor.reopen()
        default:
            survivor = survivor.moved(to: disk.crash(image: .byChance(&random)))
            try survivor.reopen()
        }
        try survivor.check()
    }
}

extension CrashMatrix.Case {
    /// What is drawn for the case.
    var seed: UInt64 {
        var seed = UInt64(moment)
        for byte in description.utf8 { seed = seed &* 31 &+ UInt64(byte) }
        return seed
    }

    /// The case that `description` gave.
    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard words.count == 3, let moment = Int(words[1]) else { return nil }
        let parts = words[2].split { "()".contains($0) }
        let seed = parts.count > 1 ? UInt64(parts[1]) ?? 0 : 0
        switch parts[0] {
        case "allLost": image = .allLost
        case "allKept": image = .allKept
        case "zeroLength": image = .zeroLength
        case "processKilled": image = .processKilled
        case "random": image = .random(seed)
        case "reordered": image = .reordered(seed)
        default: return nil
        }
        workload = String(words[0])
        self.moment = moment
    }
}

extension SimulatedFileSystem.CrashImage {
    static func byChance(_ random: inout SeededRandom) -> Self {
        switch random.below(8) {
        case 0: .allLost
        case 1: .allKept
        case 2: .zeroLength
        case 3: .processKilled
        case 4: .reordered(random.next())
        default: .random(random.next())
        }
    }
}

extension StorageError {
    /// Whether the disk has no room, which the operator is told in some way.
    fileprivate var isLackOfSpace: Bool {
        switch self {
        case .noSpace: true
        case .io(let error), .failed(let error): error.reason == .noSpace
        case .corrupt, .missing, .noStore, .inUse, .newerFormat, .closed, .notEmpty, .unsound: false
        }
    }
}

extension StoreWorld {
    /// Opens the store, which must succeed.
    mutating func reopen() throws(Violation) {
        do throws(StorageError) { try open() } catch {
            throw Violation("it does not open: \(error)")
        }
    }
}
