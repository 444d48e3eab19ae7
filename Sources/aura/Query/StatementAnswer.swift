import AuraClient
import AuraCore
import AuraQuery
import AuraWire

/// What a statement has answered, wherever.
struct StatementAnswer: Sendable {
    /// Names and types of the columns.
    let columns: [(name: String, type: ValueType)]
    let rowCount: Int
    /// The values of a row, one for each column.
    let row: @Sendable (Int) -> [Value]
    /// Parts of the store that cannot be read, so that the answer lacks their events.
    let missingCount: Int
    /// How long the engine worked on it.
    let elapsed: Duration

    init(_ answer: QueryAnswer, elapsed: Duration) {
        columns = answer.columns.map { ($0.name, $0.type) }
        rowCount = answer.rowCount
        row = { answer.row($0) }
        missingCount = answer.missing.count
        self.elapsed = elapsed
    }

    init(_ result: QueryResult) {
        columns = result.columns.map { ($0.name, $0.type) }
        rowCount = result.rowCount
        row = { result.row($0) }
        missingCount = result.missing.count
        elapsed = result.elapsed
    }
}
