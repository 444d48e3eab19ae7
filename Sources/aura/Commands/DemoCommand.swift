import ArgumentParser
import AuraClient
import AuraCore
import AuraWire
import Foundation
import Logging

/// `aura demo`: a server with a made-up clinic group whose life goes on.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Serve a made-up clinic group, live.",
        discussion: """
            Loads a month of appointments, sessions, log-ins and errors on the first start, then \
            feeds what happens now over the binary protocol, and shows it. Meanwhile, in another \
            terminal: aura count --by day, aura tail -f, aura status.
            """)

    @Option(help: "Where its data lies. Default: $XDG_STATE_HOME/aura/demo.")
    var dataDir: String?

    @Option(help: "Where the binary protocol listens: host:port.")
    var listen = "127.0.0.1:7171"

    @Option(help: "The most memory the server uses, such as 320MiB.")
    var memoryLimit: String?

    @Option(help: "How fast the clinics' clocks go from now on.")
    var speed = 1.0

    @Option(help: "How many days of history the first start loads.")
    var days = 30

    @Option(help: "Which clinics are made up.")
    var seed: UInt64 = 1

    @Option(help: "End after so many seconds.")
    var seconds: Double?

    @Option(help: "The server's certificate and its chain: a PEM file.")
    var tlsCertificate: String?

    @Option(help: "The certificate's private key: a PEM file.")
    var tlsPrivateKey: String?

    @Option(help: "Which connections must use TLS: never, remote or always.")
    var tlsRequired: String?

    @OptionGroup(title: "TLS of what feeds it and looks on") var tls: TLSOptions

    func validate() throws {
        guard speed > 0, speed <= 100_000 else {
            throw ValidationError("--speed \(speed) is not above 0 and at most 100000")
        }
        guard (1...366).contains(days) else {
            throw ValidationError("--days \(days) is not within 1...366")
        }
    }

    func run() async throws {
        let signals = Signals()
        let settings = try settings()
        let server = try await RunningServer.start(settings, logger: Serve.logger(.warning))
        do {
            try await live(server, signals)
        } catch {
            try await server.stop()
            throw error
        }
        try await server.stop()
        StandardError.write("ended in order; start it again to go on\n")
    }

    /// The configuration of a demonstration: that of a server, without files and variables.
    private func settings() throws -> Configuration {
        let variables = ProcessInfo.processInfo.environment
        let home = nonEmpty(variables["HOME"]).map { "\($0)/.local/state" }
        guard
            let state = dataDir
                ?? (nonEmpty(variables["XDG_STATE_HOME"]) ?? home).map({ "\($0)/aura/demo" })
        else { throw CommandFailure(.usage, "no HOME in the environment", hint: "give --data-dir") }
        var flags: [ConfigurationKey: String] = [.dataDirectory: state, .listen: listen]
        flags[.memoryLimit] = memoryLimit
        flags[.tlsCertificate] = tlsCertificate
        flags[.tlsPrivateKey] = tlsPrivateKey
        flags[.tlsRequired] = tlsRequired
        return try Configuration.resolve(flags: flags).configuration
    }

    private func live(_ server: RunningServer, _ signals: Signals) async throws {
        let group = ClinicGroup(seed: seed)
        let now = WallClock.now
        try await load(server, group, until: now)
        StandardOutput.write("listening on \(server.address)\n")
        let headline = "Aura demo, listening on \(server.address); Ctrl-C ends it"
        var configuration = ClientConfiguration(
            host: server.address.host, port: server.address.port)
        configuration.linger = .milliseconds(20)
        configuration.tls = try tls.settings([:], isAsked: tlsRequired == "always")
        let client = AuraClient(configuration)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await feed(client, DemoFeed(group, after: now), from: now) }
            tasks.addTask { try await show(client, headline) }
            tasks.addTask { _ = await signals.wait() }
            if let seconds { tasks.addTask { try await Task.sleep(for: .seconds(seconds)) } }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
        try await client.close()
    }

    private func load(
        _ server: RunningServer, _ group: ClinicGroup, until now: Timestamp
    ) async throws {
        var line = ProgressLine(terminal: .errors, isForced: false, isQuiet: false)
        let history = DemoHistory(store: server.opened.store, group: group, days: days)
        let start = ContinuousClock.now
        let count = try await history.load(until: now) { events, fraction in
            line.update(ProgressLine.State(events: Int64(events), fraction: fraction))
        }
        line.clear()
        let elapsed = Figures.duration(start.duration(to: .now) / .seconds(1))
        StandardError.write("\(Figures.grouped(count)) events of history loaded in \(elapsed)\n")
    }

    /// Records what happens at the clinics, as it happens there.
    private func feed(
        _ client: AuraClient, _ feed: DemoFeed, from start: Timestamp
    ) async throws {
        var feed = feed
        let begin = ContinuousClock.now
        while true {
            try await Task.sleep(for: .milliseconds(100))
            let elapsed = begin.duration(to: .now) / .microseconds(1) * speed
            let due = Timestamp(microseconds: start.microseconds + Int64(elapsed))
            for var event in feed.next(until: due) {
                // Clocks that go faster are ahead; what is recorded happens now.
                if speed != 1 { event.time = WallClock.now }
                try await client.recordBuffered(event)
            }
        }
    }

    private func show(_ client: AuraClient, _ headline: String) async throws {
        var screen = DemoScreen(terminal: .output, headline: headline)
        var earlier: [(time: Timestamp, total: UInt64)] = []
        while true {
            let now = WallClock.now
            let requests = DemoPicture.requests(now: now)
            let totals = try await client.count(requests.totals)
            let minutes = try await client.count(requests.minutes)
            let total = totals.rows.reduce(0) { $0 + $1.count }
            earlier.append((now, total))
            if earlier.count > 11 { earlier.removeFirst() }
            let span = Double(now.microseconds - earlier[0].time.microseconds) / 1_000_000
            let rate = span > 0 ? Double(total - earlier[0].total) / span : 0
            screen.show(DemoPicture(time: now, rate: rate, totals: totals, minutes: minutes))
            try await Task.sleep(for: .seconds(1))
        }
    }
}
