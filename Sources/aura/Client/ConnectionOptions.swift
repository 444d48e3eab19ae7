import ArgumentParser
import AuraClient
import Foundation

/// The flags of every command that talks to a server.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.customLong("server"), .customLong("url")],
        help:
            "The server: host:port, or auras://host:port with TLS. Default: $AURA_URL, else 127.0.0.1:7171."
    )
    var server: String?

    @Option(help: "A file that holds the API key. Default: $AURA_TOKEN.")
    var tokenFile: String?

    @OptionGroup(title: "TLS") var tls: TLSOptions

    @Option(help: "How long to wait for an answer, such as 30s.")
    var timeout = "30s"

    /// Where the protocol listens unless somebody says otherwise.
    static let standardPort = 7_171

    /// The variables that stand for flags.
    static let variables = ["AURA_URL", "AURA_TOKEN"] + TLSOptions.variables

    /// Where the server is and who asks.
    func configuration(
        variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> ClientConfiguration {
        let (address, isSecure) = try target(variables)
        var configuration = ClientConfiguration(
            host: address.host, port: address.port, apiKey: try key(variables))
        configuration.tls = try tls.settings(variables, isAsked: isSecure)
        guard let deadline = TimeExpression.microseconds(timeout), deadline > 0 else {
            throw CommandFailure(
                .usage, "'\(timeout)' is no duration for --timeout", hint: "write 30s, 5m or 1h")
        }
        configuration.deadline = .microseconds(deadline)
        return configuration
    }

    /// The server's host and port, and whether TLS is asked for.
    ///
    /// `aura://`, or `auras://` for TLS, may stand in front, and the port may be missing.
    func target(
        _ variables: [String: String]
    ) throws -> (address: ListenAddress, isSecure: Bool) {
        guard let text = server ?? nonEmpty(variables["AURA_URL"]) else {
            return (ListenAddress(host: "127.0.0.1", port: ConnectionOptions.standardPort), false)
        }
        let scheme = ["aura://", "auras://"].first { text.hasPrefix($0) } ?? ""
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        let withPort = "\(rest):\(ConnectionOptions.standardPort)"
        guard
            let address = ListenAddress(String(rest)) ?? ListenAddress(withPort),
            address.port > 0
        else {
            throw CommandFailure(
                .usage, "'\(text)' is no server",
                hint: "write host:port, such as 127.0.0.1:7171 or [::1]:7171")
        }
        return (address, scheme == "auras://")
    }

    private func key(_ variables: [String: String]) throws -> String? {
        guard let tokenFile else { return nonEmpty(variables["AURA_TOKEN"]) }
        do throws(TextFileError) {
            return try TextFile.read(tokenFile).trimmingCharacters(in: .whitespacesAndNewlines)
        } catch {
            throw CommandFailure(
                .usage, "cannot read the API key from \(tokenFile): \(error.reason)",
                hint: "check the path and its permissions")
        }
    }
}
