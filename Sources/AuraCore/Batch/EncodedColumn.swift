/// The types of a batch's rows, as encoding its columns needs them.
struct RowTypes {
    /// The type code of each row.
    let codes: [UInt16]
    /// Rows of each type, by its code.
    let rowsOfType: [Int]
}

/// A column on its way into a batch: `Formats/batch.md`, "Columns".
struct EncodedColumn: ~Escapable {
    private let type: AttributeType
    private let name: Int
    private let rows: Span<Int32>
    private let values: Span<Int64>

    /// - Parameters:
    ///   - name: The code of its name.
    ///   - rows: The row of each value, ascending.
    ///   - values: Integers, float bits, bools, the builder's codes of strings, indexes of UUIDs.
    @_lifetime(copy rows, copy values)
    init(type: AttributeType, name: Int, rows: Span<Int32>, values: Span<Int64>) {
        self.type = type
        self.name = name
        self.rows = rows
        self.values = values
    }

    /// Appends the column's bytes, and fills its entry of the directory.
    func append(
        to out: inout [UInt8], entry: Int, _ rowTypes: RowTypes, uuids: [UUIDBytes],
        stringCodes: [UInt32]
    ) {
        let start = out.count
        var flags: UInt8 = 0
        let hasType = typeSet(rowTypes)
        var rowCount = 0
        for (code, has) in hasType.enumerated() where has { rowCount += rowTypes.rowsOfType[code] }
        let isForAll = !hasType.contains(false)
        if !isForAll {
            flags |= BatchLayout.typeSetFlag
            out.append(bits: hasType.count) { hasType[$0] }
        }
        if rowCount != rows.count {
            flags |= BatchLayout.presenceFlag
            appendPresence(to: &out, rowTypes.codes, isForAll ? nil : hasType, rowCount: rowCount)
        }
        let (encoding, base) = appendValues(to: &out, uuids, stringCodes)
        out.pad(to: 8)
        out.store(little: UInt32(name), at: entry)
        out[entry + 4] = type.rawValue
        out[entry + 5] = encoding.rawValue
        out[entry + 6] = flags
        out.store(little: UInt32(start), at: entry + 8)
        out.store(little: UInt32(out.count - start), at: entry + 12)
        out.store(little: UInt32(rowCount), at: entry + 16)
        out.store(little: UInt32(rows.count), at: entry + 20)
        out.store(little: base, at: entry + 24)
    }

    /// Which types have a value here, by code.
    private func typeSet(_ rowTypes: RowTypes) -> [Bool] {
        var hasType = [Bool](repeating: false, count: rowTypes.rowsOfType.count)
        for index in rows.indices { hasType[Int(rowTypes.codes[Int(rows[index])])] = true }
        return hasType
    }

    /// Appends a bit for each row of the types that the column is for.
    private func appendPresence(
        to out: inout [UInt8], _ codes: [UInt16], _ hasType: [Bool]?, rowCount: Int
    ) {
        var present = [Bool](repeating: false, count: codes.count)
        for index in rows.indices { present[Int(rows[index])] = true }
        guard let hasType else {
            out.append(bits: rowCount) { present[$0] }
            return
        }
        var applying = [Bool](repeating: false, count: codes.count)
        var bit = 0
        for (row, code) in codes.enumerated() {
            applying[bit] = present[row]
            bit += hasType[Int(code)] ? 1 : 0
        }
        out.append(bits: rowCount) { applying[$0] }
    }

