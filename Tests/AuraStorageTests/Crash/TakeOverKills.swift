import AuraStorage
import AuraTesting

/// A process that ends between the moment when `CURRENT` names another manifest and the one when that
/// is durable; the next one goes on, and then the machine fails.
struct TakeOverKills {
    private let world: StoreWorld
    private let moments: [Int]

    init() throws(Violation) {
        let workload = try Workload(named: "many-flushes")
        var world = workload.world(on: SimulatedFileSystem(keepsHistory: true))
        try workload.run(in: &world)
        world.kill()
        let operations = world.disk.operations
        // The first name is that of a new store.
        moments = operations.indices.filter {
            operations[$0].kind == .rename && operations[$0].path.hasSuffix("CURRENT.new")
        }.dropFirst().map { $0 + 1 }
        self.world = world
    }

    var cases: [() throws -> Void] {
        moments.map { moment in { try check(moment) } }
    }

    private func check(_ moment: Int) throws(Violation) {
        let disk = world.disk.crash(image: .processKilled, after: moment)
        var survivor = world.moved(to: disk, asOf: moment)
        try survivor.reopen()
        try survivor.connect(0)
        try survivor.commit()
        // Enough for another segment.
        for _ in 0..<6 {
            try survivor.send(padding: 8_000, from: 0)
            try survivor.commit()
        }
        survivor = survivor.moved(to: disk.crash(image: .allLost))
        try survivor.reopen()
        try survivor.check()
    }
}
