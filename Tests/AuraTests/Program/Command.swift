import Foundation
import Testing

/// A run of the built program, as a user starts it.
///
/// Its streams go into files, so that neither side ever waits for the other.
final class Command: Sendable {
    private let process: Process
    private let ended: AsyncStream<Void>
    private let folder: Folder
    private let arguments: [String]

    /// The program, beside the tests in the products' folder.
    static let program: URL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "aura")

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - folder: Where its streams, its home and its state go.
    ///   - input: What stands on its standard input.
    ///   - executable: Another program in its stead, such as a shell.
    init(
        _ arguments: [String], in folder: Folder, input: String = "",
        variables: [String: String] = [:], executable: URL = Command.program
    ) throws {
        self.arguments = arguments
        self.folder = try folder.subfolder()
        process = Process()
        process.executableURL = executable
        process.arguments = arguments
        var environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
        environment.merge(variables) { $1 }
        process.environment = environment
        process.currentDirectoryURL = folder.url
        let streams = [
            try self.folder.file("input", holding: input), try self.folder.file("output"),
            try self.folder.file("errors"),
        ]
        process.standardInput = streams[0]
        process.standardOutput = streams[1]
        process.standardError = streams[2]
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        ended = stream
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        // Foundation keeps them open as long as the process object lives, and past 1,024 descriptors
        // it starts no more processes but crashes.
        for stream in streams { try stream.close() }
    }

    /// What it has printed so far.
    var output: String { folder.text("output") }
    /// What it has said on the standard error so far.
    var errors: String { folder.text("errors") }

    /// What the machine calls it.
    var identifier: Int32 { process.processIdentifier }

    /// The port that a server says it listens at; nil if it never does.
    func port() async throws -> Int? {
        var port: Int?
        _ = try await eventually {
            let line = output.split(separator: "\n").first { $0.hasPrefix("listening on ") }
            port = line?.split(separator: ":").last.flatMap { Int($0) }
            return port != nil
        }
        return port
    }

    /// Sends a signal.
    func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Waits for its end.
    ///
    /// - Returns: The exit code; 128 and the signal's number if one ended it.
    func status(within limit: Duration = .seconds(120)) async throws -> Int32 {
        let hasEnded = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in self.ended {}
                return !Task.isCancelled
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard hasEnded else {
            signal(SIGKILL)
            throw Overdue(command: arguments, output: output, errors: errors)
        }
        let status = process.terminationStatus
        return process.terminationReason == .exit ? status : 128 + status
    }

    /// A program that did not end in time.
    struct Overdue: Error {
        let command: [String]
        let output: String
        let errors: String
    }
}

/// What a finished run left.
struct Outcome: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// The lines of the output without the last line end.
    var lines: [Substring] { output.split(separator: "\n") }
    /// The cells of tab-separated output, the header left out.
    var rows: [[String]] {
        lines.dropFirst().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }
}

/// Runs the program to its end.
func aura(
    _ arguments: String..., in folder: Folder, input: String = "",
    variables: [String: String] = [:], within limit: Duration = .seconds(120)
) async throws -> Outcome {
    let command = try Command(arguments, in: folder, input: input, variables: variables)
    let status = try await command.status(within: limit)
    return Outcome(status: status, output: command.output, errors: command.errors)
}

/// Waits until something holds.
func eventually(
    within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        // Looked at before asked again: a busy machine may not have let it be asked often.
        let isLate = ContinuousClock.now >= deadline
        if try await condition() { return true }
        if isLate { return false }
        try await Task.sleep(for: .milliseconds(5))
    }
}
