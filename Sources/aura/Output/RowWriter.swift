/// Writes rows with named columns in one of the output formats, as they come.
protocol RowWriter {
    /// Writes the next row, which has a cell for each column.
    mutating func write(_ row: [Answer.Cell])
    /// Writes what stands behind the last row.
    mutating func end()
}

/// Text on its way to the standard output, written in large pieces.
struct OutputPage {
    private var text: String

    init(_ start: String = "") {
        text = start
    }

    mutating func write(_ more: String) {
        text += more
        if text.utf8.count > 1 << 16 { flush() }
    }

    /// Writes what was kept.
    mutating func flush() {
        if !text.isEmpty { StandardOutput.write(text) }
        text = ""
    }

    /// Ends the page, and says how many rows a limit has left out, if it did.
    mutating func flush(rows count: Int, limit: Int?) {
        let left = count - (limit ?? count)
        if left > 0 { text += "… \(left) more rows (use --max-rows 0)\n" }
        flush()
    }
}
