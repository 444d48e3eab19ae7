import AuraCore

/// Aligned columns for people.
struct TableWriter: RowWriter {
    /// What stands around cells.
    enum Borders: Sendable {
        case none
        case box

        /// Around a line and between its cells.
        fileprivate var line: Edges {
            self == .none ? Edges("", "  ", "") : Edges("│ ", " │ ", " │")
        }
    }

    /// What stands at the start of a line, between cells, and at the end.
    fileprivate struct Edges {
        let start: String
        let middle: String
        let end: String

        init(_ start: String, _ middle: String, _ end: String) {
            self.start = start
            self.middle = middle
            self.end = end
        }
    }

    private let columns: [Answer.Column]
    private let terminal: Terminal
    private let borders: Borders
    private let null: String
    /// More rows than these are counted, not shown.
    private let maximumRows: Int?
    private var page = OutputPage()
    private var count = 0
    /// The first rows, until widths are known.
    private var held: [[String?]] = []
    /// Of the columns that are shown.
    private var widths: [Int] = []

    /// A table is as wide as its widest value, but no column is wider than this on a terminal.
    private static let maximumColumnWidth = 60
    private static let minimumColumnWidth = 12
    /// Rows of which the widths are those of all; of later ones a longer value shifts its line.
    private static let heldRows = 10_000

    init(
        _ columns: [Answer.Column], _ terminal: Terminal, _ borders: Borders, null: String,
        maximumRows: Int?
    ) {
        self.columns = columns
        self.terminal = terminal
        self.borders = borders
        self.null = null
        self.maximumRows = maximumRows
    }

    mutating func write(_ row: [Answer.Cell]) {
        count += 1
        guard count <= maximumRows ?? count else { return }
        let cells = row.map { cell in cell.text.map { DisplayWidth.visible($0) } }
        guard count <= TableWriter.heldRows else {
            begin()
            return write(cells)
        }
        held.append(cells)
    }

    private mutating func write(_ cells: [String?]) {
        page.write(line(cells.prefix(widths.count), style: nil))
    }

    mutating func end() {
        begin()
        page.write(rule("└─", "─┴─", "─┘"))
        page.flush(rows: count, limit: maximumRows)
        let left = columns.count - widths.count
        if left > 0 { StandardOutput.write("… \(left) more columns (use -o vertical)\n") }
    }

    /// Writes what stands above the rows, and those that were held, once.
    private mutating func begin() {
        guard widths.isEmpty, !columns.isEmpty else { return }
        widths = heldWidths()
        widths.removeLast(widths.count - fit(&widths))
        let names = columns.prefix(widths.count).map { Optional(DisplayWidth.visible($0.name)) }
        page.write(rule("┌─", "─┬─", "─┐"))
        page.write(line(names[...], style: .bold))
        page.write(rule("├─", "─┼─", "─┤"))
        for cells in held { write(cells) }
        held = []
    }

    /// Widths that every value fits in, but for the longest.
    private func heldWidths() -> [Int] {
        let limit = terminal.isInteractive ? TableWriter.maximumColumnWidth : .max
        let names = columns.map { min(limit, DisplayWidth.of(DisplayWidth.visible($0.name))) }
        return held.reduce(into: names) { widths, cells in
            for (index, cell) in cells.enumerated() {
                widths[index] = max(widths[index], min(limit, DisplayWidth.of(cell ?? null)))
            }
        }
    }

    /// Makes a line fit the terminal: the widest columns of text become narrower, but not so narrow
    /// that they say nothing; then the last ones are left out.
    ///
    /// - Returns: Columns that remain.
    private func fit(_ widths: inout [Int]) -> Int {
        guard terminal.isInteractive else { return widths.count }
        let edges = borders.line
        let sides = DisplayWidth.of(edges.start) + DisplayWidth.of(edges.end)
        let between = DisplayWidth.of(edges.middle)
        func excess(_ widths: ArraySlice<Int>) -> Int {
            widths.reduce(sides + between * (widths.count - 1), +) - terminal.width
        }
        while excess(widths[...]) > 0 {
            let texts = widths.indices.filter { !columns[$0].isNumeric }
            guard let widest = texts.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > TableWriter.minimumColumnWidth
            else { break }
            widths[widest] -= 1
        }
        var shown = widths.count
        while shown > 1, excess(widths.prefix(shown)) > 0 { shown -= 1 }
        return shown
    }

    private func rule(_ start: String, _ middle: String, _ end: String) -> String {
        guard borders == .box else { return "" }
        let lines = widths.map { String(repeating: "─", count: $0) }
        return start + lines.joined(separator: middle) + end + "\n"
    }

    private func line(_ cells: ArraySlice<String?>, style: Terminal.Style?) -> String {
        let edges = borders.line
        var line = edges.start
        for (index, cell) in cells.enumerated() {
            let whole = cell ?? null
            let text =
                terminal.isInteractive ? DisplayWidth.fit(whole, into: widths[index]) : whole
            let padding = String(
                repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
            let isEmpty = cell == nil && !null.isEmpty
            let styled = (isEmpty ? .dim : style).map { terminal.styled(text, $0) } ?? text
            if index > 0 { line += edges.middle }
            if columns[index].isNumeric {
                line += padding + styled
            } else {
                line += index == cells.count - 1 && edges.end.isEmpty ? styled : styled + padding
            }
        }
        return line + edges.end + "\n"
    }
}
