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
            // A busy machine may have let nobody finish anything between two kills.
            _ = try await eventually { recorders.allSatisfy { $0.acknowledged > 0 } }
            for recorder in recorders { recorder.end() }
            try await group.waitForAll()
        }
        try await expectAll(recorders, reader, seed: seed)
        let acknowledged = recorders.reduce(0) { $0 + $1.acknowledged }
        print("kills: \(Self.rounds), \(acknowledged) events acknowledged and there")
        try await reader.close()
        #expect(try await server.stop() == 0)
    }

    @Test func `nothing is lost and nothing comes back under every kind of work`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        let server = try await TestServer(in: folder, ["--memory-limit", "64MiB"])
        let recorders = (0..<2).map { Recorder(number: $0, port: server.port) }
        let clinic = Clinic(port: server.port)
        let others = (0..<2).map { Bystander(seed: seed &+ UInt64($0), port: server.port) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for recorder in recorders { group.addTask { try await recorder.run() } }
            for other in others { group.addTask { try await other.run() } }
            group.addTask { try await clinic.run() }
            for _ in 0..<Self.rounds / 2 {
                try await Task.sleep(for: .milliseconds(random.whole(0...700)))
                try await server.kill()
                try await server.restart()
            }
            // A busy machine may have let nobody finish anything between two kills.
            _ = try await eventually {
                recorders.allSatisfy { $0.acknowledged > 0 } && !clinic.patients.erased.isEmpty
                    && others.allSatisfy { $0.answers > 0 }
            }
            recorders.forEach { $0.end() }
            others.forEach { $0.end() }
            clinic.end()
            try await group.waitForAll()
        }
        let reader = AuraClient(ClientConfiguration(port: server.port))
        try await expectAll(recorders, reader, seed: seed)
        let (erased, kept) = clinic.patients
        for patient in erased + kept {
            var request = CountRequest()
            request.filters = [.init(attribute: "patient_id", values: [.int64(Int64(patient))])]
            let found = try await reader.count(request).rows.first?.count ?? 0
            #expect(
                found == (erased.contains(patient) ? 0 : UInt64(Clinic.events)),
                "seed \(seed), patient \(patient)")
        }
        #expect(!erased.isEmpty && others.allSatisfy { $0.answers > 0 }, "seed \(seed)")
        print(
            "kills under work: \(Self.rounds / 2), \(erased.count) patients erased,",
            "\(others.reduce(0) { $0 + $1.answers }) questions and compactions answered")
        try await reader.close()
        #expect(try await server.stop() == 0)
        let verdict = try await aura(
            "store", "verify", "--data-dir", folder.path("data"), in: folder)
        #expect(verdict.status == 0, "seed \(seed): \(verdict.output) \(verdict.errors)")
    }

    /// Reads all events back: each of a recorder is there once, in its order.
    private func expectAll(
        _ recorders: [Recorder], _ reader: AuraClient, seed: UInt64
    ) async throws {
        try await reader.record(Event(type: "system.test", time: WallClock.now))
        var next = recorders.map { _ in 0 }
        var last: UInt64 = 0
        for try await event in reader.tail(from: 1) {
            try #require(event.sequence > last, "seed \(seed)")
            last = event.sequence
            if event.event.attributes.isEmpty { break }
            guard case .int64(let recorder)? = event.event["recorder"],
                case .int64(let number)? = event.event["number"]
            else { continue }
            try #require(
                next[Int(recorder)] == Int(number),
                "seed \(seed): recorder \(recorder), event \(number) at \(last)")
            next[Int(recorder)] += 1
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

/// Records a few events of one patient after the other, and erases every other one again.
private final class Clinic: Sendable {
    /// Events of a patient.
    static let events = 5
    private let port: Int
    private let state = Mutex((erased: [Int](), kept: [Int]()))
    private let isEnding = Atomic(false)

    init(port: Int) { self.port = port }

    /// Those whose erasure was confirmed, and those whose events were acknowledged, and no more.
    var patients: (erased: [Int], kept: [Int]) { state.withLock { $0 } }

    func end() { isEnding.store(true, ordering: .releasing) }

    func run() async throws {
        var configuration = ClientConfiguration(port: port, producer: "clinic")
        configuration.lastRetry = .milliseconds(100)
        configuration.deadline = .seconds(120)
        let client = AuraClient(configuration)
        var patient = 0
        while !isEnding.load(ordering: .acquiring) {
            patient += 1
            var builder = BatchBuilder()
            for _ in 0..<Self.events {
                let event = Event(
                    type: "patient.updated", time: WallClock.now,
                    attributes: [Attribute("patient_id", .int64(Int64(patient)))])
                _ = try builder.append(event)
            }
            let bytes = builder.finish()
            _ = try await client.append(EventBatch(validating: try #require(bytes)))
            guard patient % 2 == 0 else {
                state.withLock { $0.kept.append(patient) }
                continue
            }
            let order = Order(.erase(attribute: "patient_id", values: [.int64(Int64(patient))]))
            // A server that dies with the order says nothing; to erase twice does no harm.
            while (try? await client.carryOut(order)) == nil {
                try await Task.sleep(for: .milliseconds(20))
            }
            state.withLock { $0.erased.append(patient) }
        }
        try await client.close()
    }
}

/// Asks and orders this and that, and takes no for an answer.
private final class Bystander: Sendable {
    private let seed: UInt64
    private let port: Int
    private let count = Atomic(0)
    private let isEnding = Atomic(false)

    init(seed: UInt64, port: Int) {
        self.seed = seed
        self.port = port
    }

    /// Questions and orders that were answered.
    var answers: Int { count.load(ordering: .acquiring) }

    func end() { isEnding.store(true, ordering: .releasing) }

    func run() async throws {
        var random = SeededGenerator(seed: seed)
        let client = AuraClient(ClientConfiguration(port: port))
        while !isEnding.load(ordering: .acquiring) {
            do {
                switch random.whole(0...3) {
                case 0: _ = try await client.count(CountRequest())
                case 1: _ = try await client.metrics(MetricQuery())
                case 2: _ = try await client.carryOut(Order(.compact))
                default: _ = try await client.sights()
                }
                count.add(1, ordering: .releasing)
            } catch { try await Task.sleep(for: .milliseconds(20)) }
        }
        try? await client.close()
    }
}
