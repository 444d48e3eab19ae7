import ArgumentParser
import AuraCore

/// `aura admin`: what concerns the running of a server, under the name it had before Aura.
struct Admin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin", abstract: "State and configuration of a server.",
        subcommands: [Status.self, ConfigurationCommand.self, DataCommand.self],
        aliases: ["analytics_admin"])
}

/// `aura config`: what the configuration comes to, and where each value is from.
struct ConfigurationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Show and check the configuration.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Print every setting with its value and origin (the default).")
    var show = false
    @Flag(help: "Check only, unless --show is given too: status 3 where something is wrong.")
    var validate = false

    func run() throws {
        let settings: Configuration
        do throws(ConfigurationError) {
            let resolved = try configuration.resolve()
            settings = resolved.configuration
            for warning in resolved.warnings { StandardError.write("\(warning)\n") }
        } catch {
            for finding in error.findings { StandardError.write("\(finding)\n") }
            throw CommandFailure(validate ? .findings : .usage)
        }
        if show || !validate { printSettings(settings) }
        if validate, !output.quiet { StandardError.write("the configuration is sound\n") }
    }

    private func printSettings(_ settings: Configuration) {
        var rows = ConfigurationKey.allCases.map { key -> [Answer.Cell] in
            [
                .text(key.rawValue), .text(settings.text(of: key)),
                .text(settings.origin(of: key).description),
            ]
        }
        rows += settings.eventTypes.map { type -> [Answer.Cell] in
            let name = "\(EventTypesReader.section).\(type.schema.type)"
            return [.text(name), .text(type.text), .text(type.origin.description)]
        }
        rows += settings.seed.shown.map { [.text($0.name), .text($0.value), .text("environment")] }
        let columns = ["setting", "value", "origin"].map { Answer.Column(name: $0) }
        output.write(Answer(columns: columns, rows: rows), to: .output)
    }
}
