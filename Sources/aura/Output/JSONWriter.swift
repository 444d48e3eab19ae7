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
        "{" + zip(keys, row).map { $0 + $1.json }.joined(separator: ",") + end
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
        let object = form.object(row)
        page.write(isArray ? (isFirst ? "\n" : ",\n") + object : object + "\n")
        isFirst = false
    }

    mutating func end() {
        if isArray { page.write(isFirst ? "]\n" : "\n]\n") }
        page.flush()
    }
}
