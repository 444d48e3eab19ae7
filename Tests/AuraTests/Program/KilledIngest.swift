import AuraClient
import AuraWire
import Foundation
import Testing

@testable import aura

/// An ingest during which it and its server are killed at random moments.
struct KilledIngest {
    let server: TestServer
    let file: String
    /// Events that the file gives in all.
    let events: Int
    let arguments: [String]
    private let seed = UInt64.random(in: 0...UInt64.max)

    init(server: TestServer, file: String, events: Int, arguments: [String]) {
        self.server = server
        self.file = file
        self.events = events
        self.arguments = arguments
    }

    /// What is killed.
    private enum Victim: CaseIterable {
        case server
        case ingest
        /// And its checkpoint is lost, so that the next run reads from the start.
        case ingestAndItsCheckpoint
    }

    /// Runs the ingest to its end; each kill comes when so much is stored that it is in the middle.
    ///
    /// The ingest goes on for moments alone, and stands still while somebody looks how far it is or a
    /// server starts, which takes a busy machine long: the file would be at its end before the last
    /// kills. Where moments are long, for the machine has others to run, they still come too late; some
    /// must hit.
    func run(kills: Int) async throws {
        let client = AuraClient(ClientConfiguration(port: server.port))
        var random = SeededGenerator(seed: seed)
        let places = (0..<kills).map { _ in random.whole(events / 20...events * 3 / 4) }.sorted()
        // Each victim comes at least once, and early.
        var victims = Array(Victim.allCases).shuffled(using: &random)
        while victims.count < kills {
            victims.append(Victim.allCases[random.whole(0...Victim.allCases.count - 1)])
        }
        var ingest = try start()
        var hits = 0
        for (place, victim) in zip(places, victims) {
            let isThere = try await eventually(within: .seconds(120)) {
                ingest.signal(SIGCONT)
                try await Task.sleep(for: .milliseconds(5))
                ingest.signal(SIGSTOP)
                return try await self.stored(client) >= place
            }
            try #require(isThere, "seed \(seed): \(place) events were never there")
            // In the middle of whatever it does.
            ingest.signal(SIGCONT)
            try await Task.sleep(for: .milliseconds(random.whole(0...20)))
            switch victim {
            case .server:
                try await server.kill()
                ingest.signal(SIGSTOP)
                try await server.restart()
            case .ingest, .ingestAndItsCheckpoint:
                ingest.signal(SIGKILL)
                guard try await ingest.status() == 128 + SIGKILL else { continue }
                if victim == .ingestAndItsCheckpoint {
                    try? FileManager.default.removeItem(atPath: server.folder.path(".local"))
                }
                ingest = try start()
            }
            if try await stored(client) < events { hits += 1 }
        }
        ingest.signal(SIGCONT)
        #expect(hits > 0, "seed \(seed): no kill came in the middle")
        let status = try await ingest.status()
        #expect(status == 0, "seed \(seed): \(ingest.errors)")
        try await client.close()
        try await expectNothingLeft()
    }

    /// One more run finds everything there.
    private func expectNothingLeft() async throws {
        let again = try start()
        #expect(try await again.status() == 0)
        #expect(again.output.contains(": 0 events stored, "), "seed \(seed): \(again.output)")
    }

    private func start() throws -> Command {
        try server.command(["ingest", file, "--retry-for", "60s"] + arguments)
    }

    private func stored(_ client: AuraClient) async throws -> Int {
        Int(try await client.count(CountRequest()).rows.first?.count ?? 0)
    }
}
