import AuraCore

/// How the values of a block lie; raw values are the codes on disk.
///
/// `Formats/chunk.md`, "Blocks".
enum BlockEncoding: UInt8, Sendable {
    /// One value of 8 bytes that all share.
    case constant = 0
    /// `PackedIntegers`.
    case packed = 1
    /// 8 bytes each.
    case plain = 2
    /// 16 bytes each.
    case wide = 3
    /// A power of ten, packed whole numbers, and the floats that are none.
    case decimal = 4
    /// 1 bit each.
    case bits = 5
    /// Packed ends, then the bytes of all texts.
    case texts = 6
    /// What another column's codes say, and the values that are others.
    case derived = 7
    /// The users of hours.
    case users = 8
    /// How often values of each size came in hours.
    case histograms = 9
    /// `BloomFilter`.
    case filter = 10
}

/// The content of a block before compression.
struct BlockContent {
    let encoding: BlockEncoding
    /// Values in it.
    let count: Int
    let bytes: [UInt8]

    init(encoding: BlockEncoding, count: Int, bytes: [UInt8]) {
        self.encoding = encoding
        self.count = count
        self.bytes = bytes
    }

    /// The values of a column of that type; codes for texts and UUIDs.
    init(_ values: Span<Int64>, _ type: AttributeType) {
        switch type {
        case .bool: self.init(bits: values)
        case .float64: self.init(floats: values)
        default: self.init(integers: values)
        }
    }

    /// Whole numbers, codes among them.
    init(integers values: Span<Int64>) {
        count = values.count
        var out: [UInt8] = []
        if ForcedEncoding.active == .plain {
            encoding = .plain
            out.append(packing: values)
        } else if BlockContent.isConstant(values) {
            encoding = .constant
            out.append(little: values[0])
        } else {
            encoding = .packed
            PackedIntegers.append(values, to: &out)
        }
        bytes = out
    }

    /// Floats, as their bits.
    init(floats bits: Span<Int64>) {
        count = bits.count
        var out: [UInt8] = []
        if BlockContent.isConstant(bits) {
            encoding = .constant
            out.append(little: bits[0])
        } else if let decimals = DecimalFloats(bits) {
            encoding = .decimal
            out.append(little: UInt32(decimals.exponent))
            out.append(little: UInt32(decimals.exceptions.count))
            for exception in decimals.exceptions {
                out.append(little: UInt32(exception.position))
            }
            for exception in decimals.exceptions { out.append(little: exception.bits) }
            PackedIntegers.append(decimals.numbers.span, to: &out)
        } else {
            encoding = .plain
            out.append(packing: bits)
        }
        bytes = out
    }

    /// Truths: 0 or 1 each.
    init(bits values: Span<Int64>) {
        count = values.count
        encoding = .bits
        var out = [UInt8](repeating: 0, count: (values.count + 7) / 8)
        for index in values.indices where values[index] != 0 {
            out[index >> 3] |= 1 << UInt8(index & 7)
        }
        bytes = out
    }

    /// Which rows have a value: 0 or 1 each.
    init(presence: Span<UInt8>) {
        count = presence.count
        encoding = .bits
        var out: [UInt8] = []
        out.reserveCapacity((count + 7) / 8)
        let whole = count & ~7
        let bytes = unsafe presence.bytes
        for index in stride(from: 0, to: whole, by: 8) {
            // The product has the lowest bit of each byte, the first lowest, in its highest byte.
            let bits = bytes.load(index, as: UInt64.self) &* 0x0102_0408_1020_4080
            out.append(UInt8(truncatingIfNeeded: bits >> 56))
        }
        if whole < count {
            var last: UInt8 = 0
            for index in whole..<count { last |= presence[index] << UInt8(index & 7) }
            out.append(last)
        }
        self.bytes = out
    }

    /// UUIDs as they are.
    init(uuids: [UUIDBytes]) {
        count = uuids.count
        encoding = .wide
        var out = [UInt8](repeating: 0, count: uuids.count * 16)
        for (index, uuid) in uuids.enumerated() {
            out.store(little: uuid.high, at: index * 16)
            out.store(little: uuid.low, at: index * 16 + 8)
        }
        bytes = out
    }

    /// Texts: where each ends, and their bytes one after another.
    init(ends: [Int64], bytes texts: [UInt8]) {
        count = ends.count
        encoding = .texts
        var out: [UInt8] = []
        PackedIntegers.append(ends.span, to: &out)
        out.append(contentsOf: texts)
        bytes = out
    }

    /// Values that the map from another column's codes has, but for those at some places.
    init(derivedFrom column: Int, count: Int, places: [Int64], values: [Int64]) {
        self.count = count
        encoding = .derived
        var out: [UInt8] = []
        out.append(little: UInt32(column))
        out.append(little: UInt32(places.count))
        if !places.isEmpty {
            PackedIntegers.append(places.span, to: &out)
            PackedIntegers.append(values.span, to: &out)
        }
        bytes = out
    }

    private static func isConstant(_ values: Span<Int64>) -> Bool {
        let first = values[0]
        for index in values.indices where values[index] != first { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends 8 bytes for each value.
    fileprivate mutating func append(packing values: Span<Int64>) {
        reserveCapacity(count + values.count * 8)
        for index in values.indices { append(little: values[index]) }
    }
}
