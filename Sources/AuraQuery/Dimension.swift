import AuraCore
import AuraStorage

/// The keys of one grouping within one source, numbered.
struct Dimension {
    private(set) var keys: [GroupKey] = []
    /// The number of each row's key.
    private(set) var codes: [UInt32]

    init(
        _ grouping: CountQuery.Grouping, _ source: any RowSource, _ times: [Int64]
    ) throws(StorageError) {
        switch grouping {
        case .type:
            keys = source.typeNames.map { .type($0) }
            codes = try source.typeCodes()
        case .bucket(let width):
            codes = Array(repeating: 0, count: source.rowCount)
            var numbers: [Int64: UInt32] = [:]
            for row in codes.indices {
                codes[row] = number(times[row].flooredQuotient(width), &numbers) {
                    .bucket(Timestamp(microseconds: $0 * width))
                }
            }
        case .attribute(let name):
            keys = [.attribute(nil)]
            codes = Array(repeating: 0, count: source.rowCount)
            for column in try source.columns(named: name) { add(column) }
        }
    }

    private mutating func add(_ column: ColumnData) {
        if case .texts(let texts, let table) = column.values {
            // The number of each code; 0 while it has none, for that is the key of no value.
            var numbers = [UInt32](repeating: 0, count: table.count)
            for index in texts.indices {
                let code = Int(texts[index])
                if numbers[code] == 0 {
                    numbers[code] = UInt32(keys.count)
                    keys.append(.attribute(.string(table.text(code))))
                }
                codes[column.row(index)] = numbers[code]
            }
            return
        }
        var numbers: [AttributeValue: UInt32] = [:]
        for index in 0..<column.count {
            codes[column.row(index)] = number(column.value(index), &numbers) {
                .attribute($0.canonical)
            }
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

/// The groups of a source's rows, as numbers: first those of one dimension, then split by others.
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
        // Neither has more numbers than a source has rows or texts: this is far below 2⁶³.
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
