import AuraCore

/// The keys of one grouping within one batch, numbered.
struct Dimension {
    private(set) var keys: [GroupKey] = []
    /// The number of each row's key.
    private(set) var codes: [UInt32]

    init(_ grouping: CountQuery.Grouping, _ batch: EventBatch, _ times: [Int64]) {
        switch grouping {
        case .type:
            keys = batch.layout.types.map { .type(batch.string($0.name)) }
            codes = batch.typeCodes()
        case .bucket(let width):
            codes = Array(repeating: 0, count: batch.rowCount)
            var numbers: [Int64: UInt32] = [:]
            for row in codes.indices {
                codes[row] = number(times[row].flooredQuotient(width), &numbers) {
                    .bucket(Timestamp(microseconds: $0 * width))
                }
            }
        case .attribute(let name):
            keys = [.attribute(nil)]
            codes = Array(repeating: 0, count: batch.rowCount)
            for column in batch.columns(named: name) {
                add(column, batch)
            }
        }
    }

    private mutating func add(_ column: BatchLayout.Column, _ batch: EventBatch) {
        var index = 0
        if column.type == .string {
            var numbers: [Int: UInt32] = [:]
            batch.forEachRow(of: column) { row in
                let code = batch.stringCode(at: index, of: column.values)
                codes[row] = number(code, &numbers) { .attribute(.string(batch.string($0))) }
                index += 1
            }
            return
        }
        var numbers: [AttributeValue: UInt32] = [:]
        batch.forEachRow(of: column) { row in
            codes[row] = number(batch.value(at: index, of: column), &numbers) {
                .attribute($0.canonical)
            }
            index += 1
        }
    }

    /// The number of a value, whose key is added when it is new.
    private mutating func number<Value: Hashable>(
        _ value: Value, _ numbers: inout [Value: UInt32], key: (Value) -> GroupKey
    ) -> UInt32 {
        if let number = numbers[value] { return number }
        let number = UInt32(keys.count)
        keys.append(key(value))
        numbers[value] = number
        return number
    }
}

/// The groups of a batch's rows, as numbers: first those of one dimension, then split by others.
struct RowGroups {
    /// The number of each selected row's group.
    private(set) var codes: [UInt32]
    /// All numbers are below it.
    private(set) var count: Int

    init(_ dimension: Dimension) {
        codes = dimension.codes
        count = dimension.keys.count
    }

    /// Splits each group by the keys of another dimension.
    mutating func split(by dimension: Dimension, _ selection: RowSelection) {
        let width = dimension.keys.count
        // Neither has more numbers than a batch has values, so that this is below 2⁴².
        let pairs = count * width
        // While they are few, each pair has a number, whether there are such rows or not.
        guard pairs > 2 * codes.count else {
            selection.forEach { codes[$0] = codes[$0] * UInt32(width) + dimension.codes[$0] }
            count = pairs
            return
        }
        // Numbered anew as they come: never more than there are rows.
        var numbers: [Int: UInt32] = [:]
        selection.forEach { row in
            let pair = Int(codes[row]) * width + Int(dimension.codes[row])
            if let number = numbers[pair] {
                codes[row] = number
            } else {
                codes[row] = UInt32(numbers.count)
                numbers[pair] = codes[row]
            }
        }
        count = numbers.count
    }
}

extension EventBatch {
    /// The columns of an attribute, one for each type it has.
    func columns(named name: String) -> [BatchLayout.Column] {
        guard let code = code(of: name) else { return [] }
        return layout.columns.filter { $0.name == code }
    }
}
