import ArgumentParser

/// `aura version`: the program and the formats it reads and writes.
struct ShowVersion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version and the versions of the formats.")

    @OptionGroup var output: OutputOptions

    func run() {
        let columns = ["aura", "log", "swift"].map { Answer.Column(name: $0) }
        let row: [Answer.Cell] = [
            .text(Version.number), .integer(Int64(Version.log)), .text(Version.swift),
        ]
        output.write(Answer(columns: columns, rows: [row]), to: .output)
    }
}

/// `aura help exit-codes`: its text is its help.
struct ExitCodes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes", abstract: "What the exit codes mean.",
        discussion: ExitStatus.list)

    func run() {
        StandardOutput.write(ExitStatus.list + "\n")
    }
}
