import ArgumentParser
import AuraCore
import AuraEngine
import AuraQuery
import AuraStorage
import Foundation

/// `aura query`: SQL over the events of a data directory.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask the events of a data directory in SQL.",
        discussion: """
            Examples:
              aura query --data-dir data 'SELECT type, count(*) FROM events GROUP BY type'
              aura query --data-dir data -f question.sql -o csv
              echo 'DESCRIBE events' | aura query --data-dir data

            The table 'events' has the columns time, type, sequence and every attribute by its name; \
            the events of one type are a table of its name. No server may be using the directory.
            """)

    @Option(help: "The data directory.")
    var dataDir: String

    @OptionGroup var output: OutputOptions

    @Option(name: .customShort("f"), help: "Read the query from this file.")
    var file: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A value for a parameter of the query: name=value, as a text.")
    var parameter: [String] = []

    @Option(help: "The zone of days and hours.")
    var timeZone = "UTC"

    @Flag(help: "Print the time that the query took.")
    var timing = false

    @Argument(help: "The query; standard input if there is none.")
    var query: String?

    func validate() throws {
        guard query == nil || file == nil else {
            throw ValidationError("give the query or a file, not both")
        }
    }

    func run() async throws {
        let text = try self.text()
        let settings = try self.settings()
        let store = try EventStore(configuration())
        let start = ContinuousClock.now
        let result = Result<QueryAnswer, QueryFailure> { () throws(QueryFailure) in
            try PreparedQuery(text, over: store.snapshot, settings).answer()
        }
        let elapsed = start.duration(to: .now)
        try store.close()
        let answer: QueryAnswer
        do { answer = try result.get() } catch {
            let status: ExitStatus = if case .text = error { .usage } else { .failed }
            throw CommandFailure(status, error.description(in: text))
        }
        output.write(Answer(answer), isComplete: answer.isComplete, to: .output)
        if timing { StandardError.write("\(Figures.duration(elapsed / .seconds(1)))\n") }
        guard answer.isComplete else {
            throw CommandFailure(
                .partial,
                "\(answer.missing.count) chunks cannot be read, and the answer lacks their events",
                hint: "'aura store verify' tells what is damaged")
        }
    }

    private func text() throws -> String {
        if let query { return query }
        let data =
            file.map { FileManager.default.contents(atPath: $0) }
            ?? FileHandle.standardInput.readDataToEndOfFile()
        guard let data else { throw CommandFailure(.usage, "cannot read \(file ?? "")") }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.usage, "the query is no UTF-8")
        }
        return text
    }

    private func settings() throws -> QuerySettings {
        var settings = QuerySettings(now: WallClock.now)
        settings.zoneNamed = { TimeZoneFiles.rules(named: $0) }
        guard let zone = TimeZoneFiles.rules(named: timeZone) else {
            throw CommandFailure(.usage, "there is no time zone '\(timeZone)'")
        }
        settings.zone = zone.fixedOffset == 0 ? .utc : zone
        for parameter in parameter {
            guard let equals = parameter.firstIndex(of: "=") else {
                throw CommandFailure(.usage, "'\(parameter)' is no name=value")
            }
            let name = String(parameter[..<equals])
            settings.parameters[name] = .text(String(parameter[parameter.index(after: equals)...]))
        }
        return settings
    }

    private func configuration() -> EventStoreConfiguration {
        EventStoreConfiguration(
            directory: dataDir, newIncarnation: UInt64.random(in: 1...UInt64.max),
            fileSystem: PosixFileSystem(), clock: WallClock.microseconds)
    }
}

extension Answer {
    /// The rows that a query has answered.
    init(_ answer: QueryAnswer) {
        self.init(
            columns: answer.columns.map { column in
                Column(name: column.name, isNumeric: column.type.isNumeric)
            },
            rows: (0..<answer.rowCount).map { row in answer.row(row).map { Cell($0) } })
    }
}

extension Answer.Cell {
    /// A value of a query.
    init(_ value: Value) {
        switch value {
        case .null: self = .absent
        case .bool(let value): self = .bool(value)
        case .int64(let value): self = .integer(value)
        case .float64(let value): self = .number(value)
        case .int128(let value):
            // JSON has whole numbers of any size.
            self = Int64(exactly: value).map { .integer($0) } ?? .text(String(value))
        default: self = .text(value.description)
        }
    }
}
