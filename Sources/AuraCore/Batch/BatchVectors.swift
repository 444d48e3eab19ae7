extension EventBatch {
    /// The rows that hold a value of a column, ascending; nil if all of the batch's do.
    ///
    /// - Parameter typeCodes: What `typeCodes()` says; asked for where a column is not of all types.
    public func rows(
        of column: BatchLayout.Column, _ typeCodes: @autoclosure () -> [UInt32]
    ) -> [UInt32]? {
        if column.values.count == rowCount { return nil }
        if let typeSet = column.typeSetOffset {
            return rows(of: column, typeSet, typeCodes())
        }
        guard let presence = column.presenceOffset else { return nil }
        let bits = bytes.slice(presence, (rowCount + 7) / 8)
        var rows = [UInt32](repeating: 0, count: column.values.count)
        var found = 0
        for offset in 0..<bits.byteCount {
            var byte = bits.load(offset, as: UInt8.self)
            while byte != 0 {
                rows[found] = UInt32(truncatingIfNeeded: offset &* 8 &+ byte.trailingZeroBitCount)
                found &+= 1
                byte &= byte &- 1
            }
        }
        return rows
    }

    /// The rows that hold a value of a column that some types have.
    private func rows(
        of column: BatchLayout.Column, _ typeSet: Int, _ typeCodes: [UInt32]
    ) -> [UInt32] {
        let bytes = bytes
        let applies = layout.types.indices.map { bytes.bit($0, at: typeSet) ? 1 : 0 }
        let appliesToType = applies.span
        let typeCodes = typeCodes.span
        var rows = [UInt32](repeating: 0, count: column.values.count + 1)
        var target = rows.mutableSpan
        var found = 0
        // Every row is written, and the next one over it unless it counts.
        if let presence = column.presenceOffset {
            let bits = bytes.slice(presence, bytes.byteCount - presence)
            var bit = 0
            for row in typeCodes.indices {
                target[found] = UInt32(truncatingIfNeeded: row)
                let doesApply = appliesToType[Int(typeCodes[row])]
                let byte = bits.load(bit >> 3, as: UInt8.self)
                found &+= Int(byte &>> UInt8(truncatingIfNeeded: bit & 7)) & doesApply
                bit &+= doesApply
            }
        } else {
            for row in typeCodes.indices {
                target[found] = UInt32(truncatingIfNeeded: row)
                found &+= appliesToType[Int(typeCodes[row])]
            }
        }
        rows.removeLast()
        return rows
    }

    /// The values of a column without strings and UUIDs: integers, the bits of floats, 0 or 1.
    public func integers(of column: BatchLayout.Column) -> [Int64] {
        let values = column.values
        switch (column.type, values.encoding) {
        case (.bool, .constant):
            return Array(repeating: bytes.bit(0, at: values.offset) ? 1 : 0, count: values.count)
        case (.bool, _):
            let bytes = bytes
            return (0..<values.count).map { bytes.bit($0, at: values.offset) ? 1 : 0 }
        default:
            return integers(values)
        }
    }

    /// The dictionary codes of a column of strings.
    public func stringCodes(of column: BatchLayout.Column) -> [UInt32] {
        let values = column.values
        switch values.encoding {
        case .constant, .plain:
            return Array(repeating: bytes.load(values.offset), count: values.count)
        case .one: return load(values) { (code: UInt8) in UInt32(code) }
        case .two: return load(values) { (code: UInt16) in UInt32(code) }
        case .four: return load(values) { (code: UInt32) in code }
        }
    }

    /// The values of a column of UUIDs.
    public func uuids(of column: BatchLayout.Column) -> [UUIDBytes] {
        let values = column.values
        let bytes = bytes
        let step = values.encoding == .constant ? 0 : 16
        var uuids: [UUIDBytes] = []
        uuids.reserveCapacity(values.count)
        for index in 0..<values.count {
            uuids.append(
                UUIDBytes(
                    high: bytes.load(values.offset + index * step),
                    low: bytes.load(values.offset + index * step + 8)))
        }
        return uuids
    }

    /// The times of all rows, in µs.
    public func times() -> [Int64] {
        integers(layout.times)
    }

    /// The type of every row, as indexes of `layout.types`.
    public func typeCodes() -> [UInt32] {
        let bytes = bytes
        var codes = [UInt32](repeating: 0, count: rowCount)
        switch layout.typeCodeWidth {
        case 0: break
        case 1:
            let bytes = bytes.slice(layout.typeCodesOffset, rowCount)
            for row in codes.indices { codes[row] = UInt32(bytes.load(row, as: UInt8.self)) }
        default:
            let bytes = bytes.slice(layout.typeCodesOffset, rowCount * 2)
            for row in codes.indices { codes[row] = UInt32(bytes.load(row * 2, as: UInt16.self)) }
        }
        return codes
    }

    private func integers(_ values: BatchLayout.Values) -> [Int64] {
        switch values.encoding {
        case .plain: load(values) { (value: Int64) in value }
        case .one: load(values) { (code: UInt8) in values.base &+ Int64(code) }
        case .two: load(values) { (code: UInt16) in values.base &+ Int64(code) }
        case .four: load(values) { (code: UInt32) in values.base &+ Int64(code) }
        case .constant: Array(repeating: bytes.load(values.offset), count: values.count)
        }
    }

    @inline(__always)
    private func load<Code: FixedWidthInteger & BitwiseCopyable, Value: FixedWidthInteger>(
        _ values: BatchLayout.Values, _ value: (Code) -> Value
    ) -> [Value] {
        let bytes = bytes.slice(values.offset, values.count * MemoryLayout<Code>.size)
        var loaded = [Value](repeating: 0, count: values.count)
        for index in loaded.indices {
            loaded[index] = value(bytes.load(index * MemoryLayout<Code>.size))
        }
        return loaded
    }
}
