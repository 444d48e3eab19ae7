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

    @Option(name: .customShort("f"), help: "Read the queries from this file.")
    var file: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A value for a parameter of the query: name=value, as a text.")
    var parameter: [String] = []

    @Option(help: "The zone of days and hours.")
    var timeZone = "UTC"

    @Option(help: "Threads that answer a query, at most; one for each processor by default.")
    var threads: Int?

    @Flag(help: "Print the time that each query took.")
    var timing = false

    @Argument(
        help: "The query, or several with semicolons between; standard input if there is none.")
    var query: String?

    func validate() throws {
        guard query == nil || file == nil else {
            throw ValidationError("give the query or a file, not both")
        }
        guard threads ?? 1 > 0 else { throw ValidationError("--threads is from 1 on") }
    }

    func run() async throws {
        let text = try self.text()
        var session = QuerySession(try settings())
        let store = try EventStore(configuration())
        let result = Result { try answer(text, &session, store.querySource) }
        try store.close()
        try result.get()
    }

    /// Answers one statement after another.
    private func answer(
        _ text: String, _ session: inout QuerySession, _ source: QuerySource
    ) throws {
        var missing = 0
        do throws(QueryFailure) {
            for statement in try QueryScript(text).statements {
                let start = ContinuousClock.now
                guard let answer = try session.answer(statement, over: source) else { continue }
                let elapsed = start.duration(to: .now)
                output.write(Answer(answer), isComplete: answer.isComplete, to: .output)
                if timing {
                    StandardError.write("\(Figures.duration(elapsed / .seconds(1)))\n")
                }
                missing = max(missing, answer.missing.count)
            }
        } catch {
            let status: ExitStatus = if case .text = error { .usage } else { .failed }
            throw CommandFailure(status, error.description(in: text))
        }
        guard missing == 0 else {
            throw CommandFailure(
                .partial,
                "\(missing) chunks cannot be read, and the answer lacks their events",
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
        settings.zone = zone
        settings.zoneName = timeZone
        settings.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
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
        var configuration = EventStoreConfiguration(
            directory: dataDir, newIncarnation: UInt64.random(in: 1...UInt64.max),
            fileSystem: PosixFileSystem(), clock: WallClock.microseconds)
        configuration.indexPlan = .standard
        configuration.cacheBytes = 128 << 20
        return configuration
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
        case .int128(let value): self = .wide(value)
        case .list(let items): self = .list(items.map { Self($0) }, text: value.description)
        default: self = .text(value.description)
        }
    }
}
