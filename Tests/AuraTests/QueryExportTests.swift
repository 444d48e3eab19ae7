import Foundation
import Glibc
import Testing

@testable import aura

/// `aura query` with answers that are longer than what a query may hold.
struct QueryExportTests {
    private let data: QueryData
    private static let rows = 300_000

    /// Rows in their order, of some 20 MB.
    private static let export = """
        SET memory_limit = '4 MiB';
        SELECT 150 * patient_id + n AS number, repeat('x', 50) AS text
        FROM events JOIN (SELECT unnest(range(150)) AS n) ON true
        """

    init() async throws {
        data = try await QueryData()
    }

    private func expectAll(_ outcome: Outcome) {
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.count == Self.rows + 1)
        #expect(outcome.lines.first == "number,text")
        let end = "," + String(repeating: "x", count: 50)
        let numbers = Set(outcome.lines.dropFirst().map { $0.dropLast(end.utf8.count) })
        #expect(numbers.count == Self.rows && numbers.contains("0") && numbers.contains("299999"))
        #expect(outcome.lines.dropFirst().allSatisfy { $0.hasSuffix(end) })
    }

    @Test func `a directory exports more rows than memory holds`() async throws {
        expectAll(try await data.query("-o", "csv", "--threads", "3", Self.export))
        // What needs all rows is still refused.
        let sorted = try await data.query("-o", "csv", Self.export + " ORDER BY text, number")
        #expect(sorted.status == 1 && sorted.errors.contains("needs more than its 4 MiB"))
    }

    @Test func `a server exports more rows than memory holds`() async throws {
        let server = try await TestServer(in: data.folder)
        expectAll(try await server.aura("query", "-o", "csv", Self.export))
        #expect(try await server.stop() == 0)
    }

    @Test(arguments: OutputFormat.allCases)
    func `each format writes long answers row by row`(format: OutputFormat) async throws {
        let text =
            "SELECT n, CASE WHEN n = 11999 THEN 'a longer text' ELSE 'short' END AS t "
            + "FROM (SELECT unnest(range(12000)) AS n)"
        let outcome = try await data.query("-o", format.rawValue, text)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.lines
        #expect(outcome.output.contains("a longer text"))
        switch format {
        case .table: #expect(lines.count == 12_001 && lines[1] == "   0  short")
        case .box: #expect(lines.count == 12_004 && lines[12_002] == "│ 11999 │ a longer text │")
        case .vertical: #expect(lines.count == 36_000 && lines[35_997] == "─── row 12000 ───")
        case .csv, .tsv: #expect(lines.count == 12_001)
        case .json:
            #expect(lines.count == 12_002 && lines[1] == #"{"n":0,"t":"short"},"#)
            #expect(lines.last == "]")
        case .jsonl: #expect(lines.count == 12_000 && lines[0] == #"{"n":0,"t":"short"}"#)
        case .markdown: #expect(lines.count == 12_002 && lines[2] == "| 0 | short |")
        }
    }
}
