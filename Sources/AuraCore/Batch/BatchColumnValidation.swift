// The columns: conditions 10 to 13 of `Formats/batch.md`, and those of 3 and 4 that are about them.
extension BatchCheck {
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
                .batch, 13, at: place,
                "no \(type.name) column may be named \(text.text.debugDescription)")
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
        let (rows, typeSet, presence) = try readRows(entry: place, flags: flags)
        let count = Int(bytes.load(place + 20, as: UInt32.self))
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

    /// Which rows a column belongs to, and which of them hold a value: type set and presence bits.
    private mutating func readRows(
        entry place: Int, flags: UInt8
    ) throws(FormatError) -> (rows: Int, typeSet: Int?, presence: Int?) {
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
        return (rows, typeSet, presence)
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

    func checkBase(
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

    func integerRange(
        _ values: BatchLayout.Values, at place: Int
    ) throws(FormatError) -> ClosedRange<Int64> {
        guard let range = BatchScan.integerRange(bytes, values) else {
            throw FormatError(.batch, 12, at: place, "base plus difference exceeds 64 bits")
        }
        return range
    }

    func encoding(
        _ code: UInt8, of type: AttributeType, at place: Int
    ) throws(FormatError) -> ValueEncoding {
        guard let encoding = ValueEncoding(rawValue: code), encoding.size(of: 1, as: type) != nil
        else {
            throw FormatError(.batch, 10, at: place, "encoding \(code) is not for \(type.name)")
        }
        return encoding
    }
}
