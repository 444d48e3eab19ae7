import Foundation
import Testing

/// `aura serve`: start, end, and everything that keeps it from starting.
struct ServeTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal ends it in order`(number: Int32) async throws {
        let server = try await TestServer(in: folder)
        #expect(try await server.aura("test-events", "--count", "9").status == 0)
        #expect(try await server.stop(number) == 0)
        try await server.restart()
        #expect(server.errors.contains("9 events in"))
        #expect(!server.errors.contains("did not end in order"))
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("9\t"))
        #expect(try await server.stop() == 0)
    }

    @Test func `it tells the memory budget, the recovery and who may connect`() async throws {
        let server = try await TestServer(in: folder, ["--memory-limit", "128MiB"])
        #expect(server.errors.contains("memory limit 128MiB: 103MiB for events, 25MiB for"))
        #expect(server.errors.contains("data directory \(folder.path("data")): 0 events"))
        #expect(server.errors.contains("no API key is asked for: only this machine can connect"))
        #expect(try await server.aura("test-events").status == 0)
        let status = try await server.aura("status", "--json")
        #expect(status.output.contains("\"memory_limit_bytes\":\(103 << 20),"))
        try await server.kill()
        try await server.restart()
        #expect(server.errors.contains("the last run did not end in order"))
    }

    @Test func `a directory that is in use is told with a remedy`() async throws {
        let server = try await TestServer(in: folder)
        let second = try await serve()
        #expect(second.status == 1)
        #expect(second.errors.contains("is in use by another process"))
        #expect(second.errors.contains("hint: find the other process: fuser "))
        #expect(second.output.isEmpty)
        #expect(try await server.stop() == 0)
    }

    @Test func `a port that is taken is told with a remedy`() async throws {
        let server = try await TestServer(in: folder)
        let second = try await aura(
            "serve", "--data-dir", folder.path("other"), "--listen", server.address, in: folder)
        #expect(second.status == 1)
        #expect(second.errors.contains("error: cannot listen at \(server.address)"))
        #expect(second.errors.contains("--listen"))
    }

    @Test func `a newer format is refused, and nothing is changed`() async throws {
        try await makeStore()
        try patch("data/log/0000000000000001.log", at: 8, to: [9, 0, 0, 0])
        let outcome = try await serve()
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("error: "))
        #expect(outcome.errors.contains("log/0000000000000001.log"))
    }

    @Test func `a rotten log is refused, and nothing is changed`() async throws {
        try await makeStore()
        let path = "data/log/0000000000000001.log"
        try patch(path, at: 4_096 + 4_096 + 100, to: [0xFF, 0xFF, 0xFF, 0xFF])
        let before = try Data(contentsOf: folder.url.appending(path: path))
        let outcome = try await serve()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("is damaged at byte"))
        #expect(outcome.errors.contains("Restore the file from a copy"))
        #expect(try Data(contentsOf: folder.url.appending(path: path)) == before)
    }

    @Test func `a directory that cannot be made is told`() async throws {
        let file = try folder.write("file", "")
        let outcome = try await aura(
            "serve", "--data-dir", file + "/data", "--listen", "127.0.0.1:0", in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("error: cannot "))
    }

    @Test func `production does not go without keys`() async throws {
        let outcome = try await aura(
            "serve", "--preset", "production", "--no-auth", "--listen", "0.0.0.0:0", "--data-dir",
            folder.path("data"), in: folder)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("authentication is off: not for production"))
        #expect(!folder.contains("data"))
    }

    @Test func `flags that contradict each other are refused`() async throws {
        let flags = try await aura(
            "serve", "--no-auth", "--auth-required", "true", in: folder)
        #expect(flags.status == 2)
        #expect(flags.errors.contains("--no-auth and --auth-required contradict each other"))
        let presets = try await aura(
            "serve", "--preset", "staging", "--environment", "production", in: folder)
        #expect(presets.status == 2)
    }

    @Test func `wrong values are told with what was expected`() async throws {
        let listen = try await aura("serve", "--listen", "localhost", in: folder)
        #expect(listen.status == 2)
        #expect(listen.errors.contains("write host:port"))
        let memory = try await aura("serve", "--memory-limit", "lots", in: folder)
        #expect(memory.status == 2)
        #expect(memory.errors.contains("'lots' is no value for 'memory_limit'"))
    }

    private func serve() async throws -> Outcome {
        try await aura(
            "serve", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0",
            "--log-level", "warning", in: folder)
    }

    /// A data directory with a few groups, closed in order.
    private func makeStore() async throws {
        let server = try await TestServer(in: folder)
        for _ in 0..<3 { _ = try await server.aura("test-events", "--count", "40") }
        #expect(try await server.stop() == 0)
    }

    private func patch(_ name: String, at offset: UInt64, to bytes: [UInt8]) throws {
        let file = try FileHandle(forUpdating: folder.url.appending(path: name))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }
}

/// Disks that are full or read-only, as a file system of its own that only the server sees.
struct ServeDiskTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Whether this user may make file systems that nobody else sees.
    static let canMount: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test(.enabled(if: canMount, "no user may mount here"))
    func `a full disk is told with a remedy`() async throws {
        let outcome = try await serve(on: "mount -t tmpfs -o size=16m tmpfs disk")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("no space is left") || outcome.errors.contains("no room"))
        #expect(outcome.errors.contains("free s"))
    }

    @Test(.enabled(if: canMount, "no user may mount here"))
    func `a read-only disk is told with a remedy`() async throws {
        let outcome = try await serve(on: "mount -t tmpfs -o ro tmpfs disk")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the file system is read-only"))
        #expect(outcome.errors.contains("mount it for writing"))
    }

    private func serve(on mount: String) async throws -> Outcome {
        let script = """
            mkdir disk && \(mount) && \
            exec \(Command.program.path) serve --data-dir disk/data --listen 127.0.0.1:0
            """
        let command = try Command(
            ["-rm", "sh", "-c", script], in: folder,
            executable: URL(filePath: "/usr/bin/unshare"))
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }
}
