import AuraCore

@testable import AuraQuery

extension QuerySource {
    /// The rows that a query has, by so many threads and in parts of so many rows.
    func rows(of text: String, threads: Int = 1, partRows: Int = 1 << 16) throws -> [[Value]] {
        var settings = QuerySettings(now: Timestamp(microseconds: 0))
        settings.threads = threads
        settings.partRows = partRows
        let answer = try PreparedQuery(text, over: self, settings).answer()
        return (0..<answer.rowCount).map { answer.row($0) }
    }
}
