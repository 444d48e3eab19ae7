/// Writes rows with named columns in one of the output formats, as they come.
protocol RowWriter {
    /// Writes the next row, which has a cell for each column.
    mutating func write(_ row: [Answer.Cell])
    /// Writes what stands behind the last row.
    mutating func end()
}

/// Text on its way to the standard output, written in large pieces.
struct OutputPage {
    private var bytes: [UInt8]

    private static let size = 1 << 16

    init(_ start: String = "") {
        bytes = Array(start.utf8)
    }

    mutating func write(_ more: String) {
        write { $0.append(contentsOf: more.utf8) }
    }

    /// Writes what `body` appends to the page.
    mutating func write(_ body: (inout [UInt8]) -> Void) {
        body(&bytes)
        if bytes.count > OutputPage.size { flush() }
    }

    /// Writes what was kept.
    mutating func flush() {
        if !bytes.isEmpty { StandardOutput.write(bytes) }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Ends the page, and says how many rows a limit has left out, if it did.
    mutating func flush(rows count: Int, limit: Int?) {
        let left = count - (limit ?? count)
        if left > 0 { write("… \(left) more rows (use --max-rows 0)\n") }
        flush()
    }
}
