import AuraTesting
import Foundation

/// The Python client of `Tools/`, run against a server: as its user does, or by a script of its parts.
extension TestServer {
    private static let python = URL(filePath: "/usr/bin/python3")
    private static let tools = GoldenVectors.root.appending(path: "Tools").path

    /// Starts `aura_client.py`.
    func startPython(_ arguments: [String], input: String = "") throws -> Command {
        try Command(
            ["-B", "\(TestServer.tools)/aura_client.py"] + arguments, in: folder, input: input,
            variables: ["AURA_URL": address], executable: TestServer.python)
    }

    /// Runs `aura_client.py` to its end.
    func python(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await outcome(of: startPython(arguments, input: input))
    }

    /// Starts a script that finds the client's modules, and the server's `host` and `port`.
    func startScript(_ script: String) throws -> Command {
        let preamble = """
            import os, sys
            sys.path.insert(0, "\(TestServer.tools)")
            host, port = "127.0.0.1", \(port)

            """
        return try Command(
            ["-B", "-c", preamble + script], in: folder, executable: TestServer.python)
    }

    /// Runs a script to its end.
    func script(_ script: String) async throws -> Outcome {
        try await outcome(of: startScript(script))
    }

    private func outcome(of command: Command) async throws -> Outcome {
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }
}
