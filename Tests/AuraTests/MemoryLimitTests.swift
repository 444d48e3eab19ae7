import AuraCore
import Foundation
import Testing

@testable import aura

/// A server that the system gives no more memory than it said it would take.
struct MemoryLimitTests {
    private let isLong = ProcessInfo.processInfo.environment["AURA_TEST_LONG"] == "1"
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Events of a month, of which no two have an id in common, as a file of lines.
    private func events(_ count: Int) throws -> String {
        let path = try folder.write("events.ndjson", "")
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        var lines = ""
        for number in 0..<count {
            let time = 1_709_251_200_000 + number * 2_592_000_000 / count
            lines += """
                {"type":"visit.\(number % 7)","time":\(time),"user_id":"user-\(number &* 7_919)-\(number)",\
                "patient_id":\(number * 13),"session_id":"s\(number)","duration_ms":\(number % 977)}

                """
            guard lines.utf8.count > 1 << 20 || number == count - 1 else { continue }
            try file.write(contentsOf: Data(lines.utf8))
            lines = ""
        }
        try file.close()
        return path
    }

    @Test func `ids without end are taken under a limit that the system enforces`() async throws {
        // A third more than the limit for threads, the program and what lies between its pieces.
        let (count, limit, allowed) = isLong ? (10_000_000, 320, 512) : (300_000, 64, 256)
        let server = try await TestServer(
            in: folder, ["--memory-limit", "\(limit)MiB"], dataLimitMiB: allowed)
        let path = try events(count)
        let ingest = try await server.aura(
            ["ingest", path, "--time-format", "ms", "--quiet"], within: .seconds(1_200))
        #expect(ingest.status == 0, "\(ingest.errors)")
        #expect(try await server.aura("count", "--no-header").output.hasPrefix("\(count)\t"))
        #expect(
            try await server.aura(
                ["store", "compact", "--server", server.address], within: .seconds(1_200)
            ).status == 0)
        let last = "user-\((count - 1) &* 7_919)-\(count - 1)"
        #expect(
            try await server.aura("count", "--no-header", "--where", "user_id=\(last)").output
                .hasPrefix("1\t"))
        // It is the server that was started, and not one that came back.
        #expect(try await server.stop() == 0)
        let verdict = try await aura(
            "store", "verify", "--data-dir", folder.path("data"), in: folder,
            within: .seconds(1_200))
        #expect(verdict.status == 0, "\(verdict.output)")
    }
}
