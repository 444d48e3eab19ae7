import AuraCore

/// A table of GitHub's Markdown.
struct MarkdownWriter: RowWriter {
    private let null: String
    private var page = OutputPage()

    init(_ columns: [Answer.Column], null: String) {
        self.null = null
        write(line: columns.map { escaped($0.name) })
        write(line: columns.map { $0.isNumeric ? "---:" : "---" })
    }

    mutating func write(_ row: [Answer.Cell]) {
        write(line: row.map { escaped($0.text ?? null) })
    }

    mutating func end() { page.flush() }

    private mutating func write(line cells: [String]) {
        page.write("| " + cells.joined(separator: " | ") + " |\n")
    }

    private func escaped(_ text: String) -> String {
        DisplayWidth.visible(text).replacing("\\", with: "\\\\").replacing("|", with: "\\|")
    }
}
