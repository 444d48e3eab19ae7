import ArgumentParser
import AuraWire

/// `aura version`: the program and the formats it reads and writes.
struct ShowVersion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version and the versions of the formats.")

    @OptionGroup var output: OutputOptions

    func run() {
        output.write(
            properties: [
                ("aura", .text(Version.number)), ("log", .integer(Int64(Version.log))),
                ("protocol", .integer(Int64(WireVersion.supported.upperBound))),
                ("swift", .text(Version.swift)),
            ], to: .output)
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
