import AuraTesting
import Foundation
import Testing

@testable import aura

/// TLS of clients other than `aura` itself, and private keys that are not private.
struct ClientTLSTests {
    private let folder: Folder
    private let authority: TestAuthority

    init() throws {
        folder = try Folder()
        authority = try TestAuthority()
    }

    private func flags(_ more: String...) throws -> [String] {
        let files = try authority.certificate()
        return [
            "--tls-certificate", files.certificate, "--tls-private-key", files.key,
            "--tls-required", "always",
        ] + more
    }

    private func python(
        _ server: TestServer, _ arguments: [String], input: String = ""
    ) async throws -> Outcome {
        let command = try server.startPython(["--retry-for", "1"] + arguments, input: input)
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }

    @Test func `the Python client speaks TLS, and checks who answers`() async throws {
        let server = try await TestServer(in: folder, flags())
        let ca = ["--ca", authority.file]
        // Many batches, and answers that come while more is sent.
        let lines = (0..<30_000).map {
            #"{"time":"2026-03-02T10:00:00Z","type":"t","attributes":{"n":\#($0),"text":"text \#($0)"}}"#
        }
        let stored = try await python(
            server, ca + ["append"], input: lines.joined(separator: "\n"))
        #expect(stored.status == 0, "\(stored.errors)")
        let tail = try await python(server, ca + ["tail", "--from", "1", "--limit", "30000"])
        #expect(tail.status == 0, "\(tail.errors)")
        #expect(tail.lines.count == 30_000)
        #expect(try await python(server, ca + ["--tls", "ping"]).status == 0)
        let named = ["--server-name", "localhost"]
        #expect(try await python(server, ca + named + ["ping"]).status == 0)

        let wrong = try await python(server, ca + ["--server-name", "aura.example", "ping"])
        #expect(wrong.status == ExitStatus.cannotConnect.rawValue)
        #expect(wrong.errors.contains("\(server.address) is not trusted: Hostname mismatch"))
        let unknown = try await python(server, ["--tls", "ping"])
        #expect(unknown.status == ExitStatus.cannotConnect.rawValue)
        #expect(unknown.errors.contains("is not trusted: "), "\(unknown.errors)")
        let plain = try await python(server, ["ping"])
        #expect(plain.status == ExitStatus.cannotConnect.rawValue)
        #expect(plain.errors.hasPrefix("error 206: "), "\(plain.errors)")
        let missing = try await python(server, ["--ca", "/nowhere.pem", "ping"])
        #expect(missing.status == ExitStatus.usage.rawValue)
        #expect(missing.errors.contains("a file for TLS cannot be used"))
        #expect(try await server.stop() == 0)
    }

    @Test func `the Python client's certificate is its key`() async throws {
        let clients = try TestAuthority("Clients")
        let own = try clients.certificate("web-1", for: ["DNS:web-1"])
        let server = try await TestServer(
            in: folder, flags("--tls-client-ca", clients.file, "--auth-required", "true"))
        let made = try await aura(
            "keys", "create", "--name", "web-1", "--scope", "read", "--certificate",
            own.certificate, "--data-dir", folder.path("data"), in: folder)
        #expect(made.status == 0, "\(made.errors)")
        let ca = ["--ca", authority.file]
        let with = try await python(
            server, ca + ["--cert", own.certificate, "--cert-key", own.key, "status"])
        #expect(with.status == 0, "\(with.errors)")
        #expect(try await python(server, ca + ["status"]).status == 5)
        #expect(try await server.stop() == 0)
    }

    @Test func `a private key that everybody can read is told, by server and client`()
        async throws
    {
        let clients = try TestAuthority("Clients")
        let own = try clients.certificate("web-1", for: ["DNS:web-1"])
        let files = try authority.certificate()
        for key in [own.key, files.key] {
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        }
        let server = try await TestServer(
            in: folder,
            ["--tls-certificate", files.certificate, "--tls-private-key", files.key])
        #expect(
            server.errors.contains(
                "warning: every user of this machine can read the private key in \(files.key)"))
        let ping = try await server.aura(
            "ping", "--ca", authority.file, "--cert", own.certificate, "--key", own.key)
        #expect(ping.status == 0, "\(ping.errors)")
        #expect(
            ping.errors
                == "warning: every user of this machine can read the private key in \(own.key); "
                + "take that away: chmod o-r \(own.key)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: own.key)
        let quiet = try await server.aura(
            "ping", "--ca", authority.file, "--cert", own.certificate, "--key", own.key)
        #expect(quiet.errors.isEmpty, "\(quiet.errors)")
        #expect(try await server.stop() == 0)
    }

    @Test func `a demonstration serves, and feeds itself, over TLS`() async throws {
        let demo = try Command(
            ["demo", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0", "--days", "1"]
                + flags("--ca", authority.file, "--seconds", "2", "--speed", "200"), in: folder)
        #expect(try await demo.status() == 0, "\(demo.errors)")
        #expect(demo.output.contains(" events "), "\(demo.output)")
    }
}
