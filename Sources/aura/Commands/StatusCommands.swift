import ArgumentParser
import AuraClient
import AuraCore
import AuraWire

/// `aura status`: how a server is.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: """
            Show how the server is; status 1 where it takes no events, 3 where some cannot be read.
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let server = ServerConnection(try connection.configuration())
        let status = try await server.run { try await $0.status() }
        output.write(properties: Status.properties(status, server.address), to: .output)
        guard status.isWritable else {
            throw CommandFailure(
                .failed, "the log cannot be written; reads go on",
                hint: "mend the disk and restart the server")
        }
        if !status.missing.isEmpty {
            let parts = status.missing.map { "\n  " + $0.words }.joined()
            throw CommandFailure(
                .findings, "answers are not whole; these cannot be read:\(parts)",
                hint: "put the files back from a copy; the server's log says what is wrong")
        }
    }

    private static func state(_ status: StatusInfo) -> String {
        if !status.isWritable { return "critical" }
        return status.missing.isEmpty ? "healthy" : "degraded"
    }

    private static func properties(
        _ status: StatusInfo, _ address: ListenAddress
    ) -> [(name: String, cell: Answer.Cell)] {
        let store = UInt64(status.incarnation)
        return [
            ("server", .text(address.description)),
            ("status", .text(state(status))),
            ("time", .text(Timestamp(microseconds: status.serverTime).description)),
            ("uptime_seconds", .count(status.uptime / 1_000_000)),
            ("store", .text(ContentHash.text(store))),
            ("events", .count(status.visible)),
            ("stable_events", .count(status.stable)),
            ("memory_bytes", .count(status.memoryBytes)),
            ("memory_limit_bytes", .count(status.memoryLimit)),
            ("connections", .count(UInt64(status.connections))),
            ("maximum_connections", .count(UInt64(status.maximumConnections))),
            ("complete", .bool(status.missing.isEmpty)),
            ("missing_chunks", .count(UInt64(status.missing.count))),
            ("missing_events", .count(status.missing.reduce(0) { $0 + $1.count })),
            ("scrub_rounds", .count(status.scrub.rounds)),
            ("scrub_bytes_read", .count(status.scrub.bytesRead)),
            ("scrub_bytes", .count(status.scrub.bytes)),
            ("scrub_last_round", .text(status.scrub.lastRound?.description ?? "never")),
            ("scrub_findings", .count(status.scrub.findings)),
            ("scrub_last_finding", .text(status.scrub.lastFinding)),
        ] + status.counters.map { ($0.name, .count($0.value)) }
    }
}

/// `aura ping`: whether a server answers, and how fast.
struct Ping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping", abstract: "Ask the server for a sign of life.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let server = ServerConnection(try connection.configuration())
        let time = try await server.run { try await $0.ping() }
        let milliseconds = Figures.fixed(time / .milliseconds(1), places: 3)
        StandardOutput.write("\(server.address) answered in \(milliseconds) ms\n")
    }
}
