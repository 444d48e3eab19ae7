import ArgumentParser
import AuraClient
import AuraCore

/// `aura bench`: puts a server under load and tells how it bears it.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Put a server under load: throughput, and latencies of acknowledgements.",
        discussion: """
            Examples:
              aura bench
              aura bench --connections 8 --batch 4096 --in-flight 8 --duration 30s
              aura bench --rate 300000 --duration 1m --verify
              aura bench --batches 1000 -o json

            Without --rate the loop is closed: each acknowledgement lets the next batch go, and \
            latencies count from when a batch is sent. With --rate it is open: batches are due \
            evenly, whatever the server does, and latencies count from when a batch was due, so that \
            a stall is charged to every batch that it delays. What is due and not sent at the end \
            counts as long as it waited.

            The events are stored like any others. They are those of the catalogue under types \
            of their own, \(BenchBatches.prefix)user.login and so on, with the attribute \
            \(BenchBatches.runAttribute), under producers named after --producer; they are \
            encoded beforehand. A server that refuses for want of memory or disk, or \
            goes, ends the run early: what was measured is printed, and the status is 1.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "How many connections, each with a producer of its own.")
    var connections = 1

    @Option(help: "Events of a batch.")
    var batch = 100

    @Option(help: "Batches of a connection that may wait for their acknowledgements.")
    var inFlight = 1

    @Option(help: "Open loop: events a second, over all connections.")
    var rate: Double?

    @Option(help: "How long to measure, such as 10s or 5m. Default: 3s.")
    var duration: String?

    @Option(help: "How many batches to measure instead.")
    var batches: Int?

    @Option(help: "How long the load goes before it is measured.")
    var warmUp = "1s"

    @Option(help: "The shape of the events: a type of the catalogue, or all, which take turns.")
    var eventType = "all"

    @Option(help: "The same seed gives the same events, their times apart.")
    var seed: UInt64 = 1

    @Option(help: "What the names of the producers begin with; two runs at a time need two.")
    var producer = "aura-bench"

    @Flag(help: "Ask the server at the end how many of the events it has; status 3 if not all.")
    var verify = false

    /// Beyond it the generator could not keep to its own schedule.
    private static let mostBatchesPerSecond = 1e6

    func run() async throws {
        let plan = try plan()
        let run = BenchRun(plan: plan, batches: try encoded(plan), producer: producer)
        let size = run.batches.batches.reduce(0) { max($0, $1.count) }
        var configuration = try connection.configuration()
        configuration.inFlight = plan.inFlight
        // Batches are kept until they are stable: never what holds back the next.
        configuration.bufferBytes = max(configuration.bufferBytes, 4 * plan.inFlight * size)
        let server = ServerConnection(configuration)
        let result = try await server.run { try await run.run(server, $0) }
        let stored = verify ? try await server.run { try await run.stored($0) } : nil
        let report = BenchReport(plan: plan, result: result, stored: stored)
        output.write(properties: report.properties, to: .output)
        try tell(report, server.watch.takeWarnings())
    }

    private func tell(_ report: BenchReport, _ warnings: [String]) throws {
        if !output.quiet {
            for warning in Set(warnings).union([report.warning].compactMap(\.self)).sorted() {
                StandardError.write("warning: \(warning)\n")
            }
        }
        if let finding = report.finding {
            throw CommandFailure(.findings, finding, hint: "keep the server's data and log")
        }
        if let trouble = report.result.trouble {
            throw CommandFailure(
                .failed, "the run ended early: \(trouble)",
                hint: "the figures are of what was acknowledged before")
        }
    }

    /// What the flags ask for.
    func plan() throws -> BenchPlan {
        var plan = BenchPlan()
        plan.connections = try whole(connections, in: 1...1_024, "--connections")
        plan.batchRows = try whole(batch, in: 1...Limits.batchRows, "--batch")
        plan.inFlight = try whole(inFlight, in: 1...Limits.producerWindow, "--in-flight")
        if let rate, !(rate > 0 && rate / Double(batch) <= Bench.mostBatchesPerSecond) {
            throw CommandFailure(
                .usage, "--rate \(rate) is not possible in batches of \(batch)",
                hint: "more than 0, at most 1000000 batches a second")
        }
        plan.eventsPerSecond = rate
        plan.warmUp = try time(warmUp, "--warm-up")
        switch (batches, duration) {
        case (.some, .some):
            throw CommandFailure(.usage, "--batches and --duration contradict each other")
        case (let batches?, nil):
            plan.length = .batches(try whole(batches, in: 1...1_000_000_000, "--batches"))
        case (nil, let duration):
            let time = try time(duration ?? "3s", "--duration")
            guard time > .zero else {
                throw CommandFailure(.usage, "--duration 0s measures nothing")
            }
            plan.length = .time(time)
        }
        guard (1...Limits.producerNameBytes - 5).contains(producer.utf8.count) else {
            throw CommandFailure(
                .usage, "--producer has \(producer.utf8.count) bytes",
                hint: "1 to \(Limits.producerNameBytes - 5) are possible")
        }
        return plan
    }

    private func encoded(_ plan: BenchPlan) throws -> BenchBatches {
        var random = SystemRandomNumberGenerator()
        let run = UUIDBytes(high: random.next(), low: random.next())
        return try BenchBatches(
            rows: plan.batchRows, types: try CatalogueSelection.types(eventType), seed: seed,
            now: WallClock.now, run: run)
    }

    private func whole(_ number: Int, in range: ClosedRange<Int>, _ flag: String) throws -> Int {
        guard range.contains(number) else {
            throw CommandFailure(
                .usage, "\(flag) \(number) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func time(_ text: String, _ flag: String) throws -> Duration {
        guard let time = TimeExpression.microseconds(text), time <= 86_400_000_000 else {
            throw CommandFailure(
                .usage, "'\(text)' is no duration for \(flag)",
                hint: "write 10s, 5m or 1h, at most 24h")
        }
        return .microseconds(time)
    }
}
