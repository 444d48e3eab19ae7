import ArgumentParser

/// The command `aura` and its table of commands.
struct Aura: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aura",
        abstract: "Healthcare product analytics with an event store of its own.",
        discussion: """
            Start a server and look at it:
              aura demo
              aura serve --data-dir ./data
              aura ingest events.ndjson
              aura count --by type
              aura metric --by type
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(name: "Server", subcommands: [Serve.self, Demo.self]),
            CommandGroup(name: "Events", subcommands: [Ingest.self, TestEvents.self]),
            CommandGroup(
                name: "Questions",
                subcommands: [
                    QueryCommand.self, Count.self, Metric.self, Tail.self, Status.self, Ping.self,
                ]),
            CommandGroup(
                name: "Administration",
                subcommands: [
                    Admin.self, Keys.self, Store.self, Privacy.self, ConfigurationCommand.self,
                    Bench.self,
                ]),
            CommandGroup(name: "Help", subcommands: [ShowVersion.self, ExitCodes.self]),
        ])
}
