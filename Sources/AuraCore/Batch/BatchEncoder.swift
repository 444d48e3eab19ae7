/// Lays out what a builder collected as `Formats/batch.md` says.
enum BatchEncoder {
    static func encode(_ builder: BatchBuilder) -> [UInt8] {
        let types = builder.types.indices.filter { builder.types[$0].rowCount > 0 }
        let columns = builder.columns.indices.filter { !builder.columns[$0].rows.isEmpty }
        let names = Names(builder, types: types, columns: columns)
        let sortedTypes = types.sorted { names.type[$0] < names.type[$1] }
        let sortedColumns = columns.sorted {
            (names.column[$0], builder.columns[$0].type.rawValue)
                < (names.column[$1], builder.columns[$1].type.rawValue)
        }
        // Handle of a type → its code in this batch.
        var typeCodes = [Int](repeating: 0, count: builder.types.count)
        for (code, handle) in sortedTypes.enumerated() { typeCodes[handle] = code }

        var out: [UInt8] = []
        out.reserveCapacity(builder.sizeBound)
        let codeWidth = sortedTypes.count == 1 ? 0 : sortedTypes.count <= 256 ? 1 : 2
        let times = IntegerEncoding(builder.times)
        appendHeader(
            &out, builder, names, typeCount: sortedTypes.count, columnCount: sortedColumns.count,
            codeWidth: codeWidth, times: times)
        names.append(to: &out)
        for handle in sortedTypes {
            out.append(little: UInt32(names.type[handle]))
            out.append(little: UInt32(builder.types[handle].rowCount))
        }
        let directory = out.count
        out.append(
            contentsOf: repeatElement(0, count: sortedColumns.count * BatchLayout.columnEntrySize))
        let rowCodes = builder.rowTypes.map { typeCodes[Int($0)] }
        if codeWidth == 1 {
            for code in rowCodes { out.append(UInt8(code)) }
        } else if codeWidth == 2 {
            for code in rowCodes { out.append(little: UInt16(code)) }
        }
        out.pad(to: 8)
        times.append(builder.times, to: &out)
        out.pad(to: 8)
        let rowsOfType = sortedTypes.map { builder.types[$0].rowCount }
        for (index, handle) in sortedColumns.enumerated() {
            appendColumn(
                &out, entry: directory + index * BatchLayout.columnEntrySize,
                name: names.column[handle], column: builder.columns[handle],
                rowCodes: rowCodes, rowsOfType: rowsOfType, stringCodes: names.string)
        }
        out.store(little: UInt32(out.count), at: 4)
        return out
    }

    private static func appendHeader(
        _ out: inout [UInt8], _ builder: BatchBuilder, _ names: Names, typeCount: Int,
        columnCount: Int, codeWidth: Int, times: IntegerEncoding
    ) {
        out.append(little: BatchLayout.magic)
        out.append(little: UInt32(0))  // the size, known at the end
        out.append(little: UInt32(builder.rowCount))
        out.append(little: UInt16(typeCount))
        out.append(little: UInt16(columnCount))
        out.append(little: UInt32(names.count))
        out.append(little: UInt32(names.byteCount))
        out.append(little: times.minimum)
        out.append(little: times.maximum)
        out.append(UInt8(codeWidth))
        out.append(times.encoding.rawValue)
        out.append(contentsOf: repeatElement(0, count: 6))
        out.append(little: times.base)
        out.append(little: UInt64(0))
    }

    private static func appendColumn(
        _ out: inout [UInt8], entry: Int, name: Int, column: ColumnBuilder, rowCodes: [Int],
        rowsOfType: [Int], stringCodes: [Int64]
    ) {
        let start = out.count
        var flags: UInt8 = 0
        var hasType = [Bool](repeating: false, count: rowsOfType.count)
        for row in column.rows { hasType[rowCodes[Int(row)]] = true }
        var rowCount = 0
        for (code, has) in hasType.enumerated() where has { rowCount += rowsOfType[code] }
        if hasType.contains(false) {
            flags |= BatchLayout.typeSetFlag
            appendBits(&out, hasType)
        }
        if rowCount != column.rows.count {
            flags |= BatchLayout.presenceFlag
            appendPresence(&out, column.rows, rowCodes, hasType, rowCount: rowCount)
        }
        let (encoding, base) = appendValues(&out, column, stringCodes)
        out.pad(to: 8)
        out.store(little: UInt32(name), at: entry)
        out[entry + 4] = column.type.rawValue
        out[entry + 5] = encoding.rawValue
        out[entry + 6] = flags
        out.store(little: UInt32(start), at: entry + 8)
        out.store(little: UInt32(out.count - start), at: entry + 12)
        out.store(little: UInt32(rowCount), at: entry + 16)
        out.store(little: UInt32(column.rows.count), at: entry + 20)
        out.store(little: base, at: entry + 24)
    }

