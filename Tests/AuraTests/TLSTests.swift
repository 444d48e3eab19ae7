import AuraTesting
import Foundation
import Testing

@testable import aura

/// The program over TLS, as an operator and a user meet it.
struct TLSTests {
    private let folder: Folder
    private let authority: TestAuthority
    private let clients: TestAuthority

    init() throws {
        folder = try Folder()
        authority = try TestAuthority()
        clients = try TestAuthority("Clients")
    }

    /// The flags of a server with a certificate for this machine.
    private func flags(_ more: String...) throws -> [String] {
        let files = try authority.certificate()
        return [
            "--tls-certificate", files.certificate, "--tls-private-key", files.key,
            "--tls-required", "always",
        ] + more
    }

    // MARK: - Listening

    @Test func `other machines are not listened to in the clear unless that is allowed`()
        async throws
    {
        let refused = try await aura(
            "serve", "--data-dir", folder.path("data"), "--listen", "0.0.0.0:0", in: folder)
        #expect(refused.status == 2)
        #expect(
            refused.errors.contains(
                "whoever connects to 0.0.0.0:0 from another machine must use TLS, and there is no "
                    + "certificate; set tls.certificate and tls.private_key, listen at 127.0.0.1, "
                    + "or allow plaintext with tls.required never"))
        #expect(!folder.contains("data"))

