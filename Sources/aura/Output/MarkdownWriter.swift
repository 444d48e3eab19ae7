import AuraCore

/// A table of GitHub's Markdown.
struct MarkdownWriter {
    let null: String

    func write(_ answer: Answer) {
        let header =
            line(answer.columns.map { escaped($0.name) })
            + line(answer.columns.map { $0.isNumeric ? "---:" : "---" })
        answer.rows.print(after: header) { row in line(row.map { escaped($0.text ?? null) }) }
    }

    private func line(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |\n"
    }

    private func escaped(_ text: String) -> String {
        DisplayWidth.visible(text).replacing("\\", with: "\\\\").replacing("|", with: "\\|")
    }
}
