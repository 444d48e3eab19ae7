import Foundation
import Testing

/// `aura query --data-dir`: a store is read in place, and nothing of it is changed.
@Suite struct QueryDirectoryTests {
    private let folder: Folder
    private let data: URL

    init() throws {
        folder = try Folder()
        data = folder.url.appending(path: "data")
    }

    /// A file or folder below the data directory, as it lies there.
    private struct Entry: Hashable {
        let path: String
        let content: Data?
        let changed: Date?
    }

    private func entries() throws -> Set<Entry> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: data.path) + ["."]
        return try Set(
            names.map { name in
                let path = data.appending(path: name).path
                let about = try FileManager.default.attributesOfItem(atPath: path)
                return Entry(
                    path: name, content: FileManager.default.contents(atPath: path),
                    changed: about[.modificationDate] as? Date)
            })
    }

    /// Gives the owner these rights to files, and to folders what goes with them.
    private func setRights(_ rights: Int) throws {
        for entry in try entries() {
            let mode = entry.content == nil ? rights | rights >> 2 : rights
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: data.appending(path: entry.path).path)
        }
    }

    private func query(_ statement: String) async throws -> Outcome {
        let command = try Command(
            ["query", "--data-dir", data.path, "-o", "tsv", statement], in: folder)
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }

    @Test func `what a killed server left is read as it lies, by several at once`() async throws {
        let server = try await TestServer(in: folder)
        let lines = (1...5_000).map { #"{"type":"visit","time":\#($0),"room":\#($0 % 7)}"# + "\n" }
        let ingest = try await server.aura(["ingest", "-"], input: lines.joined())
        #expect(ingest.status == 0, "\(ingest.errors)")
        let refused = try await query("SELECT 1 AS one")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("is in use by another process"))
        #expect(refused.errors.contains("hint: ask its server, with --server"))
        try await server.kill()
        try setRights(0o400)
        let before = try entries()
        let statement = "SELECT count(*) AS n, sum(room) AS rooms FROM visit"
        async let other = query(statement)
        for outcome in [try await query(statement), try await other] {
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output == "n\trooms\n5000\t14997\n")
        }
        #expect(try entries() == before)
        try setRights(0o600)
        try await server.restart()
        #expect(try await server.stop() == 0)
    }
}
