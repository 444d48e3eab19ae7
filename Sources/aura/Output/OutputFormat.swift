import ArgumentParser
import AuraCore

/// How answers are written.
enum OutputFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    case table, box, vertical, csv, tsv, json, jsonl, markdown
}

/// The flags of every command that answers with rows.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("format")],
        help: ArgumentHelp(
            "table, box, vertical, csv, tsv, json, jsonl or markdown. "
                + "Default: table on a terminal, else tsv."))
    var output: OutputFormat?

    @Flag(help: "The same as --format json.")
    var json = false

    @Flag(help: "Leave out the names of the columns (csv, tsv).")
    var noHeader = false

    @Option(help: "What stands for an absent value (all but json, jsonl).")
    var null: String?

    @Option(help: "The most rows that a terminal shows (table, box, vertical); 0 shows all.")
    var maxRows = 40

    @Flag(name: .shortAndLong, help: "Print nothing but the answer.")
    var quiet = false

    func validate() throws {
        if json, let output, output != .json {
            throw ValidationError("--json contradicts --format \(output.rawValue)")
        }
    }

    /// The format in which rows are printed.
    func format(for terminal: Terminal) -> OutputFormat {
        json ? .json : output ?? (terminal.isInteractive ? .table : .tsv)
    }

    /// Prints rows in the format asked for.
    ///
    /// - Parameter isComplete: Where it is false, each object of the JSON formats says so; the
    ///   others are told by status and message alone.
    func write(_ answer: Answer, isComplete: Bool = true, to terminal: Terminal) {
        var writer = writer(answer.columns, isComplete: isComplete, to: terminal)
        for row in answer.rows { writer.write(row) }
        writer.end()
    }

    /// Prints rows in the format asked for, as they come.
    ///
    /// - Parameter absent: What stands for an absent value in the formats for people, unless the user
    ///   says what.
    func writer(
        _ columns: [Answer.Column], isComplete: Bool = true, absent: String = "",
        to terminal: Terminal
    ) -> any RowWriter {
        let limit = terminal.isInteractive && maxRows > 0 ? maxRows : nil
        let shown = null ?? absent
        return switch format(for: terminal) {
        case .table: TableWriter(columns, terminal, .none, null: shown, maximumRows: limit)
        case .box: TableWriter(columns, terminal, .box, null: shown, maximumRows: limit)
        case .vertical: VerticalWriter(columns, terminal, null: shown, maximumRows: limit)
        case .csv:
            DelimitedWriter(columns, DelimitedForm(.csv, null: null ?? ""), hasHeader: !noHeader)
        case .tsv:
            DelimitedWriter(columns, DelimitedForm(.tsv, null: null ?? ""), hasHeader: !noHeader)
        case .json: JSONWriter(columns, isArray: true, isComplete: isComplete)
        case .jsonl: JSONWriter(columns, isArray: false, isComplete: isComplete)
        case .markdown: MarkdownWriter(columns, null: shown)
        }
    }

    /// Prints one thing by its properties: an object in JSON, else a line for each.
    func write(properties: [(name: String, cell: Answer.Cell)], to terminal: Terminal) {
        let format = json ? .json : output ?? (terminal.isInteractive ? .table : .json)
        guard format == .json || format == .jsonl else {
            let rows = properties.map { [.text($0.name), $0.cell] }
            let columns = [Answer.Column(name: "name"), Answer.Column(name: "value")]
            return write(Answer(columns: columns, rows: rows), to: terminal)
        }
        let fields = properties.map { JSONEncoding.quoted($0.name) + ":" + $0.cell.json }
        StandardOutput.write("{" + fields.joined(separator: ",") + "}\n")
    }
}
