import AuraCore

/// Values between delimiters, one row a line.
struct DelimitedWriter: RowWriter {
    private let form: DelimitedForm
    private var page = OutputPage()

    init(_ columns: [Answer.Column], _ form: DelimitedForm, hasHeader: Bool) {
        self.form = form
        if hasHeader { write(columns.map { .text($0.name) }) }
    }

    mutating func write(_ row: [Answer.Cell]) {
        let form = form
        page.write { form.append(row, to: &$0) }
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

    /// Appends a line with the cells of a row.
    func append(_ row: [Answer.Cell], to bytes: inout [UInt8]) {
        let delimiter = UInt8(ascii: dialect == .csv ? "," : "\t")
        for (index, cell) in row.enumerated() {
            if index > 0 { bytes.append(delimiter) }
            switch cell {
            case .absent: bytes.append(contentsOf: null.utf8)
            case .text(let text): append(text, to: &bytes)
            case .list(_, let text): append(text, to: &bytes)
            default:
                let start = bytes.count
                cell.append(to: &bytes)
                // A value that looks like what stands for none.
                if dialect == .csv, bytes[start...].elementsEqual(null.utf8) {
                    bytes.removeSubrange(start...)
                    append(null, to: &bytes)
                }
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Whether a byte cannot stand in a value as it is.
    private func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
        case UInt8(ascii: ","), UInt8(ascii: "\""): dialect == .csv
        case UInt8(ascii: "\\"), UInt8(ascii: "\t"): dialect == .tsv
        default: false
        }
    }

    /// Appends a text as it stands in a cell: byte by byte, for to a `String` CR LF is one character,
    /// and so is a quote with an accent.
    func append(_ text: String, to bytes: inout [UInt8]) {
        let isPlain = !text.utf8.contains(where: isSpecial)
        switch dialect {
        case .csv:
            if isPlain && text != null { return bytes.append(contentsOf: text.utf8) }
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        case .tsv:
            if isPlain { return bytes.append(contentsOf: text.utf8) }
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
                case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
                case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
                case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
                default: bytes.append(byte)
                }
            }
        }
    }
}
