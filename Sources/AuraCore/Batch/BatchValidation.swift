extension BatchLayout {
    /// Reads the layout of a batch from bytes that nobody vouches for.
    ///
    /// Every condition of `Formats/batch.md`, "Validity", is checked in one pass over the columns:
    /// afterwards no read can leave the batch, no code points outside the dictionary, and no byte
    /// is without meaning. Cost: columns and distinct strings, plus about a nanosecond a value.
    ///
    /// - Throws: `FormatError` with the number of the broken condition and its place.
    public init(validating bytes: RawSpan) throws(FormatError) {
        var check = try BatchCheck(bytes)
        try check.readStrings()
        try check.readTypes()
        try check.readDirectory()
        try check.readTypeCodes()
        try check.readTimes()
        try check.readColumns()
        try check.finish()
        self.init(
            size: bytes.byteCount, rowCount: check.rowCount, timeRange: check.timeRange,
            strings: check.strings, types: check.types, typeCodeWidth: check.typeCodeWidth,
            typeCodesOffset: check.typeCodesOffset, times: check.times, columns: check.columns)
        try checkIDs(bytes)
    }

    /// An event has one id: no row may hold a UUID and a string as such.
    private func checkIDs(_ bytes: RawSpan) throws(FormatError) {
        guard let name = strings.find(ReservedName.id, in: bytes) else { return }
        let ids = columns.filter { $0.name == name }
        guard ids.count == 2 else { return }
        var has = [Bool](repeating: false, count: rowCount)
        forEachRow(of: ids[0], in: bytes) { row in has[row] = true }
        var conflict: Int?
        forEachRow(of: ids[1], in: bytes) { row in if has[row] { conflict = row } }
        guard let conflict else { return }
        throw FormatError(
            .batch, 13, at: ids[1].values.offset, "row \(conflict) has two ids")
    }
}

