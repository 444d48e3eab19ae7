import AuraClient
import AuraCore
import AuraStorage
import AuraTesting
import Synchronization
import Testing

/// Real sockets, real servers, and a proxy between that cuts, delays and splits.
@Suite(.serialized) struct ClientChaosTests {
    private static let tasks = 4
    private static let perTask = 150

    /// Several tasks record at once, some waiting for each event; each event must be stored once,
    /// those of a task in its order.
    private func record(to world: ClientWorld, _ configuration: ClientConfiguration) async throws {
        let client = AuraClient(configuration)
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
        try await client.close()
    }

    private func check(_ world: ClientWorld, _ seed: UInt64) {
        let numbers = ClientEvents.numbers(world.storedEvents())
        for task in 0..<ClientChaosTests.tasks {
            #expect(
                numbers[task] == Array(0..<ClientChaosTests.perTask), "seed \(seed) task \(task)")
        }
    }

    private func mood(_ seed: UInt64) -> ClientChaosProxy.Mood {
        var random = SeededRandom(seed: seed)
        return ClientChaosProxy.Mood(
            cutAfter: random.element(of: [800, 2_000, 5_000]),
            delay: random.element(of: [0, 300, 2_000]), splits: random.chance(70))
    }

    @Test(arguments: 0..<UInt64(Effort.count(24)))
    func `broken connections lose and double nothing`(seed: UInt64) async throws {
        try await ClientWorld.run(seed: seed, mood: mood(seed), onMachine: seed % 4 == 0) { world in
            let configuration = world.configuration {
                $0.batchRows = 10
                $0.inFlight = seed % 3 == 0 ? 3 : 64
            }
            try await record(to: world, configuration)
            check(world, seed)
            #expect(world.proxy.counts.cuts > 0, "seed \(seed): nothing was cut")
        }
    }

    @Test(arguments: 0..<UInt64(Effort.count(6)))
    func `a server that restarts in order is waited for`(seed: UInt64) async throws {
        try await ClientWorld.run(seed: seed, onMachine: true) { world in
            let configuration = world.configuration { $0.batchRows = 10 }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await record(to: world, configuration) }
                for _ in 0..<3 {
                    try await Task.sleep(for: .milliseconds(8))
                    try await world.stop()
                    try await world.start()
                }
                try await group.waitForAll()
            }
            check(world, seed)
        }
    }

    @Test func `a server that is killed, and loses its last group, gets everything again`()
        async throws
    {
        let rotted = Mutex(0)
        for seed in 0..<UInt64(Effort.count(24)) {
            try await ClientWorld.run(seed: seed, mood: .calm) { world in
                let configuration = world.configuration {
                    $0.batchRows = 10
                    $0.inFlight = 8
                }
                var random = SeededRandom(seed: seed)
                let pauses = (0..<3).map { _ in random.below(8_000) }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await record(to: world, configuration) }
                    for (round, pause) in pauses.enumerated() {
                        try await Task.sleep(for: .microseconds(pause))
                        try await world.kill(image: seed) { disk in
                            if round == 1, try disk.rotLastGroup() { rotted.withLock { $0 += 1 } }
                        }
                        try await world.start()
                    }
                    try await group.waitForAll()
                }
                check(world, seed)
            }
        }
        #expect(rotted.withLock { $0 } > 5, "the disk hardly ever lost a group")
    }
}

extension SimulatedFileSystem {
    /// Damages the last group of the last segment that has one, as a failing disk might before the
    /// next group promises that this one is there.
    ///
    /// - Returns: Whether there was one.
    func rotLastGroup() throws -> Bool {
        let names = try list("/data/log").filter { $0.hasSuffix(".log") }.sorted()
        for name in names.reversed() {
            let file = try open("/data/log/" + name, .update)
            let bytes = try file.read(at: 0, count: Int(try file.size()))
            // The first block of a segment is its header.
            guard let last = bytes.lastIndex(where: { $0 != 0 }), last >= 4_096 else { continue }
            try file.write(unsafe [bytes[last] ^ 0x10].span.bytes, at: Int64(last))
            try file.sync()
            return true
        }
        return false
    }
}
