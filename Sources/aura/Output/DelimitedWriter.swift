import AuraCore

/// Values between delimiters, one row a line.
struct DelimitedWriter {
    /// How values are kept apart.
    enum Dialect: Sendable {
        /// RFC 4180, with line feeds: a value is quoted where it must be.
        case csv
        /// Tabs; backslash, tab and line breaks in values are written `\\`, `\t`, `\n`, `\r`.
        case tsv
    }

    let dialect: Dialect
    let hasHeader: Bool
    let null: String

    init(_ dialect: Dialect, hasHeader: Bool, null: String) {
        self.dialect = dialect
        self.hasHeader = hasHeader
        self.null = null
    }

    func write(_ answer: Answer) {
        inPieces(text: hasHeader ? line(answer.columns.map { escaped($0.name) }) : "", answer.rows)
        {
            row in line(row.map { $0.text.map(escaped) ?? null })
        }
    }

    private func line(_ cells: [String]) -> String {
        cells.joined(separator: dialect == .csv ? "," : "\t") + "\n"
    }

    /// The text as it stands in a cell.
    func escaped(_ text: String) -> String {
        switch dialect {
        case .csv:
            guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) || text == null else {
                return text
            }
            return "\"" + replacing(in: text) { $0 == UInt8(ascii: "\"") ? "\"\"" : nil } + "\""
        case .tsv:
            guard text.utf8.contains(where: { "\\\t\n\r".utf8.contains($0) }) else { return text }
            return replacing(in: text) { byte in
                switch byte {
                case UInt8(ascii: "\\"): "\\\\"
                case UInt8(ascii: "\t"): "\\t"
                case UInt8(ascii: "\n"): "\\n"
                case UInt8(ascii: "\r"): "\\r"
                default: nil
                }
            }
        }
    }

    /// Byte by byte: to a `String`, CR LF is one character, and so is a quote with an accent.
    private func replacing(in text: String, with replacement: (UInt8) -> String?) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if let replacement = replacement(byte) {
                bytes += replacement.utf8
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Answer {
    /// An array of objects with the columns as keys.
    var jsonArray: String {
        let keys = columns.map { JSONEncoding.quoted($0.name) + ":" }
        let objects = rows.map { row in
            "{" + zip(keys, row).map { $0 + $1.json }.joined(separator: ",") + "}"
        }
        return "[" + objects.joined(separator: ",\n") + "]"
    }
}

/// Objects with the columns as keys: an array of them, or one a line.
struct JSONWriter {
    let isArray: Bool

    func write(_ answer: Answer) {
        let keys = answer.columns.map { JSONEncoding.quoted($0.name) + ":" }
        var isFirst = true
        inPieces(text: isArray ? "[" : "", answer.rows) { row in
            let object =
                "{" + zip(keys, row).map { $0 + $1.json }.joined(separator: ",") + "}"
            guard isArray else { return object + "\n" }
            defer { isFirst = false }
            return (isFirst ? "\n" : ",\n") + object
        }
        if isArray { StandardOutput.write(answer.rows.isEmpty ? "]\n" : "\n]\n") }
    }
}

/// Prints a text and what `line` makes of each row, without the whole of it in memory.
private func inPieces(
    text start: String, _ rows: [[Answer.Cell]], line: ([Answer.Cell]) -> String
) {
    var text = start
    for row in rows {
        text += line(row)
        if text.utf8.count > 1 << 16 {
            StandardOutput.write(text)
            text = ""
        }
    }
    if !text.isEmpty { StandardOutput.write(text) }
}
