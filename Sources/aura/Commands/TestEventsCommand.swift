import ArgumentParser
import AuraClient
import AuraCore

/// `aura test-events`: records made-up events, to see that everything works.
struct TestEvents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test-events",
        abstract: "Record made-up events of the catalogue.",
        discussion: """
            Examples:
              aura test-events --count 10 --event-type all
              aura test-events --event-type user.login --count 5
              aura test-events --spool /var/spool/aura --timeout 2s

            With 'all', the types take turns. The events are as real as any other: use a store of \
            its own.
            """,
        aliases: ["test_analytics"])

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "How many events in all.")
    var count = 31

    @Option(help: "A type of the catalogue, or all.")
    var eventType = "all"

    @Option(help: "The same seed gives the same events, their times apart.")
    var seed: UInt64?

    @Option(
        help: """
            A directory that keeps the events until the server has them, also those of earlier \
            runs: without a server they wait there for the next one.
            """)
    var spool: String?

    @Flag(help: "Record one after another, and print the id of each when it is durable.")
    var each = false

    func validate() throws {
        if count < 1 { throw ValidationError("--count \(count) is no number of events") }
    }

    func run() async throws {
        let types = try CatalogueSelection.types(eventType)
        let events = SampleEvents(
            types: types, count: count, seed: seed ?? UInt64.random(in: 0...UInt64.max),
            haveIDs: each)
        var settings = try connection.configuration()
        settings.spool = spool.map { ClientSpool(directory: $0) }
        if each { settings.spool?.sync = .eachRecord }
        let server = ServerConnection(settings)
        let isStored = try await spool == nil ? send(events, server) : keep(events, server)
        for warning in server.watch.takeWarnings() { StandardError.write("\(warning)\n") }
        let kinds = min(types.count, count)
        let summary = "recorded \(count) events of "
        StandardOutput.write(
            summary + (kinds == 1 ? types[0] : "\(kinds) types")
                + (isStored ? "\n" : "; they wait in the spool for the server\n"))
    }

    private func record(_ events: SampleEvents, _ client: AuraClient) async throws(ClientError) {
        for event in events {
            guard each, case .text(let id)? = event.id else {
                try await client.recordBuffered(event)
                continue
            }
            try await client.record(event)
            StandardOutput.write("\(id)\n")
        }
    }

    private func send(_ events: SampleEvents, _ server: ServerConnection) async throws -> Bool {
        try await server.run { client in
            try await record(events, client)
            try await client.close()
        }
        return true
    }

    /// Records into the spool, whether or not there is a server, and gives the server its time.
    ///
    /// - Returns: Whether it has everything.
    private func keep(_ events: SampleEvents, _ server: ServerConnection) async throws -> Bool {
        let client = server.client
        var isStored = true
        try await record(events, client)
        do throws(ClientError) {
            try await client.flush()
        } catch {
            guard case .unknown = error else { throw error }
            isStored = false
        }
        try await client.close()
        return isStored
    }
}

/// Made-up events of the types in turn.
private struct SampleEvents: Sequence, IteratorProtocol, Sendable {
    private let types: [String]
    private let count: Int
    /// The present is that of the last event, so that none lies in the future.
    private let start: Int64
    private let ids: String?
    private var random: SeededGenerator
    private var index = 0

    init(types: [String], count: Int, seed: UInt64, haveIDs: Bool) {
        self.types = types
        self.count = count
        start = WallClock.microseconds() - Int64(count - 1)
        ids = haveIDs ? "test-\(seed)-" : nil
        random = SeededGenerator(seed: seed)
    }

    mutating func next() -> Event? {
        guard index < count else { return nil }
        defer { index += 1 }
        let time = Timestamp(microseconds: start + Int64(index))
        var event = Catalogue.sample(of: types[index % types.count], at: time, using: &random)
        event?.id = ids.map { .text("\($0)\(index)") }
        return event
    }
}
