import AuraCore

/// Reads the values of a block's content.
///
/// Its bytes are known to be those that were written; what they say is checked all the same, so that
/// a mistake of a writer is an error and not a trap.
struct BlockReader {
    let encoding: BlockEncoding
    let count: Int
    let bytes: [UInt8]

    private func fail(_ reason: String) -> FormatError {
        FormatError(.chunk, 11, at: 0, "\(reason) (\(count) values in \(bytes.count) bytes)")
    }

    /// The whole numbers, or the bits of the floats.
    func integers() throws(FormatError) -> [Int64] {
        switch encoding {
        case .constant:
            guard bytes.count == 8 else { throw fail("no constant") }
            return Array(repeating: bytes.rawSpan.load(0), count: count)
        case .packed:
            let reader = try PackedReader(bytes)
            guard reader.count == count, reader.size == bytes.count else {
                throw fail("\(reader.count) packed integers")
            }
            return reader.values()
        case .plain:
            guard bytes.count == count * 8 else { throw fail("no plain values") }
            let span = bytes.rawSpan
            return (0..<count).map { span.load($0 * 8) }
        case .decimal:
            return try decimals()
        case .bits:
            guard bytes.count == (count + 7) / 8 else { throw fail("no bits") }
            return (0..<count).map { Int64(bytes[$0 >> 3] >> UInt8($0 & 7) & 1) }
        case .wide, .texts, .derived:
            throw fail("no integers but encoding \(encoding.rawValue)")
        }
    }

    private func decimals() throws(FormatError) -> [Int64] {
        guard bytes.count >= 8 else { throw fail("no decimals") }
        let span = bytes.rawSpan
        let exponent = Int(span.load(0, as: UInt32.self))
        let exceptions = Int(span.load(4, as: UInt32.self))
        guard exponent <= DecimalFloats.greatestExponent, exceptions <= count,
            8 + exceptions * 12 <= bytes.count
        else { throw fail("\(exceptions) exceptions of exponent \(exponent)") }
        let start = 8 + exceptions * 12
        let reader = try PackedReader(bytes, at: start)
        guard reader.count == count, start + reader.size == bytes.count else {
            throw fail("\(reader.count) decimals")
        }
        let power = DecimalFloats.power(exponent)
        var values = reader.values()
        for index in values.indices {
            values[index] = Int64(bitPattern: (Double(values[index]) / power).bitPattern)
        }
        for index in 0..<exceptions {
            let position = Int(span.load(8 + index * 4, as: UInt32.self))
            guard position < count else { throw fail("an exception at \(position)") }
            values[position] = span.load(8 + exceptions * 4 + index * 8)
        }
        return values
    }

    /// From what the values are derived, and what is to be put right.
    func derivation() throws(FormatError) -> Derivation {
        guard encoding == .derived, bytes.count >= 8 else { throw fail("no derived values") }
        let determinant = Int(bytes.rawSpan.load(0, as: UInt32.self))
        let exceptions = Int(bytes.rawSpan.load(4, as: UInt32.self))
        guard exceptions <= count else { throw fail("\(exceptions) exceptions") }
        if exceptions == 0 {
            guard bytes.count == 8 else { throw fail("something behind no exceptions") }
            return Derivation(determinant: determinant, places: [], values: [])
        }
        let places = try PackedReader(bytes, at: 8)
        let values = try PackedReader(bytes, at: 8 + places.size)
        guard places.count == exceptions, values.count == exceptions,
            8 + places.size + values.size == bytes.count
        else { throw fail("\(places.count) places of \(exceptions) exceptions") }
        let found = places.values()
        guard found.allSatisfy({ $0 >= 0 && $0 < count }) else {
            throw fail("an exception behind all values")
        }
        return Derivation(determinant: determinant, places: found, values: values.values())
    }

    /// The UUIDs.
    func uuids() throws(FormatError) -> [UUIDBytes] {
        guard encoding == .wide, bytes.count == count * 16 else { throw fail("no UUIDs") }
        let span = bytes.rawSpan
        return (0..<count).map {
            UUIDBytes(high: span.load($0 * 16), low: span.load($0 * 16 + 8))
        }
    }

    /// The texts.
    func texts() throws(FormatError) -> TextTable {
        guard encoding == .texts else { throw fail("no texts") }
        let reader = try PackedReader(bytes)
        guard reader.count == count else { throw fail("\(reader.count) texts") }
        let ends = reader.values()
        var last: Int64 = 0
        for end in ends {
            guard end >= last else { throw fail("a text that ends before it begins") }
            last = end
        }
        guard Int(last) == bytes.count - reader.size else { throw fail("\(last) bytes of text") }
        return TextTable(bytes, start: reader.size, ends: ends)
    }
}

/// How the values of a block follow from another column.
struct Derivation {
    /// Number of the column.
    let determinant: Int
    /// Which values are not those of the map, and what they are.
    let places: [Int64]
    let values: [Int64]
}
