import Foundation
import Testing

/// What `aura ingest` says at its end, and what it keeps out of the batches that it sends.
@Suite(.serialized) struct IngestReportTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test func `one row too far in the future is rejected, the others are stored, once`()
        async throws
    {
        let server = try await TestServer(in: folder)
        var lines = (0..<2_001).map { "{\"type\":\"visit\",\"time\":\(1_700_000_000 + $0)}" }
        lines[1_000] = "{\"type\":\"visit\",\"time\":\"2131-05-01T00:00:00Z\"}"
        let file = try folder.write("events.ndjson", lines.joined(separator: "\n"))
        for run in 0..<2 {
            let outcome = try await server.aura("ingest", file, "--batch-size", "500")
            #expect(outcome.status == 7, "\(outcome.errors)")
            #expect(outcome.output.contains(run == 0 ? "2,000 events stored" : "2,000 were there"))
            #expect(outcome.output.contains("1 rows rejected"))
            let rejects = try String(contentsOfFile: file + ".rejects", encoding: .utf8)
            let row = rejects.split(separator: "\t")
            #expect(row.first == "1001")
            #expect(row.count > 1 && row[1].contains("lies in the future"))
            let count = try await server.aura("count", "--format", "json")
            #expect(count.output.contains("2000"), "\(count.output)")
        }
        #expect(try await server.stop() == 0)
    }

    @Test func `what the privacy rules left out is told by rule and attribute, never by value`()
        async throws
    {
        let server = try await TestServer(in: folder)
        let line = """
            {"type":"visit","time":1700000000,"email":"anna@example.org","first_name":"Anna",\
            "note":"call +49 30 901820","ip":"192.0.2.17","n":1}
            """
        let file = try folder.write("events.ndjson", line + "\n" + line + "\n")
        let outcome = try await server.aura("ingest", file)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output.contains(
                "privacy: left out 4 by rule 'name' (email, first_name), 2 by rule 'phone' (note); "
                    + "cut 2 addresses to their network"), "\(outcome.output)")
        for value in ["anna", "Anna", "901820", "192.0.2.17"] {
            #expect(!outcome.output.contains(value) && !outcome.errors.contains(value))
        }
        let dry = try await server.aura("ingest", file, "--dry-run")
        #expect(dry.output.contains("left out 4 by rule 'name'"))
        #expect(try await server.stop() == 0)
    }

    @Test func `warnings are told once with their count, over a restart of the server`()
        async throws
    {
        let server = try await TestServer(in: folder)
        let numbers = "{\"type\":\"visit\",\"time\":1700000000,\"room\":7}\n"
        let texts = "{\"type\":\"visit\",\"time\":1700000000,\"room\":\"7a\"}\n"
        let first = try folder.write("first.ndjson", numbers)
        let second = try folder.write("second.ndjson", String(repeating: texts, count: 30))
        #expect(try await server.aura("ingest", first).errors.isEmpty)
        #expect(try await server.stop() == 0)
        try await server.restart()
        let outcome = try await server.aura("ingest", second, "--batch-size", "10")
        #expect(outcome.status == 0)
        #expect(
            outcome.errors
                == "warning: visit: attribute 'room' is string, expected int64 "
                + "(3 batches, 30 events)\n")
        #expect(try await server.stop() == 0)
    }

    @Test func `a server that is strict takes registered types alone`() async throws {
        let settings = try folder.write(
            "aura.yaml",
            "privacy: {unknown_types: refuse}\nevent_types: {visit: {attributes: {room: int64}}}\n")
        let server = try await TestServer(in: folder, ["--config", settings])
        let known = try folder.write("a.ndjson", "{\"type\":\"visit\",\"time\":1,\"room\":7}\n")
        let other = try folder.write("b.ndjson", "{\"type\":\"stay\",\"time\":1}\n")
        #expect(try await server.aura("ingest", known).status == 0)
        let refused = try await server.aura("ingest", other)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("'stay'"))
        #expect(refused.errors.contains("event_types"))
        let status = try await server.aura("status")
        #expect(status.output.contains("schema.refused_batches"))
        let shown = try await server.aura("config", "--config", settings)
        #expect(shown.rows.contains(["event_types.visit", "room: int64", "\(settings):2:15"]))
        #expect(try await server.stop() == 0)
    }
}
