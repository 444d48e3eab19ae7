import AuraStorage
import AuraTesting

/// Every operation of a workload, refused by the machine in every way, once or for good.
struct FaultMatrix: Sendable {
    /// One fault, which a line names.
    struct Case: Sendable, CustomStringConvertible {
        let workload: String
        let kind: Kind
        let operation: Int

        var description: String { "\(workload) \(kind) \(operation)" }
    }

    enum Kind: String, CaseIterable, Sendable {
        case ioErrorOnce, ioErrorForGood, noSpaceOnce, noSpaceForGood, shortWriteNoSpace
        case shortWriteIOError

        var isLackOfSpace: Bool {
            switch self {
            case .noSpaceOnce, .noSpaceForGood, .shortWriteNoSpace: true
            case .ioErrorOnce, .ioErrorForGood, .shortWriteIOError: false
            }
        }

        var isShortWrite: Bool { self == .shortWriteNoSpace || self == .shortWriteIOError }

        func failure(at index: Int) -> SimulatedFileSystem.Failure {
            switch self {
            case .ioErrorOnce: .failOperation(index: index, reason: .other(5))
            case .ioErrorForGood: .failOperation(index: index, reason: .other(5), sticky: true)
            case .noSpaceOnce: .failOperation(index: index, reason: .noSpace)
            case .noSpaceForGood: .failOperation(index: index, reason: .noSpace, sticky: true)
            case .shortWriteNoSpace: .shortWrite(index: index)
            case .shortWriteIOError: .shortWrite(index: index, reason: .other(5))
            }
        }
    }

    let workload: Workload
    private let operations: [SimulatedFileSystem.Operation]

    init(_ workload: Workload) throws(Violation) {
        self.workload = workload
        var world = workload.world(on: SimulatedFileSystem())
        try workload.run(in: &world)
        operations = world.disk.operations
    }

    var operationCount: Int { operations.count }

    var cases: [Case] {
        operations.indices.flatMap { index in
            Kind.allCases.filter { !$0.isShortWrite || operations[index].kind == .write }
                .map { Case(workload: workload.name, kind: $0, operation: index) }
        }
    }

    /// Runs the workload with the fault, then mends the disk: nothing answered is lost, and the
    /// store goes on by itself or says why not.
    func check(_ fault: Case) throws(Violation) {
        let disk = SimulatedFileSystem()
        disk.failures = [fault.kind.failure(at: fault.operation)]
        do throws(Violation) {
            var world = workload.world(on: disk)
            try workload.run(in: &world)
            guard disk.operationCount < 100 + 10 * operations.count else {
                throw Violation("it asks the disk again and again")
            }
            disk.failures = []
            let hit = disk.operations[fault.operation]
            if world.storage != nil {
                try world.check()
                try goOn(&world, mayFail: !fault.kind.isLackOfSpace || hit.kind == .sync)
            }
            try checkRestart(of: world, seed: UInt64(fault.operation))
        } catch {
            let hit = disk.operations.dropFirst(fault.operation).first
            throw Violation(
                "AURA_FAULT=\"\(fault)\": \(error) "
                    + "(the operation: \(hit.map(String.init(describing:)) ?? "none"))")
        }
    }

    /// The healthy disk is used again, or the store says that it will not.
    private func goOn(_ world: inout StoreWorld, mayFail: Bool) throws(Violation) {
        do throws(Violation) {
            try world.settle()
        } catch {
            guard mayFail, world.storage?.failure != nil else { throw error }
        }
        try world.check()
    }

    /// The store opens after a crash and after the end of the process alone, with all that was
    /// answered.
    private func checkRestart(of world: StoreWorld, seed: UInt64) throws(Violation) {
        let all: [SimulatedFileSystem.CrashImage] = [
            .allLost, .allKept, .random(seed), .reordered(seed),
        ]
        let images = Effort.isLong ? all : [all[Int(seed % 4)]]
        for image in images + [.processKilled] {
            do throws(Violation) {
                var survivor = world.moved(to: world.disk.crash(image: image))
                try survivor.reopen()
                try survivor.settle()
                survivor = survivor.moved(to: survivor.disk.crash(image: .allLost))
                try survivor.reopen()
                try survivor.check()
            } catch {
                throw Violation("\(image): \(error)")
            }
        }
    }

    /// Runs the workload on a disk of that many bytes, then makes room: the store goes on by itself.
    func check(capacity: Int64) throws(Violation) {
        let disk = SimulatedFileSystem(diskCapacity: capacity)
        do throws(Violation) {
            var world = workload.world(on: disk)
            try workload.run(in: &world)
            disk.diskCapacity = nil
            if world.storage != nil { try goOn(&world, mayFail: false) }
            try checkRestart(of: world, seed: UInt64(capacity))
        } catch {
            throw Violation("AURA_FAULT=\"\(workload.name) capacity \(capacity)\": \(error)")
        }
    }

    /// Bytes that the workload needs when there is room enough.
    func neededBytes() throws(Violation) -> Int64 {
        let disk = SimulatedFileSystem()
        var world = workload.world(on: disk)
        try workload.run(in: &world)
        return disk.usedBytes
    }
}

/// A device that reports success and did something else.
extension FaultMatrix {
    /// The lies that can be told about one write.
    func lies(_ random: inout SeededRandom) -> [(Int, SimulatedFileSystem.Failure)] {
        let files = Set(operations.filter { $0.kind == .write }.map(\.path)).sorted()
        return operations.indices.filter { operations[$0].kind == .write }.flatMap { index in
            let misdirected = (0..<3).map { _ -> SimulatedFileSystem.Failure in
                let page = Int64(random.below(Int(workload.segmentSize) / 4_096))
                return .misdirectWrite(
                    index: index, path: random.element(of: files), offset: page * 4_096)
            }
            // A little too far into the same file, where the next groups will lie before it.
            let beyond = (operations[index].offset >> 12 + 2 + Int64(random.below(3))) << 12
            let near = SimulatedFileSystem.Failure.misdirectWrite(
                index: index, path: operations[index].path, offset: beyond)
            return ([.loseWrite(index: index), near] + misdirected).map { (index, $0) }
        }
    }

    /// Runs the workload with the lie told by that operation.
    ///
    /// When the store is opened next, it names an error, or holds all that was called stable; it
    /// never shows what is not so.
    func check(lie: SimulatedFileSystem.Failure, at operation: Int) throws(Violation) {
        let disk = SimulatedFileSystem()
        disk.failures = [lie]
        var world = workload.world(on: disk)
        do throws(Violation) {
            try workload.run(in: &world, toStartAfter: operation)
            for image in [SimulatedFileSystem.CrashImage.allLost, .processKilled] {
                var survivor = world.moved(to: disk.crash(image: image))
                survivor.disk.diskCapacity = nil
                do throws(StorageError) {
                    try survivor.open()
                    try survivor.storage?.snapshot.forEachStrip { _ in true }
                } catch {
                    guard error.isNamed else { throw Violation("it does not open: \(error)") }
                    continue
                }
                try survivor.sent.check(
                    survivor.storage?.snapshot ?? .empty, stable: world.stableSequence)
            }
        } catch {
            throw Violation(
                "\(workload.name) \(lie): \(error) (the operation: \(operations[operation]))")
        }
    }
}

extension StorageError {
    /// Whether it says which file is not what was written.
    var isNamed: Bool {
        switch self {
        case .corrupt, .missing, .newerFormat: true
        case .io, .noStore, .inUse, .failed, .noSpace, .closed, .notEmpty, .unsound: false
        }
    }
}
