import AuraCore

/// Values between delimiters, one row a line.
struct DelimitedWriter: RowWriter {
    private let form: DelimitedForm
    private var page = OutputPage()

    init(_ columns: [Answer.Column], _ form: DelimitedForm, hasHeader: Bool) {
        self.form = form
        if hasHeader { page.write(form.line(columns.map { form.escaped($0.name) })) }
    }

    mutating func write(_ row: [Answer.Cell]) {
        page.write(form.line(row.map { $0.text.map(form.escaped) ?? form.null }))
    }

    mutating func end() { page.flush() }
}

/// How values stand between delimiters.
struct DelimitedForm {
    /// How values are kept apart.
    enum Dialect: Sendable {
        /// RFC 4180, with line feeds: a value is quoted where it must be.
        case csv
        /// Tabs; backslash, tab and line breaks in values are written `\\`, `\t`, `\n`, `\r`.
        case tsv
    }

    let dialect: Dialect
    /// What stands for an absent value.
    let null: String

    init(_ dialect: Dialect, null: String) {
        self.dialect = dialect
        self.null = null
    }

    func line(_ cells: [String]) -> String {
        cells.joined(separator: dialect == .csv ? "," : "\t") + "\n"
    }

    /// Whether a byte cannot stand in a value that is not quoted.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        default: false
        }
    }

    /// The text as it stands in a cell.
    func escaped(_ text: String) -> String {
        switch dialect {
        case .csv:
            guard text == null || text.utf8.contains(where: DelimitedForm.isSpecial) else {
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