/// The walk over a batch's bytes, section by section, front to back.
private struct BatchCheck: ~Escapable {
    let bytes: RawSpan
    let rowCount: Int
    let typeCount: Int
    let columnCount: Int
    let typeCodeWidth: Int
    let timeRange: ClosedRange<Int64>
    let strings: BatchLayout.StringTable
    /// Where the next section begins.
    var offset = BatchLayout.headerSize
    var types: [BatchLayout.TypeEntry] = []
    var typeCodesOffset = 0
    var times = BatchLayout.Values(encoding: .plain, offset: 0, count: 0, base: 0)
    var columns: [BatchLayout.Column] = []
    /// Which strings of the dictionary something refers to.
    var used: [Bool]
    private var directoryOffset = 0
    private let stringBytes: Int
    private var valueCount = 0

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) throws(FormatError) {
        let size = bytes.byteCount
        guard size >= BatchLayout.headerSize, size % 8 == 0, size <= Limits.batchBytes else {
            throw FormatError(
                .batch, 1, at: 0,
                "\(size) bytes; a batch has 64 to \(Limits.batchBytes), a multiple of 8")
        }
        guard bytes.load(0, as: UInt32.self) == BatchLayout.magic else {
            throw FormatError(.batch, 2, at: 0, "does not begin with 'ABT1'")
        }
        guard Int(bytes.load(4, as: UInt32.self)) == size else {
            throw FormatError(
                .batch, 1, at: 4, "says \(bytes.load(4, as: UInt32.self)) bytes, has \(size)")
        }
        self.bytes = bytes
        rowCount = Int(bytes.load(8, as: UInt32.self))
        typeCount = Int(bytes.load(12, as: UInt16.self))
        columnCount = Int(bytes.load(14, as: UInt16.self))
        let stringCount = Int(bytes.load(16, as: UInt32.self))
        stringBytes = Int(bytes.load(20, as: UInt32.self))
        typeCodeWidth = Int(bytes.load(40, as: UInt8.self))
        guard (1...Limits.batchRows).contains(rowCount) else {
            throw FormatError(.batch, 3, at: 8, "\(rowCount) rows; 1 to \(Limits.batchRows) fit")
        }
        guard (1...min(rowCount, Limits.batchTypes)).contains(typeCount) else {
            throw FormatError(.batch, 3, at: 12, "\(typeCount) types for \(rowCount) rows")
        }
        guard columnCount <= Limits.batchColumns else {
            throw FormatError(
                .batch, 3, at: 14, "\(columnCount) columns; at most \(Limits.batchColumns)")
        }
        guard stringCount < size / 4, stringBytes < size else {
            throw FormatError(.batch, 3, at: 16, "more strings than the batch has bytes")
        }
        guard typeCodeWidth == (typeCount == 1 ? 0 : typeCount <= 256 ? 1 : 2) else {
            throw FormatError(
                .batch, 3, at: 40, "type codes of \(typeCodeWidth) bytes for \(typeCount) types")
        }
        guard bytes.slice(42, 6).isZero, bytes.slice(56, 8).isZero else {
            throw FormatError(.batch, 4, at: 42, "reserved bytes are not zero")
        }
        let earliest = bytes.load(24, as: Int64.self)
        let latest = bytes.load(32, as: Int64.self)
        guard earliest <= latest, earliest >= Limits.earliestTime, latest <= Limits.latestTime
        else {
            throw FormatError(.batch, 8, at: 24, "times \(earliest) to \(latest) µs")
        }
        timeRange = earliest...latest
        strings = BatchLayout.StringTable(
            count: stringCount, offsetsOffset: BatchLayout.headerSize,
            bytesOffset: BatchLayout.headerSize + padded((stringCount + 1) * 4))
        used = Array(repeating: false, count: stringCount)
    }

    /// Takes the next `size` bytes and their padding as a section; its offset is returned.
    private mutating func section(_ size: Int) throws(FormatError) -> Int {
        let start = offset
        let end = start + padded(size)
        guard end <= bytes.byteCount else {
            throw FormatError(.batch, 1, at: start, "a section of \(size) bytes leaves the batch")
        }
        guard bytes.slice(start + size, end - start - size).isZero else {
            throw FormatError(.batch, 4, at: start + size, "padding is not zero")
        }
        offset = end
        return start
    }

    mutating func readStrings() throws(FormatError) {
        let offsets = try section((strings.count + 1) * 4)
        let start = try section(stringBytes)
        guard bytes.load(offsets, as: UInt32.self) == 0,
            Int(bytes.load(offsets + strings.count * 4, as: UInt32.self)) == stringBytes
        else {
            throw FormatError(.batch, 5, at: offsets, "string offsets do not span the strings")
        }
        var end = 0
        for code in 0..<strings.count {
            let next = Int(bytes.load(offsets + code * 4 + 4, as: UInt32.self))
            guard next >= end, next <= stringBytes else {
                throw FormatError(.batch, 5, at: offsets + code * 4 + 4, "string offsets descend")
            }
            guard next - end <= Limits.stringBytes else {
                throw FormatError(.batch, 5, at: start + end, "a string of \(next - end) bytes")
            }
            if next > end, bytes.load(start + end, as: UInt8.self) & 0xC0 == 0x80 {
                throw FormatError(.batch, 6, at: start + end, "a string is not UTF-8")
            }
            end = next
        }
        guard isUTF8(bytes.slice(start, stringBytes)) else {
            throw FormatError(.batch, 6, at: start, "the strings are not UTF-8")
        }
        guard strings.count > 1 else { return }
        for code in 1..<strings.count {
            let order = compareBytes(
                strings.bytes(of: code - 1, in: bytes), strings.bytes(of: code, in: bytes))
            guard order < 0 else {
                throw FormatError(
                    .batch, 5, at: offsets + code * 4, "strings are not ascending and distinct")
            }
        }
    }

    /// Checks a name's code and size, and notes that it is used.
    private mutating func useName(_ code: Int, at place: Int) throws(FormatError) {
        guard code < strings.count else {
            throw FormatError(
                .batch, 7, at: place, "name code \(code), the dictionary has \(strings.count)")
        }
        let size = strings.bytes(of: code, in: bytes).byteCount
        guard (1...Limits.nameBytes).contains(size) else {
            throw FormatError(
                .batch, 7, at: place, "a name of \(size) bytes; 1 to \(Limits.nameBytes) fit")
        }
        used[code] = true
    }

    mutating func readTypes() throws(FormatError) {
        let table = try section(typeCount * BatchLayout.typeEntrySize)
        var previous = -1
        var rows = 0
        types.reserveCapacity(typeCount)
        for index in 0..<typeCount {
            let place = table + index * BatchLayout.typeEntrySize
            let name = Int(bytes.load(place, as: UInt32.self))
            let count = Int(bytes.load(place + 4, as: UInt32.self))
            try useName(name, at: place)
            guard name > previous else {
                throw FormatError(.batch, 7, at: place, "types are not ascending by name")
            }
            guard count > 0 else {
                throw FormatError(.batch, 9, at: place + 4, "a type without rows")
            }
            previous = name
            rows += count
            types.append(.init(name: name, rowCount: count))
        }
        guard rows == rowCount else {
            throw FormatError(
                .batch, 9, at: table, "types count \(rows) rows, the batch has \(rowCount)")
        }
    }

    mutating func readDirectory() throws(FormatError) {
        directoryOffset = try section(columnCount * BatchLayout.columnEntrySize)
    }

    mutating func readTypeCodes() throws(FormatError) {
        typeCodesOffset = try section(rowCount * typeCodeWidth)
        guard typeCodeWidth > 0 else { return }
        let counts = BatchScan.histogram(
            bytes.slice(typeCodesOffset, rowCount * typeCodeWidth), width: typeCodeWidth,
            bins: typeCount)
        for (code, type) in types.enumerated() where counts[code] != type.rowCount {
            throw FormatError(
                .batch, 9, at: typeCodesOffset,
                "type \(code) has \(counts[code]) rows, its entry says \(type.rowCount)")
        }
    }

    mutating func readTimes() throws(FormatError) {
        let encoding = try encoding(bytes.load(41, as: UInt8.self), of: .timestamp, at: 41)
        let base = bytes.load(48, as: Int64.self)
        let size = encoding.size(of: rowCount, as: .timestamp) ?? 0
        times = BatchLayout.Values(
            encoding: encoding, offset: try section(size), count: rowCount, base: base)
        try checkBase(times, of: .timestamp, at: 48)
        let range = try integerRange(times, at: times.offset)
        guard range == timeRange else {
            throw FormatError(
                .batch, 8, at: times.offset,
                "times \(range.lowerBound) to \(range.upperBound) µs, the header says "
                    + "\(timeRange.lowerBound) to \(timeRange.upperBound)")
        }
    }

    mutating func readColumns() throws(FormatError) {
        columns.reserveCapacity(columnCount)
        var previous = (-1, UInt8(0))
        for index in 0..<columnCount {
            let place = directoryOffset + index * BatchLayout.columnEntrySize
            let name = Int(bytes.load(place, as: UInt32.self))
            try useName(name, at: place)
            let code = bytes.load(place + 4, as: UInt8.self)
            guard let type = AttributeType(rawValue: code) else {
                throw FormatError(.batch, 10, at: place + 4, "attribute type \(code) is unknown")
            }
            guard (name, code) > previous else {
                throw FormatError(
                    .batch, 10, at: place, "columns are not ascending by name and type")
            }
            previous = (name, code)
            try checkReserved(name, type, at: place)
            try readColumn(name: name, type: type, entry: place)
        }
    }

    private func checkReserved(
        _ name: Int, _ type: AttributeType, at place: Int
    ) throws(FormatError) {
        let text = strings.bytes(of: name, in: bytes)
        guard text.load(0, as: UInt8.self) == UInt8(ascii: "$") else { return }
        guard ReservedName.permits(text.text, type) else {
            throw FormatError(
                .batch, 13, at: place, "no \(type.name) column may be named '\(text.text)'")
        }
    }

    private mutating func readColumn(
        name: Int, type: AttributeType, entry place: Int
    ) throws(FormatError) {
        let encoding = try encoding(bytes.load(place + 5, as: UInt8.self), of: type, at: place + 5)
        let flags = bytes.load(place + 6, as: UInt8.self)
        guard flags & ~3 == 0, bytes.load(place + 7, as: UInt8.self) == 0 else {
            throw FormatError(.batch, 4, at: place + 6, "flags \(flags) are unknown")
        }
        guard Int(bytes.load(place + 8, as: UInt32.self)) == offset else {
            throw FormatError(.batch, 10, at: place + 8, "the column does not begin at \(offset)")
        }
        let start = offset
        let rows = Int(bytes.load(place + 16, as: UInt32.self))
        let count = Int(bytes.load(place + 20, as: UInt32.self))
        var typeSet: Int?
        if flags & BatchLayout.typeSetFlag != 0 {
            let bits = try section((typeCount + 7) / 8)
            guard BatchScan.bits(bytes, at: bits, count: typeCount) != nil else {
                throw FormatError(.batch, 11, at: bits, "the type set names a type beyond the last")
            }
            typeSet = bits
        }
        guard rows == applicableRows(typeSet) else {
            throw FormatError(
                .batch, 11, at: place + 16,
                "says \(rows) rows, its types have \(applicableRows(typeSet))")
        }
        guard count > 0, count <= rows else {
            throw FormatError(.batch, 11, at: place + 20, "\(count) values for \(rows) rows")
        }
        valueCount += count
        guard valueCount <= Limits.batchValues else {
            throw FormatError(
                .batch, 3, at: place + 20, "more than \(Limits.batchValues) values in all columns")
        }
        var presence: Int?
        if flags & BatchLayout.presenceFlag != 0 {
            let bits = try section((rows + 7) / 8)
            guard BatchScan.bits(bytes, at: bits, count: rows) == count else {
                throw FormatError(.batch, 11, at: bits, "presence bits do not count \(count)")
            }
            presence = bits
        } else if count != rows {
            throw FormatError(
                .batch, 11, at: place + 20, "\(count) values for \(rows) rows, no presence bits")
        }
        guard let size = encoding.size(of: count, as: type) else {
            throw FormatError(
                .batch, 10, at: place + 5, "encoding \(encoding.rawValue) is not for \(type.name)")
        }
        let values = BatchLayout.Values(
            encoding: encoding, offset: try section(size), count: count,
            base: bytes.load(place + 24, as: Int64.self))
        guard Int(bytes.load(place + 12, as: UInt32.self)) == offset - start else {
            throw FormatError(.batch, 10, at: place + 12, "the column has \(offset - start) bytes")
        }
        try checkBase(values, of: type, at: place + 24)
        try readValues(values, of: type)
        columns.append(
            .init(
                name: name, type: type, rowCount: rows, typeSetOffset: typeSet,
                presenceOffset: presence, values: values))
    }

    /// Rows of the types in the set.
    private func applicableRows(_ typeSet: Int?) -> Int {
        guard let typeSet else { return rowCount }
        var rows = 0
        for (code, type) in types.enumerated() where bytes.bit(code, at: typeSet) {
            rows += type.rowCount
        }
        return rows
    }

    private func checkBase(
        _ values: BatchLayout.Values, of type: AttributeType, at place: Int
    ) throws(FormatError) {
        let hasBase =
            type != .string && values.encoding != .plain && values.encoding != .constant
        guard hasBase || values.base == 0 else {
            throw FormatError(.batch, 4, at: place, "a base without differences")
        }
    }

    private mutating func readValues(
        _ values: BatchLayout.Values, of type: AttributeType
    ) throws(FormatError) {
        switch type {
        case .bool:
            let bits = values.encoding == .constant ? 1 : values.count
            guard BatchScan.bits(bytes, at: values.offset, count: bits) != nil else {
                throw FormatError(.batch, 12, at: values.offset, "bits past the last value are set")
            }
        case .int64:
            _ = try integerRange(values, at: values.offset)
        case .timestamp:
            let range = try integerRange(values, at: values.offset)
            guard range.lowerBound >= Limits.earliestTime, range.upperBound <= Limits.latestTime
            else {
                throw FormatError(.batch, 12, at: values.offset, "a timestamp out of range")
            }
        case .ipPrefix:
            guard BatchScan.areIPPrefixes(bytes, values) else {
                throw FormatError(.batch, 12, at: values.offset, "an impossible ip prefix")
            }
        case .string:
            guard BatchScan.markCodes(bytes, values, in: &used) else {
                throw FormatError(
                    .batch, 12, at: values.offset,
                    "a string code beyond the dictionary of \(strings.count)")
            }
        case .float64, .uuid:
            break
        }
    }

    private func integerRange(
        _ values: BatchLayout.Values, at place: Int
    ) throws(FormatError) -> ClosedRange<Int64> {
        guard let range = BatchScan.integerRange(bytes, values) else {
            throw FormatError(.batch, 12, at: place, "base plus difference exceeds 64 bits")
        }
        return range
    }

    private func encoding(
        _ code: UInt8, of type: AttributeType, at place: Int
    ) throws(FormatError) -> ValueEncoding {
        guard let encoding = ValueEncoding(rawValue: code), encoding.size(of: 1, as: type) != nil
        else {
            throw FormatError(.batch, 10, at: place, "encoding \(code) is not for \(type.name)")
        }
        return encoding
    }

    func finish() throws(FormatError) {
        guard offset == bytes.byteCount else {
            throw FormatError(.batch, 1, at: offset, "\(bytes.byteCount - offset) bytes too many")
        }
        // An entry that nothing refers to could carry into the log what no rule has looked at.
        if let unused = used.firstIndex(of: false) {
            throw FormatError(
                .batch, 5, at: strings.offsetsOffset + unused * 4, "string \(unused) is not used")
        }
    }
}

/// Size with padding to the next multiple of 8.
func padded(_ size: Int) -> Int { (size + 7) & ~7 }

private func isUTF8(_ bytes: RawSpan) -> Bool {
    if BatchScan.isASCII(bytes) { return true }
    return unsafe bytes.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) != nil }
}
