extension Answer.Rows {
    /// Prints a text and what `line` makes of each row, without the whole of it in memory.
    ///
    /// - Parameter limit: More rows than these are not printed; nil prints all.
    func print(
        after start: String, limit: Int? = nil, line: ([Answer.Cell]) -> String
    ) {
        var text = start
        for row in prefix(limit ?? count) {
            text += line(row)
            if text.utf8.count > 1 << 16 {
                StandardOutput.write(text)
                text = ""
            }
        }
        if !text.isEmpty { StandardOutput.write(text) }
    }

    /// Says how many rows a limit left out, if it did.
    func printRest(limit: Int?) {
        let left = count - (limit ?? count)
        if left > 0 { StandardOutput.write("… \(left) more rows (use --max-rows 0)\n") }
    }
}
