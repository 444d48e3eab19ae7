import ArgumentParser
import AuraClient
import AuraCore
import AuraImport

/// `aura ingest`: files of events into a store, each event once whatever happens on the way.
struct Ingest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Store the events of NDJSON, CSV or TSV files, plain or gzipped.",
        discussion: """
            Examples:
              aura ingest events.ndjson
              gunzip -c big.gz | aura ingest - --format csv --type visit
              aura ingest log.csv --map 'type=Activity:snake,time="Complete Timestamp",case="Case ID",*'

            A run that was ended in any way, or whose server was, is continued by running it again: \
            nothing is lost and nothing stored twice. The store knows a file for at least seven days \
            after its last batch. Rows that give no event go into FILE.rejects, and the exit code \
            is 7.
            """)

    @Argument(help: "Files to read; '-' is the standard input.")
    var files: [String]

    @OptionGroup var options: IngestOptions
    @OptionGroup var connection: ConnectionOptions

    @Option(help: "The name under which batches are numbered. Default: made of file and mapping.")
    var producer: String?

    @Flag(inversion: .prefixedNo, help: "Go on where an earlier run of the same file ended.")
    var resume = true

    @Option(help: "Where rejected rows go, as TSV or by the name as NDJSON. Default: FILE.rejects.")
    var rejectFile: String?

    @Option(help: "Give up after so many rejected rows.")
    var maxRejects: Int64?

    @Option(help: "Batches that may wait for their acknowledgement, 1 to 64.")
    var inFlight = 64

    @Option(help: "At most so many events a second.")
    var rate: Double?

    @Option(help: "How long to wait for a server that has gone, such as 60s.")
    var retryFor: String?

    @Flag(help: "Read and count only: show the mapping and the first events.")
    var dryRun = false

    @Flag(help: "Tell the progress also where nobody looks on.")
    var progress = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("no file is given") }
        if files.count > 1, producer != nil || rejectFile != nil {
            throw ValidationError("--producer and --reject-file are for one file at a time")
        }
        guard (1...Limits.producerWindow).contains(inFlight) else {
            throw ValidationError("--in-flight \(inFlight) is not within 1...64")
        }
        if let rate, rate <= 0 { throw ValidationError("--rate \(rate) is not above 0") }
    }

    func run() async throws {
        for file in files { _ = try InputFile(file) }
        if dryRun {
            for file in files { try DryRun(path: file, options: options).run() }
            return
        }
        let signals = Signals()
        let session = IngestSession(
            isQuiet: quiet, isProgressForced: progress, signals: signals)
        var rejected: Int64 = 0
        for file in files {
            let run = try ingestRun(file)
            rejected += try await session.run(run)
        }
        if rejected > 0 { throw CommandFailure(.partial) }
    }

    private func ingestRun(_ file: String) throws -> IngestRun {
        let isPipe = file == InputFile.standardInput
        let importOptions = try options.options(forFile: file)
        return IngestRun(
            path: file, options: importOptions,
            producer: try producer ?? producerName(file, importOptions),
            rejectPath: rejectFile ?? (isPipe ? "ingest.rejects" : file + ".rejects"),
            maximumRejects: maxRejects, eventsPerSecond: rate,
            connection: ServerConnection(try clientConfiguration(), patience: try patience()),
            progress: IngestProgress(), isResumable: resume && (!isPipe || producer != nil))
    }

    /// A name that stands for the content and the mapping; one that nobody else draws where the
    /// input cannot be read twice, or is to be stored once more.
    private func producerName(_ file: String, _ importOptions: ImportOptions) throws -> String {
        guard resume, file != InputFile.standardInput, try InputFile(file).size != nil else {
            return ClientConfiguration.randomProducer()
        }
        let content = ContentHash.text(try ContentHash.of(file))
        let mapping = Checksum.hash64(Array(options.identity(importOptions).utf8).rawSpan)
        return "ingest-\(content)-\(ContentHash.text(mapping))"
    }

    private func clientConfiguration() throws -> ClientConfiguration {
        var configuration = try connection.configuration()
        configuration.inFlight = inFlight
        return configuration
    }

    /// A server that was never there is not waited for long, unless that is asked for.
    private func patience() throws -> (first: Duration, later: Duration) {
        guard let retryFor else { return (ServerConnection.firstPatience, .seconds(60)) }
        guard let limit = TimeExpression.microseconds(retryFor) else {
            throw CommandFailure(
                .usage, "'\(retryFor)' is no duration for --retry-for", hint: "write 60s or 5m")
        }
        return (.microseconds(limit), .microseconds(limit))
    }
}
