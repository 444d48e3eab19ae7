import AuraClient
import AuraCore
import AuraEngine
import AuraStorage
import AuraTesting
import Testing

/// Real sockets, real servers, and a proxy between that cuts, delays and splits.
///
/// Each event that was recorded must be stored once, and those of one task in its order. How often
/// that takes another connection is the proxy's business: nothing here looks at a clock.
@Suite(.serialized) struct ClientChaosTests {
    private static let tasks = 4
    private static let perTask = 150
    private static let total = UInt64(tasks * perTask)
    private static let seeds = 0..<UInt64(Effort.isLong ? 300 : 6)

    /// A client whose patience has no end.
    private func configuration(
        _ world: ClientWorld, _ change: (inout ClientConfiguration) -> Void = { _ in }
    ) -> ClientConfiguration {
        world.configuration {
            $0.batchRows = 10
            $0.deadline = .seconds(3_600)
            change(&$0)
        }
    }

    /// Several tasks record at once, some waiting for each event.
    private func record(with client: AuraClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<ClientChaosTests.tasks {
                group.addTask {
                    for number in 0..<ClientChaosTests.perTask {
                        let event = ClientEvents.event(task, number)
                        if (task + number) % 5 == 0 {
                            try await client.record(event)
                        } else {
                            try await client.recordBuffered(event)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func check(_ world: ClientWorld, _ seed: UInt64) throws {
        let numbers = try ClientEvents.numbers(world.storedEvents())
        for task in 0..<ClientChaosTests.tasks {
            #expect(
                numbers[task] == Array(0..<ClientChaosTests.perTask), "seed \(seed) task \(task)")
        }
    }

    /// Records, and meanwhile, when so many events are stored, does that to the server.
    ///
    /// The client is closed when all are stored behind the last time: closing has little patience
    /// for a promise, and what a server loses before that, only an open client sends again.
    private func record(
        to world: ClientWorld, _ configuration: ClientConfiguration, pausingAt places: [UInt64],
        _ body: @escaping @Sendable (_ round: Int) async throws -> Void
    ) async throws {
        let client = AuraClient(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await record(with: client) }
            group.addTask {
                for (round, place) in places.enumerated() {
                    try await world.waitForEvents(place)
                    try await body(round)
                }
            }
            try await group.waitForAll()
        }
        try await world.waitForEvents(ClientChaosTests.total)
        try await client.close()
    }

    /// Three places in the recording, in order.
    private func places(_ random: inout SeededRandom) -> [UInt64] {
        let third = Int(ClientChaosTests.total / 3)
        return (0..<3).map { UInt64($0 * third + 1 + random.below(third - 1)) }
    }

    private func mood(_ seed: UInt64) -> ClientChaosProxy.Mood {
        var random = SeededRandom(seed: seed)
        return ClientChaosProxy.Mood(
            cutAfter: random.element(of: [800, 2_000, 5_000]),
            delay: random.element(of: [0, 300, 2_000]), splits: random.chance(70))
    }

    @Test(arguments: seeds)
    func `broken connections lose and double nothing`(seed: UInt64) async throws {
        try await ClientWorld.run(seed: seed, mood: mood(seed), onMachine: seed % 4 == 0) { world in
            let client = AuraClient(configuration(world) { $0.inFlight = seed % 3 == 0 ? 3 : 64 })
            try await record(with: client)
            try await client.close()
            try check(world, seed)
            #expect(world.proxy.counts.cuts > 0, "seed \(seed): nothing was cut")
        }
    }

    @Test(arguments: seeds)
    func `a server that restarts in order is waited for`(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let places = places(&random)
        try await ClientWorld.run(seed: seed, onMachine: seed % 4 == 0) { world in
            try await record(to: world, configuration(world), pausingAt: places) { _ in
                try await world.stop()
                try await world.start()
            }
            try check(world, seed)
        }
    }

    @Test(arguments: seeds)
    func `a server that is killed, and loses its last group, gets everything again`(
        seed: UInt64
    ) async throws {
        var random = SeededRandom(seed: seed)
        let places = places(&random)
        try await ClientWorld.run(seed: seed) { world in
            let configuration = configuration(world) { $0.inFlight = 8 }
            try await record(to: world, configuration, pausingAt: places) { round in
                // What was there at the start is promised, and its damage would be reported.
                let isNew = world.store.map { $0.progress.visible > $0.recovery.events } == true
                #expect(isNew || round > 0, "seed \(seed): nothing is there to lose")
                try await world.kill(image: seed) { disk in
                    if isNew { try disk.rotLastGroup() }
                }
                try await world.start()
            }
            try check(world, seed)
        }
    }
}

extension SimulatedFileSystem {
    /// Damages the last group of the last segment that has one, as a failing disk might before the
    /// next group promises that this one is there.
    fileprivate func rotLastGroup() throws {
        let names = try list("/data/log").filter { $0.hasSuffix(".log") }.sorted()
        for name in names.reversed() {
            let file = try open("/data/log/" + name, .update)
            let bytes = try file.read(at: 0, count: Int(try file.size()))
            // The first block of a segment is its header.
            guard let last = bytes.lastIndex(where: { $0 != 0 }), last >= 4_096 else { continue }
            try file.write(unsafe [bytes[last] ^ 0x10].span.bytes, at: Int64(last))
            try file.sync()
            return
        }
        Issue.record("there was no group")
    }
}
