import ArgumentParser
import AuraCore
import Glibc

/// Where the process begins.
@main
enum Program {
    static func main() async {
        // Files that may not grow further fail as full disks do, instead of ending the process.
        _ = signal(SIGXFSZ, SIG_IGN)
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        exit(status.rawValue)
    }

    /// Runs one command line, prints what went wrong, and says how the process is to end.
    static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            var command = try Aura.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .ok
        } catch {
            return report(error, arguments)
        }
    }

    private static func report(_ error: any Error, _ arguments: [String]) -> ExitStatus {
        if let failure = CommandFailure(error) {
            StandardError.write(failure.text)
            return failure.status
        }
        let text = Aura.fullMessage(for: error)
        guard Aura.exitCode(for: error) != .success else {
            StandardOutput.write(text + "\n")
            return .ok
        }
        guard Aura.exitCode(for: error) == .validationFailure else {
            StandardError.write("error: \(error)\n")
            return .failed
        }
        StandardError.write(usageText(text, arguments))
        return .usage
    }

    /// What the parser says of a wrong command line, in this program's style, and what was perhaps
    /// meant.
    private static func usageText(_ text: String, _ arguments: [String]) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if let first = lines.first, first.hasPrefix("Error: ") {
            lines[0] = "error: " + first.dropFirst("Error: ".count)
        }
        if let (word, known) = unknownCommand(arguments) {
            lines[0] = "error: unknown command '\(word)'"
            if let near = nearest(to: word, among: known) {
                lines.insert("hint: did you mean '\(near)'?", at: 1)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first word that should be a command and is none, with those that there are.
    private static func unknownCommand(_ arguments: [String]) -> (String, [String])? {
        var commands = Aura.configuration.subcommands
        for word in arguments {
            guard !commands.isEmpty, !word.hasPrefix("-") else { return nil }
            guard let command = commands.first(where: { $0.names.contains(word) }) else {
                let isHelp = word == "help" && arguments.first == word
                return isHelp ? nil : (word, commands.flatMap { $0.names })
            }
            commands = command.configuration.subcommands
        }
        return nil
    }
}

extension ParsableCommand {
    /// What the command may be called.
    fileprivate static var names: [String] {
        let name = configuration.commandName ?? String(describing: self).lowercased()
        return [name] + configuration.aliases
    }
}
