import Foundation
import Testing

@testable import aura

/// `store compact`, `admin data` and `privacy erase` against a server.
struct OrderTests {
    private let server: TestServer
    private let folder: Folder

    init() async throws {
        folder = try Folder()
        server = try await TestServer(in: folder)
    }

    /// Events of ten patients, one a day each, six hours after the time of day that it is now.
    private func ingest(days: Int) async throws {
        let now = Date.now.timeIntervalSince1970
        let lines = (0..<days).flatMap { day in
            (0..<10).map { patient in
                let time = now - Double(days - day) * 86_400 + 21_600 + Double(patient)
                return #"{"type":"visit","time":\#(time),"patient_id":"patient-\#(patient)"}"#
            }
        }
        let path = try folder.write("days.ndjson", lines.joined(separator: "\n"))
        let outcome = try await server.aura("ingest", path, "--time-format", "s")
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private func count(_ arguments: String...) async throws -> String {
        let command = try server.command(["count"] + arguments)
        _ = try await command.status()
        return command.output.split(separator: "\n").dropFirst().first
            .map { String($0.split(separator: "\t")[0]) } ?? "0"
    }

    @Test func `an erased patient is gone, from files and after kill -9, and the receipt says so`()
        async throws
    {
        try await ingest(days: 20)
        let files = folder.path("data")
        #expect(try await holds("patient-7", below: files))
        let preview = try await server.aura(
            "privacy", "erase", "patient_id=patient-7", "--dry-run", "-o", "json")
        #expect(preview.output.contains(#""events":20"#), "\(preview.output)")
        #expect(try await count() == "200")
        let unsure = try await server.aura("privacy", "erase", "patient_id=patient-7")
        #expect(unsure.status == 2)
        #expect(unsure.errors.contains("add --yes"))
        let done = try await server.aura(
            "privacy", "erase", "patient_id=patient-7", "--yes", "-o", "json")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains(#""events_erased":20"#), "\(done.output)")
        #expect(done.output.contains(#""finished":true"#))
        #expect(!done.output.contains("patient-7"))
        #expect(try await count() == "180")
        #expect(try await count("--where", "patient_id=patient-7") == "0")
        #expect(try await !holds("patient-7", below: files))
        try await server.kill()
        try await server.restart()
        #expect(try await count() == "180")
        let again = try await server.aura(
            "privacy", "erase", "patient_id=patient-7", "--yes", "-o", "json")
        #expect(again.output.contains(#""events_erased":0"#), "\(again.output)")
    }

    /// Whether some file below a folder holds the text.
    private func holds(_ text: String, below path: String) async throws -> Bool {
        while true {
            let command = try Command(
                ["-r", "-q", "-a", "-F", text, path], in: folder,
                executable: URL(filePath: "/usr/bin/grep"))
            // Neither: a file went away while it was looked for.
            let status = try await command.status()
            if status == 0 || status == 1 { return status == 0 }
        }
    }

    @Test func `old events go when they are told to, and late ones stay welcome`() async throws {
        try await ingest(days: 40)
        let compacted = try await server.aura("store", "compact", "-o", "json")
        #expect(compacted.status == 0, "\(compacted.errors)")
        #expect(compacted.output.contains(#""chunks_after":1"#), "\(compacted.output)")
        let preview = try await server.aura(
            "admin", "data", "--cleanup", "--days", "30", "--dry-run", "-o", "json")
        #expect(preview.output.contains(#""events":100"#), "\(preview.output)")
        #expect(try await count() == "400")
        let done = try await server.aura("admin", "data", "--cleanup", "--days", "30", "-o", "json")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.output.contains(#""events_deleted":100"#), "\(done.output)")
        #expect(try await count() == "300")
        let late = #"{"type":"visit","time":"2001-01-01T00:00:00Z","patient_id":"late"}"#
        let outcome = try await server.aura(
            "ingest", try folder.write("late.ndjson", late))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try await count() == "301")
    }

    @Test func `what makes no order is told`() async throws {
        for (arguments, message) in [
            (["admin", "data", "--days", "3"], "--cleanup"),
            (["admin", "data", "--cleanup"], "--days"),
            (["admin", "data", "--cleanup", "--days", "0"], "1 to 100000"),
            (["privacy", "erase", "patient"], "attribute=value"),
        ] {
            let command = try server.command(arguments)
            #expect(try await command.status() == 2, "\(arguments)")
            #expect(command.errors.contains(message), "\(command.errors)")
        }
    }
}
