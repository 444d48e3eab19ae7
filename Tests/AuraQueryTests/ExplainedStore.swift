import AuraCore
import AuraStorage

@testable import AuraQuery

/// A small store whose blocks can be counted, and explanations of queries over it.
enum ExplainedStore {
    /// 500 events of three types, every 7 s: three chunks of 150 in blocks of 25, and a batch in memory.
    private static let source = Result {
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

    /// The lines that a statement answers.
    static func lines(
        _ text: String, threads: Int = 1, zone: TimeZoneRules = .utc
    ) throws -> [String] {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.threads = threads
        settings.partRows = 20
        settings.zone = zone
        let answer = try PreparedQuery(text, over: try source.get(), settings).answer()
        return (0..<answer.rowCount).map { "\(answer.row($0)[0])" }
    }
}
