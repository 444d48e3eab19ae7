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
        let server = try await TestServer(
            in: folder, ["--memory-limit", "128MiB", "--index", "true"])
        #expect(
            server.errors.contains(
                "128MiB: 48MiB for events, 25MiB for the index, 8MiB for blocks of chunks, 23MiB for"
            ))
        #expect(server.errors.contains("data directory \(folder.path("data")): 0 events"))
        #expect(server.errors.contains("no API key is asked for: only this machine can connect"))
        #expect(try await server.aura("test-events").status == 0)
        let status = try await server.aura("status", "--json")
        #expect(status.output.contains("\"memory_limit_bytes\":\(48 << 20),"))
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
        #expect(
            second.errors == """
                error: cannot listen at \(server.address): Address already in use
                hint: another server uses the port: choose one with --listen, 0 for any

                """)
        // An address of nobody (RFC 5737).
        let foreign = try await aura(
            "serve", "--data-dir", folder.path("other"), "--listen", "192.0.2.1:7171",
            "--tls-required", "never", in: folder)
        #expect(foreign.status == 1)
        #expect(foreign.errors.contains("192.0.2.1:7171: Cannot assign requested address"))
        #expect(foreign.errors.contains("hint: choose an address of this machine with --listen"))
    }

    @Test func `a directory that cannot be made is told`() async throws {
        let file = try folder.write("file", "")
        let outcome = try await aura(
            "serve", "--data-dir", file + "/data", "--listen", "127.0.0.1:0", in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("error: cannot "))
        let taken = try await aura(
            "serve", "--data-dir", file, "--listen", "127.0.0.1:0", in: folder)
        #expect(taken.status == 1)
        #expect(
            taken.errors == """
                error: cannot create the directory \(file): the name is taken
                hint: name another one with --data-dir

                """)
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
}
