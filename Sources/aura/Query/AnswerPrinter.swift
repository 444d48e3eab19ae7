import AuraCore
import Synchronization

/// Prints the rows that a statement answers as they come, but for the first: those wait until there are
/// some, or no more, for a damaged store may give them anew.
final class AnswerPrinter: StatementTaker {
    private struct State {
        var waiting: [StatementRows] = []
        var writer: (any RowWriter)?
        var missingCount = 0
    }

    private let output: OutputOptions
    private let onBegin: @Sendable () -> Void
    private let state = Mutex(State())

    /// Rows that wait, about.
    private static let waitingRows = 1_000

    /// - Parameter onBegin: Called before the first row is printed.
    init(_ output: OutputOptions, onBegin: @escaping @Sendable () -> Void) {
        self.output = output
        self.onBegin = onBegin
    }

    /// Parts of the store that cannot be read, so that the answer lacks their events.
    var missingCount: Int { state.withLock { $0.missingCount } }

    func take(_ rows: StatementRows) {
        state.withLock { state in
            if state.writer == nil {
                state.waiting.append(rows)
                let count = state.waiting.reduce(0) { $0 + $1.count }
                if count > AnswerPrinter.waitingRows { begin(&state) }
            } else {
                AnswerPrinter.write(rows, &state)
            }
        }
    }

    func forget() -> Bool {
        state.withLock { state in
            state.waiting = []
            return state.writer == nil
        }
    }

    private func begin(_ state: inout State) {
        guard let first = state.waiting.first else { return }
        onBegin()
        state.missingCount = first.missingCount
        state.writer = output.writer(
            first.columns.map { Answer.Column(name: $0.name, isNumeric: $0.type.isNumeric) },
            isComplete: first.missingCount == 0, absent: "NULL", to: .output)
        for rows in state.waiting { AnswerPrinter.write(rows, &state) }
        state.waiting = []
    }

    private static func write(_ rows: StatementRows, _ state: inout State) {
        for row in rows.rows { state.writer?.write(row.map { Answer.Cell($0) }) }
    }

    /// Ends the answer, if there is one.
    func end() {
        state.withLock { state in
            begin(&state)
            state.writer?.end()
        }
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
        case .text(let text): self = .text(text)
        case .timestamp, .instant, .date, .interval, .uuid: self = .value(value)
        }
    }
}
