import AuraClient
import AuraCore
import AuraQuery
import AuraWire

/// Rows that a statement has answered, wherever: all or the next ones.
struct StatementRows: Sendable {
    /// Names and types of the columns.
    let columns: [(name: String, type: ValueType)]
    let count: Int
    /// The values of some rows in a column.
    let values: @Sendable (_ column: Int, _ rows: Range<Int>) -> [Value]
    /// Parts of the store that cannot be read, so that the answer lacks their events; known with the first
    /// rows.
    let missingCount: Int

    init(_ answer: QueryAnswer) {
        columns = answer.columns.map { ($0.name, $0.type) }
        count = answer.rowCount
        values = { answer.values(of: $0, in: $1) }
        missingCount = answer.missing.count
    }

    init(_ rows: QueryRows) {
        columns = rows.columns.map { ($0.name, $0.type) }
        count = rows.rowCount
        values = { Array(rows.columns[$0].values[$1]) }
        missingCount = rows.missing.count
    }

    /// The rows, each with a value for each column.
    var rows: [[Value]] {
        let columns = columns.indices.map { values($0, 0..<count) }
        return (0..<count).map { row in columns.map { $0[row] } }
    }
}

/// Takes the rows that a statement answers as they come.
protocol StatementTaker: Sendable {
    /// Takes the next rows, on any thread, but one part after another: at least once, unless the statement
    /// asks for nothing; it may block.
    func take(_ rows: StatementRows)
    /// Whether all rows so far are forgotten, for they come anew.
    func forget() -> Bool
}
