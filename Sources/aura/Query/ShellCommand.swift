import AuraCore

/// What the shell does beside asking statements: a line that begins with a backslash.
enum ShellCommand: String, CaseIterable {
    case help = "?"
    case quit = "q"
    case describe = "d"
    case explain
    case format
    case history
    case input = "i"
    case set
    case timing
    case vertical = "x"
    case watch

    /// The name with the backslash.
    var written: String { "\\" + rawValue }

    /// What follows the name.
    private var argument: String {
        switch self {
        case .help, .quit, .timing, .vertical: ""
        case .describe: "[table]"
        case .explain: "[query]"
        case .format: "[format]"
        case .history: "[off|redacted|full]"
        case .input: "file"
        case .set: "[name [value]]"
        case .watch: "[seconds]"
        }
    }

    private var purpose: String {
        switch self {
        case .help: "this list"
        case .quit: "leave, as Ctrl-D does"
        case .describe: "the tables, or the columns of one"
        case .explain: "how a query is answered; the last one if there is none"
        case .format: OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")
        case .history: "what is kept of queries in the history's file"
        case .input: "answer the queries of a file"
        case .set: "give the parameter $name a value, or none; list them"
        case .timing: "print the time that a query takes, or no more"
        case .vertical: "one line for each column, or tables again"
        case .watch: "ask the last query again and again, until Ctrl-C"
        }
    }

    /// The command that a name means: as it stands, by its other name, or by its start if no other
    /// begins so; nil if there is none.
    static func named(_ name: String) -> ShellCommand? {
        if let command = ShellCommand(rawValue: name) { return command }
        switch name {
        case "o": return .format
        case "h": return .help
        default: break
        }
        let near = allCases.filter { $0.rawValue.hasPrefix(name) }
        return near.count == 1 && !name.isEmpty ? near[0] : nil
    }

    /// As `named`, with what was perhaps meant.
    static func find(_ name: String) throws(CommandFailure) -> ShellCommand {
        if let command = named(name) { return command }
        let near = nearest(to: name, among: allCases.map(\.rawValue).filter { $0.count > 1 })
        throw CommandFailure(
            .usage, "there is no command \\\(name)",
            hint: near.map { "did you mean \\\($0)?" } ?? "\\? lists them")
    }

    /// All of them, one a line.
    static var list: String {
        let heads = allCases.map { command in
            let other = command == .format ? ", \\o" : ""
            return command.written + other + (command.argument.isEmpty ? "" : " ")
                + command.argument
        }
        let width = heads.map(\.count).max() ?? 0
        let lines = zip(heads, allCases).map { head, command in
            "  " + head + String(repeating: " ", count: width - head.count + 2) + command.purpose
        }
        return """
            A query ends with a semicolon and may have several lines.
            \(lines.joined(separator: "\n"))
            Tab completes a word, Ctrl-R looks back, Ctrl-C leaves a line or cancels a query.

            """
    }
}
