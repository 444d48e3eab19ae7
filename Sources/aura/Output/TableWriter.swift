import AuraCore

/// Aligned columns for people.
struct TableWriter {
    let terminal: Terminal
    /// More rows than these are counted, not shown.
    let maximumRows: Int?

    /// A table is as wide as its widest value, but no column is wider than this.
    private static let maximumColumnWidth = 60
    private static let minimumColumnWidth = 6

    func write(_ answer: Answer) {
        StandardOutput.write(text(answer))
    }

    /// The whole table.
    func text(_ answer: Answer) -> String {
        let shown = answer.rows.prefix(maximumRows ?? answer.rows.count)
        let cells = shown.map { row in row.map { DisplayWidth.visible($0.text ?? "") } }
        let widths = fitted(
            answer.columns.indices.map { index in
                cells.reduce(DisplayWidth.of(answer.columns[index].name)) {
                    min(TableWriter.maximumColumnWidth, max($0, DisplayWidth.of($1[index])))
                }
            }, answer)
        var text = line(answer.columns.map(\.name), answer, widths, style: .bold)
        for row in cells { text += line(row, answer, widths, style: nil) }
        let left = answer.rows.count - shown.count
        if left > 0 { text += "… \(left) more rows (use --max-rows 0)\n" }
        return text
    }

    /// Widths with which a line fits the terminal: the widest columns of text become narrower, but
    /// not so narrow that they say nothing.
    private func fitted(_ widths: [Int], _ answer: Answer) -> [Int] {
        guard terminal.isInteractive else { return widths }
        var widths = widths
        var excess = widths.reduce(2 * (widths.count - 1), +) - terminal.width
        while excess > 0 {
            let texts = widths.indices.filter { !answer.columns[$0].isNumeric }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > TableWriter.minimumColumnWidth
            else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(
        _ cells: [String], _ answer: Answer, _ widths: [Int], style: Terminal.Style?
    ) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = DisplayWidth.fit(cell, into: widths[index])
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(text))
            let styled = style.map { terminal.styled(text, $0) } ?? text
            if index > 0 { line += "  " }
            if answer.columns[index].isNumeric {
                line += padding + styled
            } else {
                line += index == cells.count - 1 ? styled : styled + padding
            }
        }
        return line + "\n"
    }
}

/// A table of GitHub's Markdown.
struct MarkdownWriter {
    func write(_ answer: Answer) {
        StandardOutput.write(text(answer))
    }

    /// The whole table.
    func text(_ answer: Answer) -> String {
        var text = line(answer.columns.map(\.name))
        text += line(answer.columns.map { $0.isNumeric ? "---:" : "---" })
        for row in answer.rows { text += line(row.map { escaped($0.text ?? "") }) }
        return text
    }

    private func line(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |\n"
    }

    private func escaped(_ text: String) -> String {
        DisplayWidth.visible(text).replacing("\\", with: "\\\\").replacing("|", with: "\\|")
    }
}
