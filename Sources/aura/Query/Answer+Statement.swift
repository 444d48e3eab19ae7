import AuraCore

extension Answer {
    /// The rows that a statement has answered, each made when it is written.
    ///
    /// - Parameter shouldStop: Once it says so, the rest is left out.
    init(_ answer: StatementAnswer, shouldStop: @escaping @Sendable () -> Bool) {
        self.init(
            columns: answer.columns.map { column in
                Column(name: column.name, isNumeric: column.type.isNumeric)
            },
            rows: Rows(count: answer.rowCount, shouldStop: shouldStop) { row in
                answer.row(row).map { Cell($0) }
            })
        null = "NULL"
    }
}

extension Answer.Cell {
    /// A value of a query.
    init(_ value: Value) {
        switch value {
        case .null: self = .absent
        case .bool(let value): self = .bool(value)
        case .int64(let value): self = .integer(value)
        case .float64(let value): self = .number(value)
        case .int128(let value): self = .wide(value)
        case .list(let items): self = .list(items.map { Self($0) }, text: value.description)
        default: self = .text(value.description)
        }
    }
}
