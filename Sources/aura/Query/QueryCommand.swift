import ArgumentParser
import AuraCore
import AuraQuery
import Foundation

/// `aura query`: SQL over the events of a server or a data directory.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask events in SQL.",
        discussion: """
            Examples:
              aura query 'SELECT type, count(*) FROM events GROUP BY type'
              aura query --server aura.example -f question.sql -o csv
              echo 'DESCRIBE events' | aura query
              aura query                       a shell, at a terminal; \\? lists what it knows
              aura query --data-dir data 'SHOW TYPES'
              aura query --body widget.json    a query in JSON; --print-sql shows what it means

            The table 'events' has the columns time, type, sequence and every attribute by its name; \
            the events of one type are a table of its name. A server is asked unless --data-dir names a \
            directory, which no server may be using; it is only read.
            """)

    @Option(help: "A data directory to be read in place of asking a server.")
    var dataDir: String?

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .customShort("f"), help: "Read the queries from this file; - is the standard input.")
    var file: String?

    @Option(help: "Read a query in JSON from this file; - is the standard input.")
    var body: String?

    @Flag(help: "Print the SQL that a query in JSON means, and do not ask it.")
    var printSql = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A value for a parameter of the query: name=value, as a text.")
    var parameter: [String] = []

    @Option(help: "The zone of days and hours, such as Europe/Berlin. Default: UTC.")
    var timeZone: String?

    @Option(help: "Threads that answer a query, at most; one for each processor by default.")
    var threads: Int?

    @Flag(help: "Print the time that each query took.")
    var timing = false

    @Argument(
        help: "The query, or several with semicolons between; standard input if there is none.")
    var query: String?

    func validate() throws {
        guard [query, file, body].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("give the query, a file or a body, and not two of them")
        }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads is from 1 on") }
    }

    func run() async throws {
        let isShell =
            query == nil && file == nil && body == nil && !printSql
            && Terminal.input.isInteractive
        let text = isShell ? "" : try self.text()
        if body != nil || printSql {
            let sql = try QueryText.sql(ofBody: text)
            if printSql { return StandardOutput.write(sql + ";\n") }
        }
        let parameters = try self.parameters()
        let door = try door()
        do {
            if isShell {
                let interrupts = Interrupts()
                let run = QueryRun(
                    door: door, output: output, isTimed: timing, parameters: parameters,
                    shouldStop: { interrupts.isRaised })
                await QueryShell(run, interrupts).live()
            } else {
                let signals = Signals()
                let run = QueryRun(
                    door: door, output: output, isTimed: timing, parameters: parameters,
                    shouldStop: { signals.wasAsked })
                try await run.answer(script: text)
            }
        } catch {
            try await door.close()
            throw error
        }
        try await door.close()
    }

    private func text() throws(CommandFailure) -> String {
        if let query { return query }
        if let path = file ?? body, path != "-" { return try QueryText.read(file: path) }
        return try QueryText.readInput()
    }

    private func door() throws -> any QueryDoor {
        if let dataDir { return try DirectoryDoor(dataDir, settings()) }
        var settings: [String: String] = [:]
        settings["threads"] = threads.map { String($0) }
        settings["timezone"] = timeZone
        return ServerDoor(try connection.configuration(), settings)
    }

    private func settings() throws(CommandFailure) -> QuerySettings {
        var settings = QuerySettings(now: WallClock.now)
        settings.zoneNamed = { TimeZoneFiles.rules(named: $0) }
        if let timeZone {
            guard let zone = TimeZoneFiles.rules(named: timeZone) else {
                throw CommandFailure(.usage, "there is no time zone '\(timeZone)'")
            }
            settings.zone = zone
            settings.zoneName = timeZone
        }
        settings.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        return settings
    }

    /// Values of parameters, all of them texts.
    private func parameters() throws(CommandFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        for parameter in parameter {
            guard let equals = parameter.firstIndex(of: "=") else {
                throw CommandFailure(.usage, "'\(parameter)' is no name=value")
            }
            values[String(parameter[..<equals])] = .text(
                String(parameter[parameter.index(after: equals)...]))
        }
        return values
    }
}
