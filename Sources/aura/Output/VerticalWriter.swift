import AuraCore

/// Each row by itself, one line for each column: values stand there whole, however long.
struct VerticalWriter: RowWriter {
    private let terminal: Terminal
    private let labels: [String]
    private let null: String
    /// More rows than these are counted, not shown.
    private let maximumRows: Int?
    private var page = OutputPage()
    private var count = 0

    init(_ columns: [Answer.Column], _ terminal: Terminal, null: String, maximumRows: Int?) {
        self.terminal = terminal
        self.null = null
        self.maximumRows = maximumRows
        let names = columns.map { DisplayWidth.visible($0.name) }
        let width = names.map { DisplayWidth.of($0) }.max() ?? 0
        labels = names.map { name in
            let padding = String(repeating: " ", count: width - DisplayWidth.of(name))
            return padding + terminal.styled(name, .bold) + " │ "
        }
    }

    mutating func write(_ row: [Answer.Cell]) {
        count += 1
        guard count <= maximumRows ?? count else { return }
        let lines = zip(labels, row).map { label, cell in
            let text = cell.text.map { DisplayWidth.visible($0) }
            return label + (text ?? terminal.styled(null, .dim)) + "\n"
        }
        page.write(terminal.styled("─── row \(count) ───", .dim) + "\n" + lines.joined())
    }

    mutating func end() {
        page.flush(rows: count, limit: maximumRows)
    }
}