    private static func appendPresence(
        _ out: inout [UInt8], _ rows: [Int32], _ rowCodes: [Int], _ hasType: [Bool], rowCount: Int
    ) {
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: padded((rowCount + 7) / 8)))
        var bit = 0
        var next = 0
        for (row, code) in rowCodes.enumerated() where hasType[code] {
            if next < rows.count, Int(rows[next]) == row {
                out[start + bit / 8] |= 1 << UInt8(bit % 8)
                next += 1
            }
            bit += 1
        }
    }

    private static func appendValues(
        _ out: inout [UInt8], _ column: ColumnBuilder, _ stringCodes: [Int64]
    ) -> (ValueEncoding, base: Int64) {
        switch column.type {
        case .uuid:
            let isConstant = column.uuids.allSatisfy { $0 == column.uuids[0] }
            for uuid in isConstant ? column.uuids[..<1] : column.uuids[...] {
                out.append(little: uuid.high)
                out.append(little: uuid.low)
            }
            return (isConstant ? .constant : .plain, 0)
        case .bool:
            if column.integers.allSatisfy({ $0 == column.integers[0] }) {
                out.append(UInt8(column.integers[0]))
                return (.constant, 0)
            }
            appendBits(&out, column.integers.map { $0 != 0 })
            return (.plain, 0)
        case .float64:
            let isConstant = column.integers.allSatisfy { $0 == column.integers[0] }
            for bits in isConstant ? column.integers[..<1] : column.integers[...] {
                out.append(little: bits)
            }
            return (isConstant ? .constant : .plain, 0)
        case .string:
            return appendCodes(&out, column.integers.map { stringCodes[Int($0)] })
        case .int64, .timestamp, .ipPrefix:
            let encoding = IntegerEncoding(column.integers)
            encoding.append(column.integers, to: &out)
            return (encoding.encoding, encoding.base)
        }
    }

    private static func appendCodes(
        _ out: inout [UInt8], _ codes: [Int64]
    ) -> (ValueEncoding, base: Int64) {
        if codes.allSatisfy({ $0 == codes[0] }) {
            out.append(little: UInt32(codes[0]))
            return (.constant, 0)
        }
        let greatest = UInt64(codes.reduce(0, max))
        switch greatest {
        case 0...0xFF:
            for code in codes { out.append(UInt8(code)) }
            return (.one, 0)
        case 0...0xFFFF:
            for code in codes { out.append(little: UInt16(code)) }
            return (.two, 0)
        default:
            for code in codes { out.append(little: UInt32(code)) }
            return (.four, 0)
        }
    }

    private static func appendBits(_ out: inout [UInt8], _ bits: [Bool]) {
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: (bits.count + 7) / 8))
        for (index, bit) in bits.enumerated() where bit {
            out[start + index / 8] |= 1 << UInt8(index % 8)
        }
        out.pad(to: 8)
    }
}

/// The dictionary of a batch in the making: names and values together, in order.
private struct Names {
    /// Code in the batch of a string of the builder, by the builder's code.
    let string: [Int64]
    /// Code of a type's name, by handle; of types without rows, anything.
    let type: [Int]
    /// Code of a column's name, by handle.
    let column: [Int]
    private let interner: StringInterner
    private let order: [Int]

    init(_ builder: BatchBuilder, types: [Int], columns: [Int]) {
        var interner = builder.strings
        var type = [Int](repeating: 0, count: builder.types.count)
        for handle in types { type[handle] = interner.intern(builder.types[handle].name) }
        var column = [Int](repeating: 0, count: builder.columns.count)
        for handle in columns { column[handle] = interner.intern(builder.columns[handle].name) }
        // A value that was replaced, or whose row was cancelled, leaves a string nobody refers to.
        var isUsed = [Bool](repeating: false, count: interner.count)
        for handle in types { isUsed[type[handle]] = true }
        for handle in columns {
            isUsed[column[handle]] = true
            guard builder.columns[handle].type == .string else { continue }
            for code in builder.columns[handle].integers { isUsed[Int(code)] = true }
        }
        order = interner.sortedCodes().filter { isUsed[$0] }
        var codes = [Int64](repeating: 0, count: interner.count)
        for (code, old) in order.enumerated() { codes[old] = Int64(code) }
        string = codes
        self.type = type.map { interner.count == 0 ? 0 : Int(codes[$0]) }
        self.column = column.map { interner.count == 0 ? 0 : Int(codes[$0]) }
        self.interner = interner
    }

    var count: Int { order.count }
    var byteCount: Int { order.reduce(0) { $0 + interner[$1].byteCount } }

    func append(to out: inout [UInt8]) {
        var end: UInt32 = 0
        out.append(little: end)
        for code in order {
            end += UInt32(interner[code].byteCount)
            out.append(little: end)
        }
        out.pad(to: 8)
        for code in order { out.append(interner[code]) }
        out.pad(to: 8)
    }
}

extension StringInterner {
    mutating func intern(_ text: String) -> Int {
        var text = text
        return text.withUTF8 { intern(unsafe $0.span.bytes) }
    }
}

/// The narrowest encoding of integers, and the base that makes it fit.
private struct IntegerEncoding {
    let encoding: ValueEncoding
    let base: Int64
    let minimum: Int64
    let maximum: Int64

    init(_ values: [Int64]) {
        var low = Int64.max
        var high = Int64.min
        for value in values {
            low = min(low, value)
            high = max(high, value)
        }
        minimum = low
        maximum = high
        if low == high {
            encoding = .constant
            base = 0
        } else if let narrow = ValueEncoding(
            codesUpTo: UInt64(bitPattern: high) &- UInt64(bitPattern: low))
        {
            encoding = narrow
            base = low
        } else {
            encoding = .plain
            base = 0
        }
    }

    func append(_ values: [Int64], to out: inout [UInt8]) {
        switch encoding {
        case .constant: out.append(little: minimum)
        case .plain: for value in values { out.append(little: value) }
        case .one: for value in values { out.append(UInt8(truncatingIfNeeded: value &- base)) }
        case .two:
            for value in values { out.append(little: UInt16(truncatingIfNeeded: value &- base)) }
        case .four:
            for value in values { out.append(little: UInt32(truncatingIfNeeded: value &- base)) }
        }
    }
}