    private func appendValues(
        to out: inout [UInt8], _ uuids: [UUIDBytes], _ stringCodes: [UInt32]
    ) -> (ValueEncoding, base: Int64) {
        switch type {
        case .uuid:
            let isConstant = isConstant { uuids[Int($0)] }
            // Both halves as one number, `high` first in memory.
            out.append(packing: isConstant ? values.extracting(0..<1) : values) {
                let uuid = uuids[Int($0)]
                return UInt128(_low: uuid.high, _high: uuid.low)
            }
            return (isConstant ? .constant : .plain, 0)
        case .bool:
            if isConstant({ $0 }) {
                out.append(UInt8(values[0]))
                return (.constant, 0)
            }
            out.append(bits: values.count) { values[$0] != 0 }
            return (.plain, 0)
        case .float64:
            let isConstant = isConstant { $0 }
            out.append(packing: isConstant ? values.extracting(0..<1) : values) { $0 }
            return (isConstant ? .constant : .plain, 0)
        case .string:
            return appendCodes(to: &out, stringCodes)
        case .int64, .timestamp, .ipPrefix:
            let encoding = IntegerEncoding(values)
            encoding.append(values, to: &out)
            return (encoding.encoding, encoding.base)
        }
    }

    private func isConstant<Value: Equatable>(_ value: (Int64) -> Value) -> Bool {
        let first = value(values[0])
        for index in values.indices where value(values[index]) != first { return false }
        return true
    }

    private func appendCodes(
        to out: inout [UInt8], _ stringCodes: [UInt32]
    ) -> (ValueEncoding, base: Int64) {
        if isConstant({ $0 }) {
            out.append(little: stringCodes[Int(values[0])])
            return (.constant, 0)
        }
        var greatest: UInt32 = 0
        for index in values.indices { greatest = max(greatest, stringCodes[Int(values[index])]) }
        switch greatest {
        case 0...0xFF:
            out.append(packing: values) { UInt8(truncatingIfNeeded: stringCodes[Int($0)]) }
            return (.one, 0)
        case 0...0xFFFF:
            out.append(packing: values) { UInt16(truncatingIfNeeded: stringCodes[Int($0)]) }
            return (.two, 0)
        default:
            out.append(packing: values) { stringCodes[Int($0)] }
            return (.four, 0)
        }
    }
}

/// The narrowest encoding of integers, and the base that makes it fit.
struct IntegerEncoding {
    let encoding: ValueEncoding
    let base: Int64
    let minimum: Int64
    let maximum: Int64

    init(_ values: Span<Int64>) {
        var low = Int64.max
        var high = Int64.min
        for index in values.indices {
            low = min(low, values[index])
            high = max(high, values[index])
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

    func append(_ values: Span<Int64>, to out: inout [UInt8]) {
        switch encoding {
        case .constant: out.append(little: minimum)
        case .plain: out.append(packing: values) { $0 }
        case .one: out.append(packing: values) { UInt8(truncatingIfNeeded: $0 &- base) }
        case .two: out.append(packing: values) { UInt16(truncatingIfNeeded: $0 &- base) }
        case .four: out.append(packing: values) { UInt32(truncatingIfNeeded: $0 &- base) }
        }
    }
}

extension Array where Element == UInt8 {
    /// Appends what `pack` makes of each value, little-endian.
    ///
    /// One growth and a store for each value: appending one by one took six times the instructions
    /// (callgrind, an import of the benchmark workload).
    @inline(__always)
    mutating func append<Value, Packed: FixedWidthInteger & BitwiseCopyable>(
        packing values: Span<Value>, _ pack: (Value) -> Packed
    ) {
        let start = count
        let size = MemoryLayout<Packed>.size
        append(contentsOf: repeatElement(0, count: values.count * size))
        unsafe withUnsafeMutableBytes { bytes in
            for index in values.indices {
                unsafe bytes.storeBytes(
                    of: pack(values[index]).littleEndian, toByteOffset: start + index * size,
                    as: Packed.self)
            }
        }
    }

    /// Appends bits, the first in the lowest place of the first byte, and pads to 8 bytes.
    @inline(__always)
    mutating func append(bits count: Int, _ isSet: (Int) -> Bool) {
        var byte: UInt8 = 0
        for index in 0..<count {
            if isSet(index) { byte |= 1 << UInt8(index & 7) }
            if index & 7 == 7 {
                append(byte)
                byte = 0
            }
        }
        if count & 7 != 0 { append(byte) }
        pad(to: 8)
    }
}
