import AuraClient
import AuraCore
import AuraWire
import Foundation
import Synchronization
import Testing

@testable import aura

/// A loaded server that is killed again and again: what it acknowledged is there once.
struct KillLoopTests {
    private static let isLong = ProcessInfo.processInfo.environment["AURA_TEST_LONG"] == "1"
    private static let rounds = isLong ? 1_000 : 20

    @Test func `every acknowledged event is there once after each kill`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        let server = try await TestServer(in: folder)
        let recorders = (0..<3).map { Recorder(number: $0, port: server.port) }
        let reader = AuraClient(ClientConfiguration(port: server.port))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for recorder in recorders { group.addTask { try await recorder.run() } }
            for round in 0..<Self.rounds {
                try await Task.sleep(for: .milliseconds(random.whole(0...120)))
                let acknowledged = recorders.reduce(0) { $0 + $1.acknowledged }
                try await server.kill()
                try await server.restart()
                let stored = try await reader.count(CountRequest()).rows.first?.count ?? 0
                #expect(
                    Int(stored) >= acknowledged,
                    "seed \(seed), round \(round): \(acknowledged) acknowledged, \(stored) stored")
            }
            for recorder in recorders { recorder.end() }
            try await group.waitForAll()
        }
        try await expectAll(recorders, reader, seed: seed)
        let acknowledged = recorders.reduce(0) { $0 + $1.acknowledged }
        print("kills: \(Self.rounds), \(acknowledged) events acknowledged and there")
        try await reader.close()
        #expect(try await server.stop() == 0)
    }

    /// Reads all events back: each is there once, those of a recorder in its order.
    private func expectAll(
        _ recorders: [Recorder], _ reader: AuraClient, seed: UInt64
    ) async throws {
        let total = try await reader.status().visible
        var next = recorders.map { _ in 0 }
        var sequence: UInt64 = 0
        for try await event in reader.tail(from: 1) {
            sequence += 1
            try #require(event.sequence == sequence, "seed \(seed)")
            guard case .int64(let recorder)? = event.event["recorder"],
                case .int64(let number)? = event.event["number"]
            else {
                Issue.record("seed \(seed): a foreign event \(event)")
                break
            }
            try #require(
                next[Int(recorder)] == Int(number),
                "seed \(seed): recorder \(recorder), event \(number) at \(sequence)")
            next[Int(recorder)] += 1
            if sequence == total { break }
        }
        for recorder in recorders {
            #expect(next[recorder.number] == recorder.acknowledged, "seed \(seed)")
            #expect(recorder.acknowledged > 0, "seed \(seed): nothing was recorded")
        }
    }
}

/// Records numbered events, several at a time, and counts the acknowledged ones.
private final class Recorder: Sendable {
    let number: Int
    private let client: AuraClient
    private let count = Atomic(0)
    private let isEnding = Atomic(false)

    /// Events of one batch.
    private static let batchRows = 20

    init(number: Int, port: Int) {
        self.number = number
        var configuration = ClientConfiguration(port: port, producer: "recorder-\(number)")
        configuration.lastRetry = .milliseconds(100)
        configuration.deadline = .seconds(120)
        client = AuraClient(configuration)
    }

    /// Events whose durability was acknowledged; all before them were as well.
    var acknowledged: Int { count.load(ordering: .acquiring) }

    /// Asks to end after the batch that is on its way.
    func end() {
        isEnding.store(true, ordering: .releasing)
    }

    func run() async throws {
        var next = 0
        while !isEnding.load(ordering: .acquiring) {
            var builder = BatchBuilder()
            for _ in 0..<Self.batchRows {
                let attributes = [
                    Attribute("recorder", .int64(Int64(number))),
                    Attribute("number", .int64(Int64(next))),
                ]
                let event = Event(type: "system.test", time: WallClock.now, attributes: attributes)
                _ = try builder.append(event)
                next += 1
            }
            let bytes = builder.finish()
            let batch = try EventBatch(validating: try #require(bytes))
            _ = try await client.append(batch)
            count.store(next, ordering: .releasing)
        }
        try await client.close()
    }
}
