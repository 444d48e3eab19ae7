import AuraCore
import AuraEngine
import AuraStorage
import Foundation
import Testing

/// `aura store`, and a server on a store that cannot be read in part.
struct StoreCommandTests {
    private let folder: Folder
    private let chunk = "data/chunks/0000000000000002.chunk"

    /// A data directory with three chunks of 50 events each and 10 events in the log.
    init() async throws {
        folder = try Folder()
        var configuration = EventStoreConfiguration(
            directory: folder.path("data"), newIncarnation: 4_711,
            fileSystem: PosixFileSystem(), clock: { 1_700_000_000_000_000 })
        configuration.segmentSize = 16 << 20
        let store = try EventStore(configuration)
        for part in 0..<4 {
            var builder = BatchBuilder()
            for number in 0..<(part < 3 ? 50 : 10) {
                _ = try builder.append(
                    Event(
                        type: "part.\(part)",
                        time: Timestamp(
                            microseconds: 1_690_000_000_000_000 + Int64(part) * 86_400_000_000),
                        attributes: [Attribute("n", .int64(Int64(number)))]))
            }
            _ = try await store.append(EventBatch(validating: builder.finish() ?? []))
            if part < 3 { try await store.flush() }
        }
        try store.close()
    }

    private func store(_ arguments: String...) async throws -> Outcome {
        let command = try Command(["store"] + arguments, in: folder)
        let status = try await command.status()
        return Outcome(status: status, output: command.output, errors: command.errors)
    }

    private func rot(_ name: String, at offset: UInt64 = 64) throws {
        let file = try FileHandle(forUpdating: folder.url.appending(path: name))
        try file.seek(toOffset: offset)
        let byte = try file.read(upToCount: 1)?.first ?? 0
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data([byte ^ 8]))
        try file.close()
    }

    private var data: String { folder.path("data") }

    @Test func `a server on a store with a rotten chunk says so everywhere`() async throws {
        try rot(chunk)
        let before = try Data(contentsOf: folder.url.appending(path: chunk))
        let server = try await TestServer(in: folder)
        let count = try await server.aura("count", "--json")
        #expect(count.status == 7 && count.output.contains("\"count\":110"))
        #expect(count.output.contains("\"complete\":false"))
        #expect(count.errors.contains("50 events of chunks/0000000000000002.chunk"))
        #expect(count.errors.contains("numbers 51 to 100"))
        let whole = try await server.aura("count", "--to", "2023-07-23", "--json")
        #expect(whole.status == 0 && whole.output.contains("\"count\":50"), "\(whole)")
        #expect(!whole.output.contains("complete"))
        let tail = try await server.aura("tail", "--from", "1", "--json")
        #expect(tail.status == 7 && tail.output.split(separator: "\n").count == 110)
        #expect(tail.errors.contains("chunks/0000000000000002.chunk"))
        let status = try await server.aura("status", "--json")
        #expect(status.status == 3 && status.output.contains("\"status\":\"degraded\""))
        #expect(status.output.contains("\"missing_events\":50"))
        #expect(status.output.contains("\"complete\":false"))
        #expect(server.errors.contains("chunks/0000000000000002.chunk is set aside"))
        #expect(try await server.stop() == 0)
        #expect(try Data(contentsOf: folder.url.appending(path: chunk)) == before)
    }

    @Test func `a server starts without a chunk, and scrubs what there is`() async throws {
        try FileManager.default.removeItem(atPath: folder.path(chunk))
        let server = try await TestServer(in: folder)
        #expect(server.errors.contains("is set aside, and answers lack its 50 events"))
        _ = try await eventually {
            try await server.aura("status", "--json").output.contains("\"scrub_rounds\":1")
        }
        #expect(try await server.aura("count").status == 7)
        #expect(try await server.stop() == 0)
    }

    @Test func `verify and inspect tell of a sound store, and of one that is not`() async throws {
        let sound = try await store("verify", "--data-dir", data)
        #expect(sound.status == 0 && sound.errors.contains("160 events, 3 chunks"), "\(sound)")
        let inspect = try await store("inspect", "--data-dir", data, "--json")
        #expect(inspect.status == 0)
        let object = try JSONSerialization.jsonObject(with: Data(inspect.output.utf8))
        let parts = try #require(object as? [String: [[String: Any]]])
        #expect(parts["chunks"]?.count == 3 && parts["findings"]?.isEmpty == true)
        #expect(parts["columns"]?.contains { $0["column"] as? String == "n" } == true)
        let table = try await store("inspect", "--data-dir", data, "--part", "types")
        #expect(table.output.contains("part.1\t50"))
        try rot(chunk)
        let broken = try await store("verify", "--data-dir", data)
        #expect(broken.status == 3)
        #expect(broken.output.contains("chunks/0000000000000002.chunk\tdamaged at byte 64"))
        #expect(broken.output.contains("put the file back from a backup"))
        let server = try await TestServer(in: folder)
        let refused = try await store("verify", "--data-dir", data)
        #expect(refused.status == 1 && refused.errors.contains("in use by another process"))
        #expect(try await server.stop() == 0)
    }

    @Test func `a backup of a running server is restored, with its keys`() async throws {
        let keys = try await aura(
            "keys", "create", "--name", "web", "--scope", "read", "--data-dir", data, in: folder)
        #expect(keys.status == 0)
        let server = try await TestServer(in: folder)
        let backup = try await store("backup", "--data-dir", data, folder.path("copy"))
        #expect(backup.status == 0 && backup.output.contains("160 events"), "\(backup)")
        let over = try await store("restore", folder.path("copy"), "--data-dir", data)
        #expect(over.status == 1 && over.errors.contains("in use"), "\(over)")
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("160\t"))
        #expect(try await server.stop() == 0)
        let nonempty = try await store("restore", folder.path("copy"), "--data-dir", data)
        #expect(nonempty.status == 1 && nonempty.errors.contains("is not empty"), "\(nonempty)")
        // What is lost comes back, as another store.
        try FileManager.default.removeItem(atPath: data)
        let restore = try await store("restore", folder.path("copy"), "--data-dir", data)
        #expect(restore.status == 0 && restore.output.contains("160 events"), "\(restore)")
        let again = try await TestServer(in: folder)
        #expect(try await again.aura("count", "--no-header").output.hasPrefix("160\t"))
        let status = try await again.aura("status", "--json")
        #expect(status.status == 0 && !status.output.contains("0000000000001267"))
        #expect(try await again.stop() == 0)
        let list = try await aura("keys", "list", "--data-dir", data, in: folder)
        #expect(list.status == 0 && list.output.contains("web"), "\(list)")
    }

    @Test func `salvage saves what is intact and names what is lost`() async throws {
        try FileManager.default.removeItem(atPath: folder.path("data/CURRENT"))
        try FileManager.default.removeItem(atPath: folder.path(chunk))
        // The log still holds what was flushed from it, until it goes on in another segment.
        let segment = "data/log/0000000000000001.log"
        let whole = try await store("salvage", "--data-dir", data, folder.path("whole"))
        #expect(whole.status == 0 && whole.output.contains("saved 160 events"), "\(whole)")
        try FileManager.default.removeItem(atPath: folder.path(segment))
        let salvage = try await store("salvage", "--data-dir", data, folder.path("saved"))
        #expect(salvage.status == 7 && salvage.output.contains("saved 100 events"), "\(salvage)")
        #expect(salvage.errors.contains("50 events were not found: numbers 51-100"))
        let verify = try await store("verify", "--data-dir", folder.path("saved"))
        #expect(verify.status == 0, "\(verify)")
    }
}
