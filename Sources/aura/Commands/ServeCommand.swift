import ArgumentParser
import Foundation
import Logging

/// `aura serve`: opens a data directory and listens until it is told to end.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a data directory over the binary protocol.",
        discussion: """
            Examples:
              aura serve --data-dir ./data
              aura serve --listen 0.0.0.0:7171 --memory-limit 1GiB --preset production \\
                --tls-certificate server.pem --tls-private-key server.key

            SIGTERM or Ctrl-C ends it in order: what was sent is answered, the store is closed. \
            A second one ends it at once, which loses nothing that was acknowledged. \
            SIGHUP reads the files of TLS again; open connections go on.
            """)

    @OptionGroup var configuration: ConfigurationOptions

    @Option(help: "The same as --environment.")
    var preset: String?

    @Flag(help: "Let everybody write and read who can connect; the same as --auth-required false.")
    var noAuth = false

    func run() async throws {
        let signals = Signals()
        let settings = try settings()
        let logger = Serve.logger(settings.logLevel)
        let server = try await RunningServer.start(settings, logger: logger)
        if let security = server.security { Signals.onHangup { security.reload(logger) } }
        for line in server.opened.report { StandardError.write(line + "\n") }
        StandardError.write(Serve.access(settings) + "\n")
        if let security = server.security { StandardError.write(security.report + "\n") }
        for warning in server.warnings { StandardError.write("warning: \(warning)\n") }
        StandardOutput.write("listening on \(server.address)\n")
        let number = await signals.wait()
        StandardError.write("ending\(number == SIGINT ? " (Ctrl-C)" : "")\n")
        try await server.stop()
    }

    /// The configuration, with the flags that have other names here.
    private func settings() throws -> Configuration {
        var flags = configuration.flags
        if let preset {
            if flags[.environment] != nil {
                throw ValidationError("--preset and --environment say the same; give one")
            }
            flags[.environment] = preset
        }
        if noAuth {
            if flags[.authenticationRequired] != nil {
                throw ValidationError("--no-auth and --auth-required contradict each other")
            }
            flags[.authenticationRequired] = "false"
        }
        let variables = ProcessInfo.processInfo.environment
        let file = try ConfigurationFile.read(path: configuration.config, variables: variables)
        let resolved = try Configuration.resolve(flags: flags, variables: variables, file: file)
        for warning in resolved.warnings { StandardError.write("\(warning)\n") }
        return resolved.configuration
    }

    private static func access(_ settings: Configuration) -> String {
        if settings.authenticationRequired {
            let certificate = settings.tls.clientAuthority == nil ? "" : " or a certificate"
            return "clients must show an API key\(certificate): aura keys create --data-dir "
                + settings.dataDirectory
        }
        return "no API key is asked for"
            + (settings.listen.isLoopback ? ": only this machine can connect" : "")
    }

    static func logger(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "aura", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}
