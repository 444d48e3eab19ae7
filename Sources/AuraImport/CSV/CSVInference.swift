import AuraCore

extension CSVLayout {
    /// Rows that decide about the types of columns, and bytes in which they and the header lie.
    static let sampleRows = 1_000
    static let sampleBytes = 1 << 20

    /// Reads the header, which is what the input begins with.
    ///
    /// - Parameter delimiter: nil for the one of `,;|` and tab that is most frequent there.
    /// - Returns: The columns without types, and the bytes of the header; nil if its end is not in
    ///   sight.
    static func header(
        _ input: RawSpan, isWhole: Bool, delimiter: UInt8?
    ) throws(InputError) -> (CSVLayout, size: Int)? {
        let delimiter = delimiter ?? frequentDelimiter(input)
        var reader = CSVReader(delimiter: delimiter, columnCount: nil)
        switch reader.read(input, isWhole: isWhole) {
        case .blank: throw .header(reason: "the first line is empty")
        case .unfinished: return nil
        case .record(let size, let error):
            if let error { throw .header(reason: error) }
            let texts = RowTexts(
                input: input, decoded: reader.row.decoded.rawSpan, constants: RawSpan())
            var names = [String](repeating: "", count: reader.fieldCount)
            for index in 0..<reader.row.values.count {
                let value = reader.row.values[index]
                names[Int(value.key)] = texts[value].text
            }
            return (CSVLayout(delimiter: delimiter, columns: distinct(names)), size)
        }
    }

    private static func frequentDelimiter(_ input: RawSpan) -> UInt8 {
        let candidates = Array(",;\t|".utf8)
        var counts = [0, 0, 0, 0]
        var isQuoted = false
        for place in 0..<input.byteCount {
            let byte = input.byte(place)
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") { break }
            if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        // The first of the most frequent.
        var best = 0
        for index in counts.indices where counts[index] > counts[best] { best = index }
        return candidates[best]
    }

    private static func distinct(_ names: [String]) -> [Column] {
        var columns: [Column] = []
        var taken = Set(names.map(ExactText.init))
        var seen: Set<ExactText> = []
        for (index, name) in names.enumerated() {
            var unique = name.isEmpty ? "column\(index + 1)" : name
            var number = 2
            while unique != name && taken.contains(ExactText(unique))
                || !seen.insert(ExactText(unique)).inserted
            {
                unique = "\(name.isEmpty ? "column\(index + 1)" : name)_\(number)"
                number += 1
            }
            taken.insert(ExactText(unique))
            columns.append(Column(name: unique, type: nil))
        }
        return columns
    }

    /// Sets the types of columns by the first rows, which are what the input begins with.
    mutating func inferTypes(_ input: RawSpan, isWhole: Bool) {
        var shown = [ShownType](repeating: ShownType(), count: columns.count)
        var reader = CSVReader(delimiter: delimiter, columnCount: columns.count)
        var place = 0
        var rowCount = 0
        sample: while rowCount < CSVLayout.sampleRows, place < input.byteCount {
            let rest = input.slice(place, input.byteCount - place)
            switch reader.read(rest, isWhole: isWhole) {
            case .unfinished: break sample
            case .blank(let size): place += size
            case .record(let size, let error):
                place += size
                guard error == nil else { continue }
                rowCount += 1
                let texts = RowTexts(
                    input: rest, decoded: reader.row.decoded.rawSpan, constants: RawSpan())
                for index in 0..<reader.row.values.count {
                    let value = reader.row.values[index]
                    shown[Int(value.key)].see(texts[value])
                }
            }
        }
        for index in columns.indices { columns[index].type = shown[index].type?.name }
    }

    /// Names and types, as the mapper wants them.
    var inputColumns: InputColumns {
        InputColumns(
            names: columns.map(\.name),
            hints: columns.map { $0.type.flatMap { AttributeType(name: $0) } })
    }
}

/// What all values so far can be.
private struct ShownType {
    private var isSeen = false
    private var canBeInteger = true
    private var canBeFloat = true
    private var canBeBool = true
    private var canBeUUID = true

    mutating func see(_ text: RawSpan) {
        isSeen = true
        if canBeInteger || canBeFloat {
            let number = Number(text)
            canBeInteger = canBeInteger && number?.isInteger ?? false
            // An integer that a float would round is an id, not a quantity.
            switch number?.kind {
            case .float64: break
            case .int64: canBeFloat = canBeFloat && Double(exactly: number?.bits ?? 0) != nil
            default: canBeFloat = false
            }
        }
        if canBeBool { canBeBool = Bool(csv: text) != nil }
        if canBeUUID { canBeUUID = UUIDBytes(canonical: text) != nil }
    }

    var type: AttributeType? {
        if !isSeen { return nil }
        if canBeInteger { return .int64 }
        if canBeFloat { return .float64 }
        if canBeBool { return .bool }
        return canBeUUID ? .uuid : .string
    }
}