        let allowed = try Command(
            [
                "serve", "--data-dir", folder.path("data"), "--listen", "0.0.0.0:0",
                "--tls-required", "never",
            ], in: folder)
        #expect(try await allowed.port() != nil)
        allowed.signal(SIGTERM)
        #expect(try await allowed.status() == 0)
        #expect(
            allowed.errors.contains("warning: events and keys travel to 0.0.0.0:0 in the clear"))

        let secure = try Command(
            ["serve", "--data-dir", folder.path("data"), "--listen", "0.0.0.0:0"] + flags(),
            in: folder)
        #expect(try await secure.port() != nil)
        secure.signal(SIGTERM)
        #expect(try await secure.status() == 0)
        #expect(!secure.errors.contains("warning"))
        #expect(secure.errors.contains("no client certificates are asked for; plaintext is not"))
    }

    @Test func `files that cannot be used are told, and nothing is made`() async throws {
        let files = try authority.certificate()
        let outcome = try await aura(
            "serve", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0",
            "--tls-certificate", files.certificate, "--tls-private-key", "/nowhere/key.pem",
            in: folder)
        #expect(outcome.status == 2)
        #expect(
            outcome.errors == """
                error: cannot use /nowhere/key.pem for TLS: No such file or directory
                hint: check the path and its permissions

                """)
        #expect(!folder.contains("data"))
    }

    @Test func `a certificate that has expired is told to the operator and to clients`()
        async throws
    {
        let files = try authority.certificate("server", .past)
        let server = try await TestServer(
            in: folder,
            ["--tls-certificate", files.certificate, "--tls-private-key", files.key])
        #expect(server.errors.contains("warning: the certificate \(files.certificate) has expired"))
        let outcome = try await server.aura("ping", "--ca", authority.file)
        #expect(outcome.status == ExitStatus.cannotConnect.rawValue)
        #expect(outcome.errors.contains("the certificate of \(server.address) has expired, at "))
        #expect(try await server.stop() == 0)
    }

    // MARK: - Speaking

    @Test func `every command speaks TLS`() async throws {
        let server = try await TestServer(in: folder, flags())
        let ca = ["--ca", authority.file]
        func run(_ arguments: String...) async throws -> Outcome {
            let command = try server.command(arguments + ca)
            return Outcome(
                status: try await command.status(), output: command.output, errors: command.errors)
        }
        let recorded = try await run("test-events", "--count", "9")
        #expect(recorded.status == 0, "\(recorded.errors)")
        let line = #"{"type":"a","time":"2026-01-01T00:00:00Z"}"#
        let file = try folder.write("a.ndjson", line)
        #expect(try await run("ingest", file).status == 0)
        #expect(try await run("count", "--no-header").output.hasPrefix("10\t"))
        #expect(try await run("tail", "--from", "1").lines.count == 10)
        #expect(try await run("status").output.contains("healthy"))
        let ping = try await run("ping", "--tls")
        #expect(ping.output.hasPrefix("\(server.address) answered in "))
        // Without flags: the address asks for it, and variables say how.
        for variables in [
            ["AURA_URL": "auras://\(server.address)", "AURA_CA": authority.file],
            ["AURA_URL": server.address, "AURA_TLS": "true", "AURA_CA": authority.file],
            ["AURA_URL": server.address, "AURA_CA": authority.file],
        ] {
            let outcome = try await aura("ping", in: folder, variables: variables)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try await server.stop() == 0)
    }

    @Test func `20 MiB of a file come through TLS`() async throws {
        let server = try await TestServer(in: folder, flags())
        let line = #"{"type":"load.test","time":"2026-01-01T00:00:00Z","text":""#
        let rows = 20_000
        let text = (0..<rows).map { number in
            line + String(repeating: "\(number) ", count: 220).prefix(1_060) + "\"}\n"
        }.joined()
        #expect(text.utf8.count > 20 << 20)
        let file = try folder.write("load.ndjson", text)
        let ingested = try await server.aura("ingest", file, "--ca", authority.file)
        #expect(ingested.status == 0, "\(ingested.errors)")
        let counted = try await server.aura("count", "--no-header", "--ca", authority.file)
        #expect(counted.output.hasPrefix("\(rows)\t"))
        #expect(try await server.stop() == 0)
    }

    @Test func `what is wrong with TLS is told with a remedy`() async throws {
        let server = try await TestServer(in: folder, flags())
        let plain = try await TestServer(in: folder.subfolder(), ["--log-level", "info"])
        let foreign = try TestAuthority("Foreign")
        func expect(
            _ status: Int32, _ error: String, _ hint: String, of server: TestServer,
            _ arguments: String...
        ) async throws {
            let command = try server.command(["ping"] + arguments)
            #expect(try await command.status() == status)
            #expect(command.errors.hasPrefix("error: \(error)"), "\(command.errors)")
            #expect(command.errors.contains("\nhint: \(hint)"), "\(command.errors)")
            #expect(command.output.isEmpty)
        }
        try await expect(
            4, "\(server.address) asks for TLS; have the client use it",
            "use TLS: --tls, or AURA_TLS=true", of: server)
        try await expect(
            4, "what listens at \(plain.address) does not speak TLS; ",
            "leave out --tls", of: plain, "--tls")
        #expect(plain.errors.contains(" speaks TLS, which needs tls.certificate\n"))
        try await expect(
            4, "the certificate of \(server.address) is signed by no authority ",
            "name the authority's certificate with --ca or AURA_CA", of: server, "--ca",
            foreign.file)
        try await expect(
            4, "the certificate of \(server.address) is not for 'aura.example'; ",
            "name another server with --server, or its name with --server-name", of: server,
            "--ca", authority.file, "--server-name", "aura.example")
        try await expect(
            2, "cannot use /nowhere/ca.pem for TLS: No such file or directory",
            "check the path", of: server, "--ca", "/nowhere/ca.pem")
        try await expect(
            2, "a private key without its certificate", "give the certificate with --cert",
            of: server, "--key", "/nowhere/key.pem")
        let variable = try await aura(
            "ping", in: folder, variables: ["AURA_URL": server.address, "AURA_TLS": "maybe"])
        #expect(variable.errors.hasPrefix("error: 'maybe' is no value for AURA_TLS\n"))
        let contradiction = try await aura(
            "ping", "--server", "auras://\(server.address)", "--no-tls", in: folder)
        #expect(contradiction.status == 2)
        #expect(contradiction.errors == "error: --no-tls and auras:// contradict each other\n")
        // Whoever asks not to use TLS does not, whatever the variables say.
        let without = try await aura(
            "ping", "--no-tls", in: folder,
            variables: ["AURA_URL": plain.address, "AURA_TLS": "true"])
        #expect(without.status == 0, "\(without.errors)")
        #expect(try await server.stop() == 0)
        #expect(try await plain.stop() == 0)
    }

    @Test func `refused handshakes do not flood the log`() async throws {
        let server = try await TestServer(
            in: folder, flags("--tls-client-ca", clients.file, "--log-level", "notice"))
        let foreign = try TestAuthority("Foreign")
        let start = ContinuousClock.now
        for _ in 0..<3 { _ = try await server.aura("ping", "--ca", foreign.file) }
        #expect(try await server.stop() == 0)
        let lines = server.errors.split(separator: "\n").filter { $0.contains("no TLS: ") }
        // A line in ten seconds, and a busy machine may need those for three commands.
        let allowed = 1 + Int(start.duration(to: .now) / .seconds(10))
        #expect((1...allowed).contains(lines.count))
        #expect(lines.first?.hasSuffix("no TLS: the client says: unknown ca") == true)
    }

    @Test func `a renewed certificate counts after SIGHUP, and connections go on`() async throws {
        let old = try authority.certificate()
        let certificate = try folder.write("c.pem", text(old.certificate))
        let key = try folder.write("k.pem", text(old.key))
        let server = try await TestServer(
            in: folder,
            ["--tls-certificate", certificate, "--tls-private-key", key, "--log-level", "notice"])
        let tail = try server.command(["tail", "-f", "--from", "1", "--ca", authority.file])
        let other = try TestAuthority("Other")
        let new = try other.certificate()
        _ = try folder.write("c.pem", text(new.certificate))
        _ = try folder.write("k.pem", text(new.key))
        #expect(try await server.aura("ping", "--ca", authority.file).status == 0)
        #expect(
            try await server.aura("test-events", "--count", "1", "--ca", authority.file).status == 0
        )
        #expect(try await eventually { tail.output.split(separator: "\n").count == 1 })
        server.signal(SIGHUP)
        #expect(try await eventually { server.errors.contains("read again: TLS with ") })
        #expect(try await server.aura("ping", "--ca", authority.file).status == 4)
        #expect(
            try await server.aura("test-events", "--count", "1", "--ca", other.file).status == 0)
        #expect(try await eventually { tail.output.split(separator: "\n").count == 2 })
        _ = try folder.write("k.pem", "no key")
        server.signal(SIGHUP)
        #expect(
            try await eventually { server.errors.contains("the certificate stays the one before") })
        #expect(try await server.aura("ping", "--ca", other.file).status == 0)
        tail.signal(SIGINT)
        _ = try await tail.status()
        #expect(try await server.stop() == 0)
    }

    @Test(arguments: [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
    func `another implementation agrees`(flag: String, version: String) async throws {
        let server = try await TestServer(in: folder, flags())
        let client = try Command(
            [
                "s_client", "-connect", server.address, flag, "-alpn", "aura/1", "-CAfile",
                authority.file, "-verify_return_error", "-verify_ip", "127.0.0.1",
            ], in: folder, executable: URL(filePath: "/usr/bin/openssl"))
        #expect(try await client.status() == 0, "\(client.errors)")
        #expect(client.output.contains("ALPN protocol: aura/1"))
        #expect(client.output.contains("New, \(version), Cipher is "))
        #expect(try await server.stop() == 0)
    }

    // MARK: - Certificates of clients

    @Test func `a client certificate is a key: made, listed, used and revoked`() async throws {
        let server = try await TestServer(
            in: folder, flags("--tls-client-ca", clients.file, "--auth-required", "true"))
        #expect(server.errors.contains("clients must show an API key or a certificate: aura keys"))
        #expect(server.errors.contains("client certificates may be shown"))
        let files = try clients.certificate("web-1", for: ["DNS:web-1"])
        let tls = ["--ca", authority.file, "--cert", files.certificate, "--key", files.key]
        func run(_ arguments: String...) async throws -> Outcome {
            let command = try server.command(arguments + tls)
            return Outcome(
                status: try await command.status(), output: command.output, errors: command.errors)
        }
        let unknown = try await run("ping")
        #expect(unknown.status == 5)
        #expect(unknown.errors.hasPrefix("error: the API key is not known (that of the client "))

        let made = try await keys(
            "create", "--name", "web-1", "--scope", "ingest", "--certificate", files.certificate)
        #expect(made.status == 0, "\(made.errors)")
        let prefix = String(made.lines[0])
        #expect(prefix.hasPrefix("cert_"))
        #expect(made.errors.contains("whoever shows this certificate over TLS holds it"))
        // The same as openssl shows it.
        let shown = try Command(
            ["x509", "-in", files.certificate, "-noout", "-fingerprint", "-sha256"], in: folder,
            executable: URL(filePath: "/usr/bin/openssl"))
        #expect(try await shown.status() == 0)
        let fingerprint = shown.output.lowercased().filter { $0 != ":" }
        #expect(fingerprint.contains("=" + prefix.dropFirst("cert_".count)))

        let recorded = try await run("test-events", "--count", "3")
        #expect(recorded.status == 0, "\(recorded.errors)")
        let count = try await run("count")
        #expect(count.status == 5)
        #expect(count.errors.contains("'read'"))

        let row = try #require(try await keys("list").rows.first)
        #expect(Array(row[1...4]) == ["web-1", prefix, "ingest", "usable"])
        #expect(!row[6].isEmpty, "it ends with the certificate")
        let again = try await keys(
            "create", "--name", "x", "--scope", "read", "--certificate", files.certificate)
        #expect(again.status == 1)
        #expect(again.errors.hasPrefix("error: the certificate is that of key \(prefix) already\n"))

        #expect(try await keys("revoke", prefix).status == 0)
        let revoked = try await run("test-events", "--count", "1")
        #expect(revoked.status == 5)
        #expect(revoked.errors.hasPrefix("error: the API key was revoked (that of the client "))
        #expect(try await server.stop() == 0)
    }

    @Test func `certificates that make no key, and those that come too late, are told`()
        async throws
    {
        let files = try clients.certificate("old", for: ["DNS:old"], .past)
        let past = try await keys(
            "create", "--name", "x", "--scope", "read", "--certificate", files.certificate)
        #expect(past.status == 1)
        #expect(past.errors.contains("is not in the future"))
        let none = try await keys(
            "create", "--name", "x", "--scope", "read", "--certificate", files.key)
        #expect(none.status == 2)
        #expect(none.errors.contains("it holds no certificate in PEM form"))

        let server = try await TestServer(
            in: folder,
            flags("--tls-client-ca", clients.file, "--tls-client-certificates", "required"))
        #expect(server.errors.contains("client certificates must be shown"))
        let without = try await server.aura("ping", "--ca", authority.file)
        #expect(without.status == 5)
        #expect(without.errors.hasPrefix("error: \(server.address) asks for a client certificate"))
        #expect(without.errors.contains("\nhint: give a certificate with --cert and --key"))
        let late = try await server.aura(
            "ping", "--ca", authority.file, "--cert", files.certificate, "--key", files.key)
        #expect(late.status == 5)
        #expect(
            late.errors.hasPrefix(
                "error: \(server.address) refuses the certificate of this client (certificate "
                    + "expired); "))
        #expect(try await server.stop() == 0)
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: file, encoding: .utf8)
    }

    private func keys(_ arguments: String...) async throws -> Outcome {
        let command = try Command(
            ["keys"] + arguments + ["--data-dir", folder.path("data")], in: folder)
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }
}
