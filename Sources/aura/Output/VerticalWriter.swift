import AuraCore

/// Each row by itself, one line for each column: values stand there whole, however long.
struct VerticalWriter {
    let terminal: Terminal
    let null: String
    /// More rows than these are counted, not shown.
    let maximumRows: Int?

    func write(_ answer: Answer) {
        let names = answer.columns.map { DisplayWidth.visible($0.name) }
        let width = names.map { DisplayWidth.of($0) }.max() ?? 0
        let labels = names.map { name in
            let padding = String(repeating: " ", count: width - DisplayWidth.of(name))
            return padding + terminal.styled(name, .bold) + " │ "
        }
        var number = 0
        answer.rows.print(after: "", limit: maximumRows) { row in
            number += 1
            let lines = zip(labels, row).map { label, cell in
                let text = cell.text.map { DisplayWidth.visible($0) }
                return label + (text ?? terminal.styled(null, .dim)) + "\n"
            }
            return terminal.styled("─── row \(number) ───", .dim) + "\n" + lines.joined()
        }
        answer.rows.printRest(limit: maximumRows)
    }
}
