import ArgumentParser
import Foundation
import Testing

@testable import aura

/// The frame of all commands: help, versions, wrong usage.
struct CommandLineTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test func `help lists the commands and succeeds`() async throws {
        let help = try await aura("--help", in: folder)
        #expect(help.status == 0)
        for command in [
            "serve", "demo", "ingest", "test-events", "count", "tail", "status", "ping", "keys",
            "config", "bench", "version",
        ] {
            #expect(help.output.contains("\n  \(command)"), "\(command)")
        }
        #expect(help.errors.isEmpty)
    }

    @Test func `every command has help`() async throws {
        for command in Aura.configuration.subcommands {
            let name = try #require(command.configuration.commandName)
            let help = try await aura(name, "--help", in: folder)
            #expect(help.status == 0)
            #expect(help.output.contains("USAGE: aura \(name)"), "\(name)")
        }
    }

    @Test func `an unknown command is told with the one that was meant`() async throws {
        let outcome = try await aura("cuont", in: folder)
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.hasPrefix("error: unknown command 'cuont'\nhint: did you mean 'count'?"))
        #expect(outcome.output.isEmpty)
        let nested = try await aura("keys", "craete", in: folder)
        #expect(nested.status == 2)
        #expect(nested.errors.contains("did you mean 'create'?"))
    }

    @Test func `an unknown flag is told with the one that was meant`() async throws {
        let outcome = try await aura("count", "--frm", "now", in: folder)
        #expect(outcome.status == 2)
        #expect(outcome.errors.hasPrefix("error: Unknown option '--frm'"))
        #expect(outcome.errors.contains("--from"))
    }

    @Test func `exit codes are explained`() async throws {
        for arguments in [["help", "exit-codes"], ["exit-codes"]] {
            let command = try Command(arguments, in: folder)
            #expect(try await command.status() == 0)
            for status in ExitStatus.allCases {
                #expect(command.output.contains("\(status.rawValue)  \(status.summary)\n"))
            }
        }
    }

    @Test func `the version is told in every format`() async throws {
        let short = try await aura("--version", in: folder)
        #expect(short.output == "aura \(Version.number)\n")
        let json = try await aura("version", "--json", in: folder)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        let properties = try #require(object as? [String: Any])
        #expect(properties["aura"] as? String == Version.number)
        #expect(properties["log"] as? Int == Version.log)
    }

    @Test func `the version of the log is that of its files`() async throws {
        let server = try await TestServer(in: folder)
        let segment = folder.path("data/log/0000000000000001.log")
        let bytes = try Data(contentsOf: URL(filePath: segment), options: .mappedIfSafe)
        #expect(Int(bytes[8]) == Version.log)
        _ = try await server.stop()
    }

    @Test func `the start costs no time`() async throws {
        // CPU seconds, which a busy machine does not change; the target is 30 ms.
        let script = "TIMEFORMAT='%U %S'; time \(Command.program.path) --help > /dev/null"
        let shell = try Command(
            ["-c", script], in: folder, executable: URL(filePath: "/bin/bash"))
        #expect(try await shell.status() == 0)
        let seconds = shell.errors.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        try #require(seconds.count == 2, "\(shell.errors)")
        #expect(seconds[0] + seconds[1] < 0.2)
    }

    @Test func `the configuration is shown with the origin of each value`() async throws {
        let file = try folder.write("my.yaml", "memory_limit: 1GiB\n")
        let shown = try await aura(
            "config", "--config", file, "--listen", "127.0.0.1:9", in: folder,
            variables: ["AURA_LOG_LEVEL": "error"])
        #expect(shown.status == 0)
        #expect(shown.rows.contains(["memory_limit", "1GiB", "\(file):1:15"]))
        #expect(shown.rows.contains(["listen", "127.0.0.1:9", "--listen"]))
        #expect(shown.rows.contains(["log_level", "error", "AURA_LOG_LEVEL"]))
    }

    @Test func `a wrong configuration is found, with status 3 when asked to look`() async throws {
        let file = try folder.write("my.yaml", "memmory_limit: 1GiB\n")
        let checked = try await aura("config", "--validate", "--config", file, in: folder)
        #expect(checked.status == 3)
        #expect(checked.errors.contains("my.yaml:1:1: unknown key 'memmory_limit'"))
        #expect(checked.errors.contains("did you mean 'memory_limit'?"))
        let alias = try await aura("analytics_admin", "config", "--config", file, in: folder)
        #expect(alias.status == 2)
        let sound = try await aura("config", "--validate", in: folder)
        #expect(sound.status == 0)
        #expect(sound.output.isEmpty)
    }

    #if arch(x86_64)
    private static let emulator = URL(filePath: "/usr/bin/qemu-x86_64")

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: emulator.path), "needs qemu-user"),
        arguments: ["Nehalem", "SandyBridge"])
    func `a processor that is too old is refused in words`(_ processor: String) async throws {
        let command = try Command(
            ["-cpu", processor, Command.program.path, "version"], in: folder,
            executable: CommandLineTests.emulator)
        #expect(try await command.status() == 1)
        #expect(command.errors.contains("error: this processor lacks what this build needs"))
        #expect(command.output.isEmpty)
    }
    #endif
}
