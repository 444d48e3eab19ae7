import AuraCore
import AuraStorage
import AuraTesting
import Testing

@testable import AuraQuery

/// What EXPLAIN says of a query, and what EXPLAIN ANALYZE has measured.
@Suite struct ExplainTests {
    /// 500 events of three types, every 7 s: three chunks of 150 in blocks of 25, and a batch in memory.
    private static func source() throws -> QuerySource {
        let events = (0..<500).map { number in
            Event(
                type: ["a", "b", "c"][number % 3],
                time: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(number) * 7_000_000),
                attributes: [
                    Attribute("n", .int64(Int64(number))),
                    Attribute("place", .string("ward \(number / 10)")),
                ])
        }
        var keeping = Keeping()
        keeping.hasIndex = true
        keeping.flushes = 3
        keeping.layout.groupRows = 25
        return try keeping.source(of: events)
    }

    private static func lines(_ text: String, threads: Int = 1) throws -> [String] {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.threads = threads
        settings.partRows = 20
        let answer = try PreparedQuery(text, over: try source(), settings).answer()
        return (0..<answer.rowCount).map { "\(answer.row($0)[0])" }
    }
}
