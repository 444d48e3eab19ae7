import AuraCore

/// Reads the values of a block's content.
///
/// Its bytes are known to be those that were written; what they say is checked all the same, so that
/// a mistake of a writer is an error and not a trap.
struct BlockReader {
    let encoding: BlockEncoding
    let count: Int
    let bytes: [UInt8]
    /// What is packed of integers and decimals.
    private let packed: PackedReader?

    /// Reads what is needed to find single values.
    init(encoding: BlockEncoding, count: Int, bytes: [UInt8]) throws(FormatError) {
        self.encoding = encoding
        self.count = count
        self.bytes = bytes
        var start = 0
        switch encoding {
        case .packed: break
        case .decimal:
            let (exponent, exceptions) = try BlockReader.decimalHeader(bytes, count)
            guard exponent <= DecimalFloats.greatestExponent else {
                throw BlockReader.failure("decimals of exponent \(exponent)", count, bytes)
            }
            start = 8 + exceptions * 12
        default:
            packed = nil
            return
        }
        let reader = try PackedReader(bytes, at: start)
        guard reader.count == count, start + reader.size == bytes.count else {
            throw BlockReader.failure("\(reader.count) packed integers", count, bytes)
        }
        packed = reader
    }

    /// Bytes of memory.
    var byteCount: Int { bytes.count + (packed?.byteCount ?? 0) }

    var byteCountOfContent: Int { bytes.count }

    /// Lists of packed integers, one after another from the beginning, and where the last ends.
    func lists(_ count: Int) throws(FormatError) -> ([[Int64]], end: Int) {
        var lists: [[Int64]] = []
        var end = 0
        for _ in 0..<count {
            let reader = try PackedReader(bytes, at: end)
            lists.append(reader.values())
            end += reader.size
        }
        return (lists, end)
    }

    /// Hashes of 8 bytes each from an offset on, ascending and none of them 0.
    func hashes(_ count: Int, at offset: Int) throws(FormatError) -> [UInt64] {
        guard offset + count * 8 <= bytes.count else { throw fail("hashes that are cut off") }
        let span = bytes.rawSpan
        let hashes = (0..<count).map { span.load(offset + $0 * 8, as: UInt64.self) }
        guard zip([0] + hashes, hashes).allSatisfy({ $0 < $1 }) else {
            throw fail("hashes that do not ascend")
        }
        return hashes
    }

    private static func failure(_ reason: String, _ count: Int, _ bytes: [UInt8]) -> FormatError {
        FormatError(.chunk, 11, at: 0, "\(reason) (\(count) values in \(bytes.count) bytes)")
    }

    func fail(_ reason: String) -> FormatError {
        BlockReader.failure(reason, count, bytes)
    }

    /// The whole numbers, or the bits of the floats.
    func integers() throws(FormatError) -> [Int64] {
        try integers(in: RowRanges(upTo: count))
    }

    /// Those of some places, all of which are in the block.
    func integers(in places: RowRanges) throws(FormatError) -> [Int64] {
        precondition(places.ranges.last?.upperBound ?? 0 <= count)
        let span = bytes.rawSpan
        switch encoding {
        case .constant:
            guard bytes.count == 8 else { throw fail("no constant") }
            return Array(repeating: span.load(0), count: places.count)
        case .packed: return unpacked(places)
        case .plain:
            guard bytes.count == count * 8 else { throw fail("no plain values") }
            return places.map { span.load($0 &* 8) }
        case .decimal: return try decimals(in: places)
        case .bits:
            guard bytes.count == (count + 7) / 8 else { throw fail("no bits") }
            return places.map {
                Int64(span.load($0 &>> 3, as: UInt8.self) &>> UInt8(truncatingIfNeeded: $0 & 7) & 1)
            }
        case .wide, .texts, .derived, .users, .histograms, .filter:
            throw fail("no integers but encoding \(encoding.rawValue)")
        }
    }

    /// The whole number at a place of the block.
    func integer(at place: Int) throws(FormatError) -> Int64 {
        if let packed, encoding == .packed { return packed.value(at: place) }
        return try integers(in: RowRanges([place..<place + 1]))[0]
    }

    private func unpacked(_ places: RowRanges) -> [Int64] {
        guard let packed else { return [] }
        if places.ranges.count == 1 { return packed.values(in: places.ranges[0]) }
        return places.ranges.flatMap { packed.values(in: $0) }
    }

    private static func decimalHeader(
        _ bytes: [UInt8], _ count: Int
    ) throws(FormatError) -> (exponent: Int, exceptions: Int) {
        guard bytes.count >= 8 else { throw failure("no decimals", count, bytes) }
        let exponent = Int(bytes.rawSpan.load(0, as: UInt32.self))
        let exceptions = Int(bytes.rawSpan.load(4, as: UInt32.self))
        guard exceptions <= count, 8 + exceptions * 12 <= bytes.count else {
            throw failure("\(exceptions) exceptions of decimals", count, bytes)
        }
        return (exponent, exceptions)
    }

