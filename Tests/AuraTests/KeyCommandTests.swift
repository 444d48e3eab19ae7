import AuraMetadata
import AuraServer
import AuraWire
import Foundation
import Logging
import Testing

@testable import aura

/// `aura keys`, and what keys open.
struct KeyCommandTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    @Test func `a key is made, listed and revoked`() async throws {
        let made = try await keys(
            "create", "--name", "web", "--scope", "ingest", "--expires", "365d")
        #expect(made.status == 0)
        #expect(made.output.hasPrefix("aura_"))
        #expect(made.lines.count == 1)
        #expect(made.errors.contains("cannot be shown again"))
        let listed = try await keys("list")
        let row = try #require(listed.rows.first)
        #expect(row[1] == "web")
        #expect(row[3] == "ingest")
        #expect(row[4] == "usable")
        #expect(!listed.output.contains(made.lines[0]))
        let revoked = try await keys("revoke", row[0])
        #expect(revoked.output == "revoked \(row[0]) ('web')\n")
        #expect(try await keys("list").rows.first?[4] == "revoked")
    }

    @Test func `what makes no key is told`() async throws {
        let scope = try await keys("create", "--name", "x", "--scope", "write")
        #expect(scope.status == 2)
        #expect(scope.errors.contains("'write' is no scope; there are ingest, read, admin"))
        let past = try await keys(
            "create", "--name", "x", "--scope", "read", "--expires", "2001-01-01")
        #expect(past.status == 1)
        #expect(past.errors.contains("is not in the future"))
        let unknown = try await keys("revoke", "nobody")
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("no API key has the id or prefix 'nobody'"))
        #expect(unknown.errors.contains("hint: List the keys there are: aura keys list."))
    }

    @Test func `a key lets in although its use cannot be noted, as on a full disk`() async throws {
        let made = try await keys("create", "--name", "read", "--scope", "read")
        let secret = String(made.lines[0])
        let directory = folder.path("data")
        let trigger = """
            import sqlite3
            sqlite3.connect("\(directory)/\(MetadataStore.fileName)").execute(
                "CREATE TRIGGER full BEFORE UPDATE ON api_key BEGIN SELECT RAISE(FAIL, 'full'); END")
            """
        let python = try Command(
            ["-c", trigger], in: folder, executable: URL(filePath: "/usr/bin/python3"))
        #expect(try await python.status() == 0, "\(python.errors)")
        let metadata = try MetadataStore.open(in: directory)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let grant = try KeyAuthenticator.of(metadata, logger: logger)(.key(secret)).get()
        #expect(grant.scopes == .read)
        try metadata.close()
    }

    @Test func `a server that asks for keys lets in whom they allow, and nobody else`() async throws
    {
        let server = try await TestServer(in: folder, ["--auth-required", "true"])
        #expect(server.errors.contains("clients must show an API key"))
        let ingest = try await token("ingest")
        let read = try await token("read")

        let nobody = try await server.aura("count")
        #expect(nobody.status == 5)
        #expect(nobody.errors.contains("asks for an API key"))
        #expect(nobody.errors.contains("hint: give a key with --token-file or AURA_TOKEN"))
        let forged = try folder.write(
            "forged", "aura_api_0000000000000000000000000000000000000000000")
        #expect(try await server.aura("count", "--token-file", forged).status == 5)

        let recorded = try await server.aura("test-events", "--count", "3", "--token-file", ingest)
        #expect(recorded.status == 0, "\(recorded.errors)")
        #expect(try await server.aura("test-events", "--token-file", read).status == 5)
        #expect(try await server.aura("count", "--token-file", ingest).status == 5)
        let counted = try await server.aura("count", "--no-header", "--token-file", read)
        #expect(counted.output.hasPrefix("3\t"))
        let file = try folder.write("a.ndjson", #"{"type":"a","time":"2026-01-01T00:00:00Z"}"#)
        #expect(try await server.aura("ingest", file).status == 5)
        #expect(try await server.aura("ingest", file, "--token-file", ingest).status == 0)
        let missing = try await server.aura("count", "--token-file", folder.path("missing"))
        #expect(missing.status == 2)
        #expect(
            missing.errors == """
                error: cannot read the API key from \(folder.path("missing")): No such file or directory
                hint: check the path and its permissions

                """)
        let directory = try await server.aura("count", "--token-file", folder.path)
        #expect(directory.status == 2)
        #expect(directory.errors.contains("\(folder.path): Is a directory"))
    }

    @Test func `keys of a directory that is not there are told, and it is not made`() async throws {
        for arguments in [["list"], ["revoke", "nobody"]] {
            let command = try Command(
                ["keys"] + arguments + ["--data-dir", folder.path("none")], in: folder)
            #expect(try await command.status() == 1)
            #expect(
                command.errors.hasPrefix("error: there is no data directory \(folder.path("none"))")
            )
            #expect(command.errors.contains("hint: name it with --data-dir"))
            #expect(!folder.contains("none"))
        }
    }

    @Test func `an expired key is refused, and others are served`() async throws {
        let server = try await TestServer(in: folder, ["--auth-required", "true"])
        let good = try await token("ingest")
        let made = try await keys(
            "create", "--name", "short", "--scope", "ingest", "--expires", "1s")
        let short = try folder.write("short.key", made.output)
        var refused = try await server.aura("test-events", "--count", "1", "--token-file", short)
        // As long as it holds, what it records is stored.
        var stored = 0
        while refused.status == 0, stored < 1_000 {
            stored += 1
            refused = try await server.aura("test-events", "--count", "1", "--token-file", short)
        }
        #expect(refused.status == 5)
        #expect(
            refused.errors.hasPrefix(
                "error: the API key has expired; make a new key with 'aura keys create'\nhint: "))
        let other = try await server.aura("test-events", "--count", "2", "--token-file", good)
        #expect(other.status == 0, "\(other.errors)")
        let read = try await token("read")
        let count = try await server.aura("count", "--no-header", "--token-file", read)
        #expect(count.output.hasPrefix("\(stored + 2)\t"))
        let states = try await keys("list").rows.map { [$0[1], $0[4]] }
        #expect(states.contains(["short", "expired"]))
    }

    @Test func `a revoked key is refused at the next connection`() async throws {
        let server = try await TestServer(in: folder, ["--auth-required", "true"])
        let file = try await token("read")
        #expect(try await server.aura("ping", "--token-file", file).status == 0)
        let id = try #require(try await keys("list").rows.first?.first)
        #expect(try await keys("revoke", id).status == 0)
        let refused = try await server.aura("ping", "--token-file", file)
        #expect(refused.status == 5)
        #expect(refused.errors.contains("revoked"))
    }

    /// A file with a new key of that scope.
    private func token(_ scope: String) async throws -> String {
        let made = try await keys("create", "--name", scope, "--scope", scope)
        return try folder.write("\(scope).key", made.output)
    }

    private func keys(_ arguments: String...) async throws -> Outcome {
        let command = try Command(
            ["keys"] + arguments + ["--data-dir", folder.path("data")], in: folder)
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }
}
