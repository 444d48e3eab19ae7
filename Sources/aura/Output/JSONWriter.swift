import AuraCore

extension Answer {
    /// An array of objects with the columns as keys.
    var jsonArray: String {
        let form = JSONForm(columns)
        return "[" + rows.map(form.object).joined(separator: ",\n") + "]"
    }
}

/// Objects with the columns as keys.
private struct JSONForm {
    private let keys: [String]
    private let end: String

    /// - Parameter isComplete: Where it is false, each object says so.
    init(_ columns: [Answer.Column], isComplete: Bool = true) {
        keys = columns.map { JSONEncoding.quoted($0.name) + ":" }
        end = isComplete ? "}" : (columns.isEmpty ? "" : ",") + "\"complete\":false}"
    }

    func object(_ row: [Answer.Cell]) -> String {
        var bytes: [UInt8] = []
        append(row, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the object of a row.
    func append(_ row: [Answer.Cell], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, cell) in row.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: keys[index].utf8)
            cell.append(asJSONTo: &bytes)
        }
        bytes.append(contentsOf: end.utf8)
    }
}

/// Objects with the columns as keys: an array of them, or one a line.
struct JSONWriter: RowWriter {
    private let isArray: Bool
    private let form: JSONForm
    private var page: OutputPage
    private var isFirst = true

    /// - Parameter isComplete: Where it is false, each object says so.
    init(_ columns: [Answer.Column], isArray: Bool, isComplete: Bool) {
        self.isArray = isArray
        form = JSONForm(columns, isComplete: isComplete)
        page = OutputPage(isArray ? "[" : "")
    }

    mutating func write(_ row: [Answer.Cell]) {
        let (form, isArray, isFirst) = (form, isArray, isFirst)
        page.write { bytes in
            if isArray { bytes.append(contentsOf: (isFirst ? "\n" : ",\n").utf8) }
            form.append(row, to: &bytes)
            if !isArray { bytes.append(UInt8(ascii: "\n")) }
        }
        self.isFirst = false
    }

    mutating func end() {
        if isArray { page.write(isFirst ? "]\n" : "\n]\n") }
        page.flush()
    }
}