    private func decimals(in places: RowRanges) throws(FormatError) -> [Int64] {
        let (exponent, exceptions) = try BlockReader.decimalHeader(bytes, count)
        let power = DecimalFloats.power(exponent)
        let span = bytes.rawSpan
        let decimals = unpacked(places)
        var values = decimals.mapped { Int64(bitPattern: (Double($0) / power).bitPattern) }
        for index in 0..<exceptions {
            let position = Int(span.load(8 + index * 4, as: UInt32.self))
            guard position < count else { throw fail("an exception at \(position)") }
            guard let place = places.index(of: position) else { continue }
            values[place] = span.load(8 + exceptions * 4 + index * 8)
        }
        return values
    }

    /// Holds all floats, where that is known without unpacking them: NaN is the greatest.
    func floatBounds() throws(FormatError) -> ClosedRange<Double>? {
        func bounds(_ bits: Int64) -> ClosedRange<Double> {
            let value = Double(bitPattern: UInt64(bitPattern: bits))
            return value.isNaN ? .infinity...Double.infinity : value...value
        }
        if encoding == .constant { return bounds(try integers(in: RowRanges([0..<1]))[0]) }
        guard encoding == .decimal, let whole = packed?.bounds else { return nil }
        let (exponent, exceptions) = try BlockReader.decimalHeader(bytes, count)
        let power = DecimalFloats.power(exponent)
        var (least, greatest) = (
            Double(whole.lowerBound) / power, Double(whole.upperBound) / power
        )
        for index in 0..<exceptions {
            let value = bounds(bytes.rawSpan.load(8 + exceptions * 4 + index * 8))
            least = min(least, value.lowerBound)
            greatest = max(greatest, value.upperBound)
        }
        return least...greatest
    }

    /// The first place in a range whose value is not below another one; its end if there is none.
    ///
    /// The values of the range ascend.
    func firstIndex(notBelow value: Int64, in range: Range<Int>) throws(FormatError) -> Int {
        if let packed, encoding == .packed {
            return packed.firstIndex(notBelow: value, in: range)
        }
        let values = try integers(in: RowRanges([range]))
        return values.firstIndex { $0 >= value }.map { range.lowerBound + $0 } ?? range.upperBound
    }

    /// The place of a value among all, which ascend; nil if it is not there.
    func place(of value: Int64) throws(FormatError) -> Int? {
        let place = try firstIndex(notBelow: value, in: 0..<count)
        guard place < count, try integer(at: place) == value else { return nil }
        return place
    }

    /// From what the values at some places are derived, and what is to be put right there.
    func derivation(in wanted: RowRanges) throws(FormatError) -> Derivation {
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
        var derivation = Derivation(determinant: determinant, places: [], values: [])
        var behind = 0
        for range in wanted.ranges {
            let first = places.firstIndex(
                notBelow: Int64(range.lowerBound), in: behind..<exceptions)
            behind = places.firstIndex(notBelow: Int64(range.upperBound), in: first..<exceptions)
            derivation.places += places.values(in: first..<behind)
            derivation.values += values.values(in: first..<behind)
        }
        guard zip(derivation.places, derivation.places.dropFirst()).allSatisfy({ $0 < $1 }),
            derivation.places.allSatisfy({ wanted.index(of: Int($0)) != nil })
        else { throw fail("exceptions that do not ascend") }
        return derivation
    }

    /// Whether the hash of a value passes the filter.
    func mayHold(_ hash: UInt64) throws(FormatError) -> Bool {
        guard encoding == .filter, !bytes.isEmpty, bytes.count % BloomFilter.blockSize == 0 else {
            throw fail("no filter")
        }
        return BloomFilter.mayHold(hash, bytes.rawSpan)
    }

    /// The UUIDs.
    func uuids() throws(FormatError) -> [UUIDBytes] {
        guard encoding == .wide, bytes.count == count * 16 else { throw fail("no UUIDs") }
        let span = bytes.rawSpan
        return (0..<count).map {
            UUIDBytes(high: span.load($0 * 16), low: span.load($0 * 16 + 8))
        }
    }

    /// One of them.
    func uuid(at index: Int) throws(FormatError) -> UUIDBytes {
        guard encoding == .wide, bytes.count == count * 16 else { throw fail("no UUIDs") }
        let span = bytes.rawSpan
        return UUIDBytes(high: span.load(index * 16), low: span.load(index * 16 + 8))
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
    /// Which values are not those of the map, ascending, and what they are.
    var places: [Int64]
    var values: [Int64]
}
