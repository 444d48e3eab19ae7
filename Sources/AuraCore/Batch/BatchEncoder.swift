/// Lays out what a builder collected as `Formats/batch.md` says.
enum BatchEncoder {
    static func encode(_ builder: BatchBuilder) -> [UInt8] {
        let types = builder.types.indices.filter { builder.types[$0].rowCount > 0 }
        let sorted = SortedEntries(builder)
        let columns = builder.columns.indices.filter { builder.tallies[$0].count > 0 }
        let names = Names(builder, types: types, columns: columns)
        let sortedTypes = types.sorted { names.type[$0] < names.type[$1] }
        let sortedColumns = columns.sorted {
            (names.column[$0], builder.columns[$0].type.rawValue)
                < (names.column[$1], builder.columns[$1].type.rawValue)
        }
        // Handle of a type → its code in this batch.
        var typeCodes = [UInt16](repeating: 0, count: builder.types.count)
        for (code, handle) in sortedTypes.enumerated() { typeCodes[handle] = UInt16(code) }

        var out: [UInt8] = []
        out.reserveCapacity(builder.sizeBound)
        let codeWidth = sortedTypes.count == 1 ? 0 : sortedTypes.count <= 256 ? 1 : 2
        let times = IntegerEncoding(builder.times.span)
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
            out.append(contentsOf: rowCodes.map { UInt8($0) })
        } else if codeWidth == 2 {
            out.append(packing: rowCodes.span) { $0 }
        }
        out.pad(to: 8)
        times.append(builder.times.span, to: &out)
        out.pad(to: 8)
        let rowsOfType = sortedTypes.map { builder.types[$0].rowCount }
        let rows = RowTypes(codes: rowCodes, rowsOfType: rowsOfType)
        for (index, handle) in sortedColumns.enumerated() {
            let column = EncodedColumn(
                type: builder.columns[handle].type, name: names.column[handle],
                rows: sorted.rows(of: handle), values: sorted.values(of: handle))
            column.append(
                to: &out, entry: directory + index * BatchLayout.columnEntrySize, rows,
                uuids: builder.uuids, stringCodes: names.string)
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
}

/// A builder's values, those of one column together, each column's in the order of rows.
private struct SortedEntries {
    private let rows: [Int32]
    private let values: [Int64]
    /// Where each column begins, and the end of the last.
    private let starts: [Int]

    /// A counting sort: the builder has counted already.
    init(_ builder: BatchBuilder) {
        var starts = [0]
        starts.reserveCapacity(builder.tallies.count + 1)
        for tally in builder.tallies { starts.append(starts[starts.count - 1] + Int(tally.count)) }
        self.starts = starts
        let count = builder.entries.count
        var next = starts
        var rows = [Int32](repeating: 0, count: count)
        var values = [Int64](repeating: 0, count: count)
        var nextPlaces = next.mutableSpan
        var rowPlaces = rows.mutableSpan
        var valuePlaces = values.mutableSpan
        let entries = builder.entries.span
        for index in entries.indices {
            let entry = entries[index]
            let place = nextPlaces[Int(entry.column)]
            nextPlaces[Int(entry.column)] = place &+ 1
            rowPlaces[place] = entry.row
            valuePlaces[place] = entry.value
        }
        self.rows = rows
        self.values = values
    }

    @_lifetime(borrow self)
    func rows(of column: Int) -> Span<Int32> {
        rows.span.extracting(starts[column]..<starts[column + 1])
    }

    @_lifetime(borrow self)
    func values(of column: Int) -> Span<Int64> {
        values.span.extracting(starts[column]..<starts[column + 1])
    }
}

/// The dictionary of a batch in the making: names and values together, in order.
private struct Names {
    /// Code in the batch of a string of the builder, by the builder's code.
    let string: [UInt32]
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
        // A value that was replaced leaves a string nobody refers to.
        var isUsed = [Bool](repeating: false, count: interner.count)
        for handle in types { isUsed[type[handle]] = true }
        for handle in columns { isUsed[column[handle]] = true }
        let isString = builder.columns.map { $0.type == .string }
        for entry in builder.entries where isString[Int(entry.column)] {
            isUsed[Int(entry.value)] = true
        }
        order = interner.sortedCodes().filter { isUsed[$0] }
        var codes = [UInt32](repeating: 0, count: interner.count)
        for (code, old) in order.enumerated() { codes[old] = UInt32(code) }
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

    func code(of text: String) -> Int? {
        var text = text
        return text.withUTF8 { code(of: unsafe $0.span.bytes) }
    }
}
