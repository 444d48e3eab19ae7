import AuraCore

/// Aligned columns for people.
struct TableWriter {
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

    let terminal: Terminal
    let borders: Borders
    let null: String
    /// More rows than these are counted, not shown.
    let maximumRows: Int?

    /// A table is as wide as its widest value, but no column is wider than this on a terminal.
    private static let maximumColumnWidth = 60
    private static let minimumColumnWidth = 12

    func write(_ answer: Answer) {
        var widths = self.widths(answer)
        let shown = fit(&widths, answer.columns)
        let columns = answer.columns.prefix(shown)
        widths.removeLast(widths.count - shown)
        let names = columns.map { Optional(DisplayWidth.visible($0.name)) }
        var start = rule("┌─", "─┬─", "─┐", widths)
        start += line(names, columns, widths, style: .bold)
        start += rule("├─", "─┼─", "─┤", widths)
        answer.rows.print(after: start, limit: maximumRows) { row in
            line(row.prefix(shown).map { visible($0) }, columns, widths, style: nil)
        }
        StandardOutput.write(rule("└─", "─┴─", "─┘", widths))
        answer.rows.printRest(limit: maximumRows)
        let left = answer.columns.count - shown
        if left > 0 { StandardOutput.write("… \(left) more columns (use -o vertical)\n") }
    }

    private func visible(_ cell: Answer.Cell) -> String? {
        cell.text.map { DisplayWidth.visible($0) }
    }

    /// Widths that every value fits in, but for the longest.
    private func widths(_ answer: Answer) -> [Int] {
        let limit = terminal.isInteractive ? TableWriter.maximumColumnWidth : .max
        let names = answer.columns.map {
            min(limit, DisplayWidth.of(DisplayWidth.visible($0.name)))
        }
        return answer.rows.prefix(maximumRows ?? answer.rows.count).reduce(into: names) {
            widths, row in
            for index in row.indices {
                let width = DisplayWidth.of(visible(row[index]) ?? null)
                widths[index] = max(widths[index], min(limit, width))
            }
        }
    }

    /// Makes a line fit the terminal: the widest columns of text become narrower, but not so narrow
    /// that they say nothing; then the last ones are left out.
    ///
    /// - Returns: Columns that remain.
    private func fit(_ widths: inout [Int], _ columns: [Answer.Column]) -> Int {
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

    private func rule(
        _ start: String, _ middle: String, _ end: String, _ widths: [Int]
    ) -> String {
        guard borders == .box else { return "" }
        let lines = widths.map { String(repeating: "─", count: $0) }
        return start + lines.joined(separator: middle) + end + "\n"
    }

    private func line(
        _ cells: [String?], _ columns: ArraySlice<Answer.Column>, _ widths: [Int],
        style: Terminal.Style?
    ) -> String {
        let edges = borders.line
        var line = edges.start
        for (index, cell) in cells.enumerated() {
            let text = DisplayWidth.fit(cell ?? null, into: widths[index])
            let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(text))
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
