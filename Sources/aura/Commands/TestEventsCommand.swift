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

    func validate() throws {
        if count < 1 { throw ValidationError("--count \(count) is no number of events") }
    }

    func run() async throws {
        let types = try CatalogueSelection.types(eventType)
        var random = SeededGenerator(seed: seed ?? UInt64.random(in: 0...UInt64.max))
        let now = WallClock.microseconds()
        // The present is that of the last event, so that none lies in the future.
        let events = (0..<count).compactMap { index in
            let time = Timestamp(microseconds: now - Int64(count - 1 - index))
            return Catalogue.sample(of: types[index % types.count], at: time, using: &random)
        }
        let server = ServerConnection(try connection.configuration())
        try await server.run { client in
            for event in events { try await client.recordBuffered(event) }
            try await client.close()
        }
        for warning in server.watch.takeWarnings() { StandardError.write("\(warning)\n") }
        let kinds = min(types.count, count)
        StandardOutput.write(
            "recorded \(events.count) events of \(kinds == 1 ? types[0] : "\(kinds) types")\n")
    }
}
