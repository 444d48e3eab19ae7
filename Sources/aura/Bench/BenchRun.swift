import AuraClient
import AuraWire

/// One run of a load against a server.
struct BenchRun: Sendable {
    let plan: BenchPlan
    let batches: BenchBatches
    /// What the producers' names begin with.
    let producer: String

    /// What a run gave.
    struct Result: Sendable {
        var tally: BenchTally
        /// From the end of the warm-up to the last acknowledgement.
        var elapsed: Duration
        /// Why it ended early; nil if it did not.
        var trouble: String?
    }

    /// The server refused or went.
    private struct Trouble: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs the load to its end, or until the server takes no more.
    ///
    /// Nothing is waited out: figures from before and after a pause say nothing together.
    func run(_ server: ServerConnection, _ client: AuraClient) async throws -> Result {
        let connections = try await open(server, client)
        let schedule = BenchSchedule(plan, start: .now)
        var trouble: String?
        do {
            try await watched(server.watch) { try await run(connections, schedule) }
        } catch {
            try Task.checkCancellation()
            trouble = (server.watch.end ?? error as? ClientError)?.description ?? "\(error)"
            for connection in connections { await connection.cancel() }
        }
        var tally = BenchTally()
        for connection in connections { tally.add(connection.tally) }
        let elapsed = tally.last.map { $0 - schedule.measuredFrom } ?? .zero
        return Result(tally: tally, elapsed: elapsed, trouble: trouble)
    }

    private func open(
        _ server: ServerConnection, _ client: AuraClient
    ) async throws -> [BenchConnection] {
        do {
            return try await watched(server.watch) {
                var connections: [BenchConnection] = []
                for number in 0..<plan.connections {
                    connections.append(
                        try await BenchConnection(client, producer: producer, number: number))
                }
                return connections
            }
        } catch let trouble as Trouble {
            throw CommandFailure(
                .failed, trouble.description, hint: "nothing was sent; see 'aura status'")
        }
    }

    private func run(_ connections: [BenchConnection], _ schedule: BenchSchedule) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in connections {
                group.addTask { try await connection.run(schedule, batches) }
            }
            try await group.waitForAll()
        }
    }

    /// Runs `body`, which is cancelled when the server refuses or goes.
    private func watched<Value: Sendable>(
        _ watch: ConnectionWatch, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    if let reason = watch.refusal { throw Trouble(description: reason) }
                    try await Task.sleep(for: .milliseconds(10))
                }
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() else {
                preconditionFailure("the group has two tasks")
            }
            return value
        }
    }

    /// How many of the run's events the server has.
    func stored(_ client: AuraClient) async throws -> UInt64 {
        var request = CountRequest()
        request.types = batches.types
        request.filters = [batches.filter]
        return try await client.count(request).rows.first?.count ?? 0
    }
}
