import ArgumentParser
import AuraCore
import AuraImport

/// The flags of `aura ingest` that say what the input is and what becomes of it.
///
/// They are part of an import's identity: other mappings make other batches of the same file.
struct IngestOptions: ParsableArguments {
    /// The kinds of input.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case ndjson, csv, tsv
    }

    @Option(help: "ndjson, csv or tsv. Default: by the file's name, else by its first character.")
    var format: Format?

    @Option(help: "The character between the fields of a CSV file, or 'tab'. Default: found out.")
    var delimiter: String?

    @Option(
        name: .customLong("map"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Which column is what; given several times, a row gives one event for each.",
            discussion: "type=COLUMN or type='text', time=COLUMN:timestamp:FORMAT@ZONE, id=COLUMN, "
                + "attribute=COLUMN:type, when=COLUMN=value, * for all other columns."))
    var mappings: [String] = []

    @Option(help: "The type of all events, unless --map says where it stands.")
    var type: String?

    @Option(
        help: "How times are written: auto, iso, s, ms, us, ns, or a pattern such as %d.%m.%Y.")
    var timeFormat: String?

    @Option(help: "The zone of times without an offset: UTC, +02:00 or Europe/Berlin.")
    var timeZone: String?

    @Option(help: "Events of one batch, 1 to 65536.")
    var batchSize = 4_096

    func validate() throws {
        guard (1...Limits.batchRows).contains(batchSize) else {
            throw ValidationError("--batch-size \(batchSize) is not within 1...\(Limits.batchRows)")
        }
        if mappings.count > 8 { throw ValidationError("more than 8 times --map") }
        _ = try delimiterByte()
    }

    /// What the importer does with a file of that name.
    func options(forFile name: String) throws -> ImportOptions {
        var options = ImportOptions()
        options.batchRows = batchSize
        options.privacy = PrivacyRules(identifiers: SchemaRegistry().identifierNames)
        options.format = try format(forFile: name)
        do throws(MappingError) {
            let format = try assumedTimeFormat()
            let texts = mappings.isEmpty ? ["*"] : mappings
            options.mappings = try texts.map { text throws(MappingError) in
                try ColumnMapping(text, zoneNamed: TimeZoneFiles.rules)
                    .assuming(type: type, timeFormat: format)
            }
        } catch {
            throw CommandFailure(
                .usage, "the mapping: \(error.description)", hint: "see 'aura ingest --help'")
        }
        return options
    }

    /// All that decides which batches come of a file, as text.
    func identity(_ options: ImportOptions) -> String {
        let parts = mappings + [type ?? "", timeFormat ?? "", timeZone ?? "", "\(batchSize)"]
        return "\(options.format)\n" + parts.joined(separator: "\n")
    }

    private func assumedTimeFormat() throws(MappingError) -> TimeFormat? {
        if timeFormat == nil, timeZone == nil { return nil }
        let zone = timeZone.map { "@" + $0 } ?? ""
        return try TimeFormat((timeFormat ?? "auto") + zone, zoneNamed: TimeZoneFiles.rules)
    }

    private func format(forFile name: String) throws -> ImportOptions.Format {
        let delimiter = try delimiterByte()
        let name = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        switch format {
        case .ndjson?: return .ndjson
        case .csv?: return .csv(delimiter: delimiter)
        case .tsv?: return .csv(delimiter: delimiter ?? UInt8(ascii: "\t"))
        case nil where name.hasSuffix(".tsv"):
            return .csv(delimiter: delimiter ?? UInt8(ascii: "\t"))
        case nil where name.hasSuffix(".csv") || delimiter != nil:
            return .csv(delimiter: delimiter)
        case nil where [".ndjson", ".jsonl", ".json"].contains(where: name.hasSuffix):
            return .ndjson
        case nil: return .automatic
        }
    }

    private func delimiterByte() throws -> UInt8? {
        guard let delimiter else { return nil }
        if delimiter == "tab" || delimiter == "\\t" { return UInt8(ascii: "\t") }
        guard delimiter.utf8.count == 1, let byte = delimiter.utf8.first,
            !"\"\r\n".utf8.contains(byte)
        else {
            throw ValidationError(
                "--delimiter '\(delimiter)' is no single byte that can stand between fields: write "
                    + "one character of ASCII, such as ; or ^, or 'tab'")
        }
        return byte
    }
}
