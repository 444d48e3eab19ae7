import AuraCore
import Foundation
import Testing

/// Data directories that are not whole: `aura serve` says what, where and what to do, changes
/// nothing, and serves all of it once that was mended.
struct ServeDamageTests {
    private let folder: Folder
    private let manifest: String
    private let segment = "log/0000000000000001.log"

    /// Makes a data directory with a few groups, closed in order.
    init() async throws {
        folder = try Folder()
        let server = try await TestServer(in: folder)
        for _ in 0..<3 { _ = try await server.aura("test-events", "--count", "40") }
        #expect(try await server.stop() == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("data"))
        manifest = try #require(names.first { $0.hasPrefix("MANIFEST-") })
    }

    private func serve() async throws -> Outcome {
        try await aura(
            "serve", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0",
            "--log-level", "warning", in: folder)
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: folder.url.appending(path: "data/" + name))
    }

    private func write(_ bytes: Data, to name: String) throws {
        try bytes.write(to: folder.url.appending(path: "data/" + name))
    }

    /// Every file of the directory with its content, the lock apart.
    private func content() throws -> [String: Data] {
        let root = folder.path("data")
        var content: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
            content[name] = FileManager.default.contents(atPath: root + "/" + name)
        }
        return content
    }

    /// Expects that the server does not start, for the reason given, and changes nothing; and that
    /// it serves every event once the file is as it was.
    private func expectRefusal(
        _ name: String, _ reasons: [String], damage: (Data) throws -> Data?
    ) async throws {
        let good = try bytes(name)
        if let bad = try damage(good) {
            try write(bad, to: name)
        } else {
            try FileManager.default.removeItem(atPath: folder.path("data/" + name))
        }
        let before = try content()
        let outcome = try await serve()
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("error: "))
        for reason in reasons { #expect(outcome.errors.contains(reason), "\(outcome.errors)") }
        #expect(try content() == before)
        try write(good, to: name)
        let server = try await TestServer(in: folder)
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("120\t"))
        #expect(try await server.stop() == 0)
    }

    /// The bytes with a format version of 9 in a first page whose checksum is made good.
    private func newer(_ bytes: Data) -> Data {
        var page = Array(bytes.prefix(4_096))
        page.replaceSubrange(8..<12, with: [9, 0, 0, 0])
        let hash = Checksum.hash64(page.rawSpan.extracting(0..<4_088))
        page.store(little: hash, at: 4_088)
        return Data(page) + bytes.dropFirst(4_096)
    }

    @Test func `a newer format`() async throws {
        for name in [segment, manifest] {
            try await expectRefusal(
                name,
                [
                    "\(name) has format version 9, this build reads up to 1",
                    "use the newer Aura that wrote it",
                ], damage: newer)
        }
    }

    @Test func `a missing file`() async throws {
        for name in [segment, manifest, "CURRENT"] {
            try await expectRefusal(
                name, ["\(name) is missing: ", "Restore it from a copy of the data directory"]
            ) { _ in nil }
        }
    }

    @Test func `rot in the middle of the log`() async throws {
        try await expectRefusal(
            segment,
            [
                "\(segment) is damaged at byte ", "Nothing was changed.",
                "Restore the file from a copy",
            ]
        ) { good in
            var bad = good
            bad.replaceSubrange(8_292..<8_296, with: [0xFF, 0xFF, 0xFF, 0xFF])
            return bad
        }
    }

    @Test func `rot in a file's first page`() async throws {
        for name in [segment, manifest] {
            try await expectRefusal(
                name, ["\(name) is damaged at byte ", "Restore the file from a copy"]
            ) { good in
                var bad = good
                bad[20] ^= 1
                return bad
            }
        }
        try await expectRefusal("CURRENT", ["CURRENT is damaged at byte 0: "]) { _ in
            Data("MANIFEST-0000000000000001 0000000000000000\n".utf8)
        }
    }

    @Test func `a file that is cut short`() async throws {
        try await expectRefusal(segment, [segment, "Restore"]) { $0.prefix(100) }
        try await expectRefusal(segment, [segment, "Restore"]) { $0.prefix(20_000) }
    }

    @Test func `keys that cannot be read`() async throws {
        let made = try await aura(
            "keys", "create", "--name", "k", "--scope", "read", "--data-dir", folder.path("data"),
            in: folder)
        #expect(made.status == 0)
        let good = try bytes("metadata.sqlite")
        for name in ["metadata.sqlite-wal", "metadata.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: folder.path("data/" + name))
        }
        try write(Data("no database at all, but of the size of one".utf8), to: "metadata.sqlite")
        let outcome = try await aura(
            "serve", "--data-dir", folder.path("data"), "--listen", "127.0.0.1:0",
            "--auth-required", "true", in: folder)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("metadata.sqlite"))
        #expect(outcome.errors.contains("\nhint: "))
        // The log is untouched by that, and served to whoever needs no key.
        let server = try await TestServer(in: folder)
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("120\t"))
        #expect(try await server.stop() == 0)
        try write(good, to: "metadata.sqlite")
    }
}
