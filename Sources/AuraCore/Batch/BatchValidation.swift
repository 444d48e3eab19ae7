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
struct BatchCheck: ~Escapable {
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
    var directoryOffset = 0
    private let stringBytes: Int
    var valueCount = 0

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
    mutating func section(_ size: Int) throws(FormatError) -> Int {
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
    mutating func useName(_ code: Int, at place: Int) throws(FormatError) {
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
