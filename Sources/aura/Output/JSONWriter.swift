import AuraCore

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
        answer.rows.print(after: isArray ? "[" : "") { row in
            let object =
                "{" + zip(keys, row).map { $0 + $1.json }.joined(separator: ",") + "}"
            guard isArray else { return object + "\n" }
            defer { isFirst = false }
            return (isFirst ? "\n" : ",\n") + object
        }
        if isArray { StandardOutput.write(isFirst ? "]\n" : "\n]\n") }
    }
}
