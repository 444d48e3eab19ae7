import AuraClient
import AuraCore
import AuraWire
import Foundation
import Testing

@testable import aura

/// A program that records into a spool, killed again and again while its server comes and goes.
struct SpoolTests {
    private static let isLong = ProcessInfo.processInfo.environment["AURA_TEST_LONG"] == "1"

    @Test func `events wait in the spool until there is a server`() async throws {
        let folder = try Folder()
        let server = try await TestServer(in: folder)
        try await server.kill()
        let arguments = ["test-events", "--count", "5", "--spool", folder.path("spool")]
        let offline = try server.command(arguments + ["--timeout", "1s"])
        #expect(try await offline.status() == 0, "\(offline.errors)")
        #expect(offline.output.contains("they wait in the spool"), "\(offline.output)")
        try await server.restart()
        let online = try server.command(arguments)
        #expect(try await online.status() == 0, "\(online.errors)")
        #expect(!online.output.contains("wait"), "\(online.output)")
        let client = AuraClient(ClientConfiguration(port: server.port))
        #expect(try await client.status().visible == 10)
        try await client.close()
        #expect(try await server.stop() == 0)
    }

    @Test func `what was durable is stored once, however often recorder and server are killed`()
        async throws
    {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let folder = try Folder()
        let server = try await TestServer(in: folder)
        var isUp = true
        var recorded: [String] = []
        for round in 0..<(Self.isLong ? 200 : 12) {
            let recorder = try server.command([
                "test-events", "--each", "--count", "1000000", "--spool", folder.path("spool"),
                "--seed", String(round),
            ])
            for _ in 0..<2 {
                try await Task.sleep(for: .milliseconds(random.whole(0...250)))
                if isUp { try await server.kill() } else { try await server.restart() }
                isUp.toggle()
            }
            // A busy machine needs its time to begin.
            _ = try await eventually(within: .seconds(20)) { recorder.output.contains("\n") }
            try await Task.sleep(for: .milliseconds(random.whole(0...200)))
            recorder.signal(SIGKILL)
            #expect(try await recorder.status() == 128 + SIGKILL, "\(recorder.errors)")
            recorded += recorder.output.split(separator: "\n").map(String.init)
            if random.whole(0...2) == 0 {
                if isUp { try await server.kill() } else { try await server.restart() }
                isUp.toggle()
            }
        }
        if !isUp { try await server.restart() }
        let last = try server.command(
            ["test-events", "--each", "--count", "1", "--spool", folder.path("spool")])
        #expect(try await last.status() == 0, "seed \(seed): \(last.errors)")
        let stored = try await ids(server)
        #expect(recorded.count > 100, "seed \(seed): \(recorded.count)")
        #expect(Set(stored).count == stored.count, "seed \(seed): doubled")
        let lost = Set(recorded).subtracting(stored)
        #expect(lost.isEmpty, "seed \(seed): lost \(lost.sorted())")
        // In the order in which they were recorded, the last of each round perhaps unseen.
        let known = Set(recorded)
        #expect(stored.filter(known.contains) == recorded, "seed \(seed)")
        #expect(try await server.stop() == 0)
    }

    /// The ids of all events, in the order of the store.
    private func ids(_ server: TestServer) async throws -> [String] {
        let client = AuraClient(ClientConfiguration(port: server.port))
        let count = try await client.status().visible
        var ids: [String] = []
        for try await event in client.tail(from: 1) {
            if case .text(let id)? = event.event.id { ids.append(id) }
            if event.sequence == count { break }
        }
        try await client.close()
        return ids
    }
}
