import Foundation
import Testing

@testable import aura

/// `aura bench` against a real server.
struct BenchTests {
    private let server: TestServer
    private let folder: Folder

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
    }

    /// What a run prints as JSON.
    private struct Figures: Decodable {
        let batches: Int
        let events: Int
        let seconds: Double
        let offered_events_per_second: Double?
        let events_per_second: Double?
        let megabytes_per_second: Double?
        let latency_p50_ms: Double?
        let latency_p90_ms: Double?
        let latency_p99_ms: Double?
        let latency_p99_9_ms: Double?
        let latency_max_ms: Double?
        let unsent_batches: Int
        let acknowledged_events: Int
        let stored_events: Int?

        init(_ command: Command) throws {
            self = try JSONDecoder().decode(Figures.self, from: Data(command.output.utf8))
        }

        /// The latencies, the least first.
        var latencies: [Double] {
            [latency_p50_ms, latency_p90_ms, latency_p99_ms, latency_p99_9_ms, latency_max_ms]
                .compactMap(\.self)
        }
    }

    private func bench(_ arguments: String...) async throws -> Figures {
        let command = try server.command(["bench", "-o", "json"] + arguments)
        #expect(try await command.status() == 0, "\(command.errors)")
        return try Figures(command)
    }

    @Test func `a closed loop sends its batches, each event is there, and nothing else`()
        async throws
    {
        for round in 1...2 {
            let figures = try await bench(
                "--batches", "50", "--batch", "20", "--connections", "2", "--in-flight", "4",
                "--warm-up", "0s", "--verify")
            #expect(figures.batches == 50)
            #expect(figures.events == 1_000)
            #expect(figures.acknowledged_events == 1_000)
            #expect(figures.stored_events == 1_000)
            #expect(figures.unsent_batches == 0)
            #expect(figures.offered_events_per_second == nil)
            let rate = try #require(figures.events_per_second)
            #expect(abs(rate * figures.seconds - 1_000) < 1)
            #expect(try #require(figures.megabytes_per_second) > 0)
            let latencies = figures.latencies
            #expect(latencies.count == 5 && latencies == latencies.sorted(), "\(latencies)")
            #expect(latencies[0] > 0)
            let types = try await server.aura("count", "--by", "type", "--no-header")
            #expect(types.lines.count == 31)
            #expect(types.lines.allSatisfy { $0.hasPrefix("bench.") })
            let all = try await server.aura("count", "--by", "bench_run", "--no-header")
            #expect(all.lines.count == round)
            #expect(all.lines.allSatisfy { $0.split(separator: "\t")[1] == "1000" })
        }
    }

    @Test func `a run of a time warms up first`() async throws {
        let figures = try await bench(
            "--duration", "1s", "--batch", "10", "--event-type", "user.login", "--verify")
        #expect(figures.events > 0 && figures.events == 10 * figures.batches)
        #expect(figures.acknowledged_events > figures.events)
        #expect(figures.stored_events == figures.acknowledged_events)
        #expect(figures.seconds > 0.5)
        let types = try await server.aura("count", "--by", "type", "--no-header")
        #expect(types.lines.count == 1 && types.output.hasPrefix("bench.user.login\t"))
    }

    @Test func `an open loop sends what is due, no more and no less`() async throws {
        let figures = try await bench(
            "--rate", "2000", "--batch", "10", "--duration", "1s", "--warm-up", "0s",
            "--connections", "3", "--verify")
        #expect(figures.offered_events_per_second == 2_000)
        #expect(figures.batches + figures.unsent_batches == 200)
        #expect(figures.stored_events == figures.acknowledged_events)
    }

    @Test func `a stall of the server is charged to every batch that was due in it`() async throws {
        let command = try server.command([
            "bench", "-o", "json", "--rate", "1000", "--batch", "10", "--batches", "600",
            "--warm-up", "0s", "--in-flight", "2", "--verify",
        ])
        let hasBegun = try await eventually {
            try await server.aura("count", "--no-header").output.hasPrefix("0\t") == false
        }
        try #require(hasBegun, "\(command.errors)")
        server.signal(SIGSTOP)
        try await Task.sleep(for: .seconds(2))
        server.signal(SIGCONT)
        #expect(try await command.status() == 0, "\(command.errors)")
        let figures = try Figures(command)
        #expect(figures.batches == 600)
        #expect(figures.stored_events == 6_000)
        #expect(try #require(figures.latency_max_ms) > 1_900)
        // Two hundred batches were due meanwhile, though only two could be under way.
        #expect(try #require(figures.latency_p90_ms) > 400)
    }

    @Test func `a rate beyond the server's is told, and what was not sent counts`() async throws {
        let command = try server.command([
            "bench", "-o", "json", "--rate", "10000000", "--batch", "10", "--duration", "1s",
            "--warm-up", "0s",
        ])
        #expect(try await command.status() == 0, "\(command.errors)")
        let figures = try Figures(command)
        #expect(figures.batches + figures.unsent_batches == 1_000_000)
        #expect(figures.unsent_batches > 0)
        #expect(try #require(figures.latency_p50_ms) > 100)
        #expect(command.errors.hasPrefix("warning: the server was slower than the rate: "))
    }

    @Test func `figures come in the formats of other answers`() async throws {
        let run = ["bench", "--batches", "3", "--warm-up", "0s"]
        let csv = try server.command(run + ["-o", "csv"])
        #expect(try await csv.status() == 0)
        #expect(csv.output.hasPrefix("name,value\nconnections,1\nbatch_events,100\nin_flight,1\n"))
        #expect(csv.output.contains("\nbatches,3\nevents,300\n"))
        let table = try server.command(run + ["-o", "table"])
        #expect(try await table.status() == 0)
        #expect(table.output.contains("\nacknowledged_events"))
    }

    @Test func `a server that goes ends the run early, and what was measured is printed`()
        async throws
    {
        let command = try server.command([
            "bench", "-o", "json", "--duration", "10m", "--warm-up", "0s", "--batch", "10",
        ])
        let hasBegun = try await eventually {
            try await server.aura("count", "--no-header").output.hasPrefix("0\t") == false
        }
        try #require(hasBegun, "\(command.errors)")
        try await server.kill()
        #expect(try await command.status() == 1)
        #expect(command.errors.hasPrefix("error: the run ended early: "), "\(command.errors)")
        #expect(command.errors.contains("\nhint: "))
        let figures = try Figures(command)
        #expect(figures.acknowledged_events >= figures.events)
        try await server.restart()
        let stored = try await server.aura("count", "--no-header").output.prefix { $0 != "\t" }
        #expect(try #require(Int(stored)) >= figures.acknowledged_events)
    }

    @Test func `impossible options are told`() async throws {
        for (arguments, text) in [
            (["--connections", "0"], "--connections 0 is not from 1 to 1024"),
            (["--batch", "65537"], "--batch 65537 is not from 1 to 65536"),
            (["--in-flight", "65"], "--in-flight 65 is not from 1 to 64"),
            (["--batches", "0"], "--batches 0 is not from 1 to 1000000000"),
            (["--rate", "0"], "--rate 0.0 is not possible in batches of 100"),
            (["--rate", "2e8"], "--rate 200000000.0 is not possible in batches of 100"),
            (["--duration", "0s"], "--duration 0s measures nothing"),
            (["--duration", "soon"], "'soon' is no duration for --duration"),
            (["--warm-up", "1"], "'1' is no duration for --warm-up"),
            (["--duration", "1s", "--batches", "1"], "--batches and --duration contradict"),
            (["--producer", ""], "--producer has 0 bytes"),
            (["--event-type", "user.logn"], "unknown event type 'user.logn'"),
        ] {
            let command = try server.command(["bench"] + arguments)
            #expect(try await command.status() == 2, "\(arguments)")
            #expect(command.errors.hasPrefix("error: \(text)"), "\(command.errors)")
            #expect(command.output.isEmpty)
        }
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("0\t"))
    }

    @Test func `a server that is not there, and a key that does not open it, are told`()
        async throws
    {
        try await server.kill()
        let nobody = try await server.aura("bench")
        #expect(nobody.status == 4)
        #expect(nobody.errors.hasPrefix("error: nothing listens at \(server.address); "))
        let locked = try await TestServer(in: try Folder(), ["--auth-required", "true"])
        let made = try await aura(
            "keys", "create", "--name", "load", "--scope", "ingest", "--data-dir",
            locked.folder.path("data"), in: folder)
        let key = try folder.write("key", made.output)
        let unknown = try await locked.aura("bench")
        #expect(unknown.status == 5)
        #expect(unknown.errors.contains("asks for an API key"))
        let run = ["bench", "--batches", "2", "--warm-up", "0s", "--token-file", key]
        let some = try locked.command(run)
        #expect(try await some.status() == 0, "\(some.errors)")
        // Counting takes another scope.
        let verified = try locked.command(run + ["--verify"])
        #expect(try await verified.status() == 5)
    }
}
