import AuraCore
import Synchronization

/// Prints the rows that a statement answers as they come.
final class AnswerPrinter: Sendable {
    private struct State {
        var writer: (any RowWriter)?
        var missingCount = 0
    }

    private let output: OutputOptions
    private let state = Mutex(State())

    init(_ output: OutputOptions) {
        self.output = output
    }

    /// Parts of the store that cannot be read, so that the answer lacks their events.
    var missingCount: Int { state.withLock { $0.missingCount } }

    func write(_ rows: StatementRows) {
        state.withLock { state in
            if state.writer == nil {
                state.missingCount = rows.missingCount
                state.writer = output.writer(
                    rows.columns.map {
                        Answer.Column(name: $0.name, isNumeric: $0.type.isNumeric)
                    }, isComplete: rows.missingCount == 0, absent: "NULL", to: .output)
            }
            for row in rows.rows { state.writer?.write(row.map { Answer.Cell($0) }) }
        }
    }

    /// Ends the answer, if there is one.
    func end() {
        state.withLock { $0.writer?.end() }
    }
}

extension Answer.Cell {
    /// A value of a query.
    fileprivate init(_ value: Value) {
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
