import Foundation
import Synchronization
import Testing

/// A running `aura serve` on a data directory of its own, which can be killed and started again at
/// the same port.
final class TestServer: Sendable {
    let folder: Folder
    let port: Int
    private let arguments: [String]
    private let dataLimitMiB: Int?
    private let command: Mutex<Command>

    /// Starts a server at a port that is free and waits until it listens.
    ///
    /// - Parameter dataLimitMiB: What the system lets it have of memory of its own.
    init(
        in folder: Folder, _ arguments: [String] = [], dataLimitMiB: Int? = nil
    ) async throws {
        self.folder = folder
        self.arguments = arguments
        self.dataLimitMiB = dataLimitMiB
        let (command, port) = try await TestServer.start(
            folder, port: 0, arguments, dataLimitMiB)
        self.command = Mutex(command)
        self.port = port
    }

    deinit {
        command.withLock { $0.signal(SIGKILL) }
    }

    /// Where it listens.
    var address: String { "127.0.0.1:\(port)" }

    /// What it said on the standard error.
    var errors: String { command.withLock { $0.errors } }

    /// The folder of `/proc` about its process.
    var processFolder: String { "/proc/\(command.withLock { $0.identifier })" }

    private static func start(
        _ folder: Folder, port: Int, _ arguments: [String], _ dataLimitMiB: Int?
    ) async throws -> (Command, Int) {
        let words =
            ["serve", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:\(port)"]
            + ["--log-level", "warning"] + arguments
        let command: Command
        if let dataLimitMiB {
            let script = "ulimit -d \(dataLimitMiB << 10); exec \"$0\" \"$@\""
            command = try Command(
                ["-c", script, Command.program.path] + words, in: folder,
                executable: URL(filePath: "/bin/sh"))
        } else {
            command = try Command(words, in: folder)
        }
        guard let found = try await command.port() else {
            command.signal(SIGKILL)
            throw Command.Overdue(
                command: arguments, output: command.output, errors: command.errors)
        }
        return (command, found)
    }

    /// Sends it a signal that does not end it.
    func signal(_ number: Int32) {
        command.withLock { $0.signal(number) }
    }

    /// Ends it as a power failure of the process would.
    func kill() async throws {
        let command = command.withLock { $0 }
        command.signal(SIGKILL)
        _ = try await command.status()
    }

    /// Ends it in order.
    ///
    /// - Returns: The exit code.
    func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        let command = command.withLock { $0 }
        command.signal(signal)
        return try await command.status()
    }

    /// Starts it again after its end, at the same port.
    func restart() async throws {
        let (command, _) = try await TestServer.start(
            folder, port: port, arguments, dataLimitMiB)
        self.command.withLock { $0 = command }
    }

    /// Runs a command against it.
    func aura(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await aura(arguments, input: input)
    }

    /// Runs a command of these words against it.
    func aura(
        _ arguments: [String], input: String = "", within limit: Duration = .seconds(120)
    ) async throws -> Outcome {
        let command = try command(arguments, input: input)
        let status = try await command.status(within: limit)
        return Outcome(status: status, output: command.output, errors: command.errors)
    }

    /// Starts a command against it.
    func command(_ arguments: [String], input: String = "") throws -> Command {
        try Command(arguments, in: folder, input: input, variables: ["AURA_URL": address])
    }
}
