import ArgumentParser
import AuraClient
import Foundation

/// The flags of every command that talks to a server.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.customLong("server"), .customLong("url")],
        help: "The server: host:port. Default: $AURA_URL, else 127.0.0.1:7171.")
    var server: String?

    @Option(help: "A file that holds the API key. Default: $AURA_TOKEN.")
    var tokenFile: String?

    @Option(help: "How long to wait for an answer, such as 30s.")
    var timeout = "30s"

    /// Where the protocol listens unless somebody says otherwise.
    static let standardPort = 7_171

    /// Where the server is and who asks.
    func configuration(
        variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> ClientConfiguration {
        let address = try address(variables)
        var configuration = ClientConfiguration(
            host: address.host, port: address.port, apiKey: try key(variables))
        guard let deadline = TimeExpression.microseconds(timeout), deadline > 0 else {
            throw CommandFailure(
                .usage, "'\(timeout)' is no duration for --timeout", hint: "write 30s, 5m or 1h")
        }
        configuration.deadline = .microseconds(deadline)
        return configuration
    }

    /// The server's host and port: `aura://` in front is allowed, the port may be missing.
    func address(_ variables: [String: String]) throws -> ListenAddress {
        guard let text = server ?? nonEmpty(variables["AURA_URL"]) else {
            return ListenAddress(host: "127.0.0.1", port: ConnectionOptions.standardPort)
        }
        let scheme = "aura://"
        var rest = text.hasPrefix(scheme) ? text.dropFirst(scheme.count) : text[...]
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
        return address
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
