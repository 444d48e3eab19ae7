import ArgumentParser
import Dispatch
import Foundation

/// Loads an Aura server over the binary protocol and tells how long acknowledgements took.
///
/// `Benchmarks/README.md` states the contract.
@main
struct AuraLoad: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aura-load",
        abstract: "Durable ingest into an Aura server: rate and time to acknowledgement.")

    @Option(help: "The server's address, a number.")
    var host = "127.0.0.1"
    @Option(help: "The server's port.")
    var port: UInt16 = 7171
    @Option(help: "An API key, if the server asks for one.")
    var key: String?
    @Option(help: "The events, one JSON object a line.")
    var ndjson: String
    @Option(help: "Take this many events of the file, then begin again.")
    var events = 1_000_000
    @Option(help: "Events of one batch.")
    var batch = 1_000
    @Option(help: "Connections, each with a producer of its own.")
    var connections = 1
    @Option(help: "Batches that a connection may have sent and not acknowledged.")
    var inFlight = 1
    @Option(help: "Send for this long, then wait for what is in flight.")
    var seconds = 2.0
    @Option(help: "Events per second offered on a schedule; 0: as fast as acknowledged.")
    var rate = 0.0
    @Flag(help: "Print the result as one JSON object.")
    var json = false
    @Option(help: "Send nothing: write the encoded batches to a file, each after its size.")
    var writeBatches: String?

    func validate() throws {
        guard batch >= 1, events >= batch, connections >= 1, inFlight >= 1, inFlight <= 64,
            seconds > 0, rate >= 0
        else {
            throw ValidationError(
                "batch, connections, in-flight (at most 64) and seconds must be positive, "
                    + "events at least one batch")
        }
    }

    func run() throws {
        let batches = try EncodedBatches(ndjson: ndjson, events: events, batchRows: batch)
        if let writeBatches {
            try batches.write(to: writeBatches)
            return
        }
        let loads = try (0..<connections).map { index in
            try ConnectionLoad(
                index: index, plan: plan, batches: batches,
                link: WireConnection(host: host, port: port, key: key, name: producer(index)))
        }
        let cpu = Clock.processorSeconds()
        let start = Clock.seconds()
        let failures = LoadThreads.run(loads.count) { try loads[$0].run(from: start) }
        let result = LoadResult(
            loads: loads, batchRows: batch, seconds: Clock.seconds() - start,
            cpu: Clock.processorSeconds() - cpu)
        if let failure = failures.first { throw failure }
        print(json ? result.json : result.text)
    }

    private var plan: LoadPlan {
        LoadPlan(
            inFlight: inFlight, seconds: seconds, connections: connections,
            interval: rate > 0 ? Double(batch) / rate : nil)
    }

    /// A name that no other run uses: a name keeps its numbers for good.
    private func producer(_ index: Int) -> String {
        "aura-load-\(ProcessInfo.processInfo.processIdentifier)-"
            + "\(UInt64.random(in: 0...UInt64.max))-\(index)"
    }
}

/// What every connection does.
struct LoadPlan: Sendable {
    let inFlight: Int
    let seconds: Double
    let connections: Int
    /// Seconds from one batch being due to the next, all connections together; nil: no schedule.
    let interval: Double?
}

/// Why a load failed.
struct LoadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// A failure of a system call.
    init(errno: Int32, _ call: String) {
        description = "\(call): \(String(cString: strerror(errno)))"
    }
}

/// Threads that block, one for each connection.
enum LoadThreads {
    /// Runs the body once for each index below `count`, all at once; returns what was thrown.
    static func run(
        _ count: Int, _ body: @escaping @Sendable (Int) throws -> Void
    ) -> [any Error] {
        let group = DispatchGroup()
        let failures = DispatchQueue(label: "failures")
        // Touched on the queue `failures` alone until the group is done.
        nonisolated(unsafe) var thrown: [any Error] = []
        for index in 0..<count {
            group.enter()
            Thread {
                do { try body(index) } catch { failures.sync { unsafe thrown.append(error) } }
                group.leave()
            }.start()
        }
        group.wait()
        return unsafe thrown
    }
}
