/// The inner loops of reading a batch: one pass over one column's bytes each.
enum BatchScan {
    /// How often each code below `bins` occurs; codes at or beyond `bins` are counted nowhere, so
    /// that the sum tells them.
    static func histogram(_ codes: RawSpan, width: Int, bins: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: width == 1 ? 256 : 65_536)
        if width == 1 {
            for offset in 0..<codes.byteCount {
                counts[Int(codes.load(offset, as: UInt8.self))] += 1
            }
        } else {
            for index in 0..<codes.byteCount / 2 {
                counts[Int(codes.load(index * 2, as: UInt16.self))] += 1
            }
        }
        return Array(counts[..<bins])
    }

    /// Bits set among the first `count`; nil if a later bit of the last byte is set.
    static func bits(_ bytes: RawSpan, at offset: Int, count: Int) -> Int? {
        let size = (count + 7) / 8
        var set = 0
        var index = 0
        while index + 8 <= size {
            set += bytes.load(offset + index, as: UInt64.self).nonzeroBitCount
            index += 8
        }
        while index < size {
            set += bytes.load(offset + index, as: UInt8.self).nonzeroBitCount
            index += 1
        }
        if count % 8 != 0, bytes.load(offset + size - 1, as: UInt8.self) >> UInt8(count % 8) != 0 {
            return nil
        }
        return set
    }

    /// Smallest and greatest of integer values; nil if a sum exceeds 64 bits.
    static func integerRange(_ bytes: RawSpan, _ values: BatchLayout.Values) -> ClosedRange<Int64>?
    {
        switch values.encoding {
        case .constant:
            let value = bytes.load(values.offset, as: Int64.self)
            return value...value
        case .plain:
            var low = Int64.max
            var high = Int64.min
            for index in 0..<values.count {
                let value = bytes.load(values.offset + index * 8, as: Int64.self)
                low = min(low, value)
                high = max(high, value)
            }
            return low...high
        case .one:
            return range(bytes, values, UInt8.self)
        case .two:
            return range(bytes, values, UInt16.self)
        case .four:
            return range(bytes, values, UInt32.self)
        }
    }

    @inline(__always)
    private static func range<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ bytes: RawSpan, _ values: BatchLayout.Values, _ type: Code.Type
    ) -> ClosedRange<Int64>? {
        var low = Code.max
        var high = Code.min
        for index in 0..<values.count {
            let code = bytes.load(values.offset + index * MemoryLayout<Code>.size, as: Code.self)
            low = min(low, code)
            high = max(high, code)
        }
        let (lower, lowerOverflow) = values.base.addingReportingOverflow(Int64(low))
        let (upper, upperOverflow) = values.base.addingReportingOverflow(Int64(high))
        return lowerOverflow || upperOverflow ? nil : lower...upper
    }

    /// Marks each string code that occurs; false if one lies beyond the dictionary.
    static func markCodes(
        _ bytes: RawSpan, _ values: BatchLayout.Values, in used: inout [Bool]
    ) -> Bool {
        switch values.encoding {
        case .plain: return false
        case .one: return mark(bytes, values, UInt8.self, &used)
        case .two: return mark(bytes, values, UInt16.self, &used)
        case .four: return mark(bytes, values, UInt32.self, &used)
        case .constant:
            let code = Int(bytes.load(values.offset, as: UInt32.self))
            guard code < used.count else { return false }
            used[code] = true
            return true
        }
    }

    @inline(__always)
    private static func mark<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ bytes: RawSpan, _ values: BatchLayout.Values, _ type: Code.Type, _ used: inout [Bool]
    ) -> Bool {
        for index in 0..<values.count {
            let code = Int(
                bytes.load(values.offset + index * MemoryLayout<Code>.size, as: Code.self))
            guard code < used.count else { return false }
            used[code] = true
        }
        return true
    }

    /// Whether every value is the code of an ip prefix.
    static func areIPPrefixes(_ bytes: RawSpan, _ values: BatchLayout.Values) -> Bool {
        let integers = IntegerReader(bytes, values)
        for index in 0..<(values.encoding == .constant ? 1 : values.count)
        where IPPrefix(rawValue: UInt64(bitPattern: integers[index])) == nil {
            return false
        }
        return true
    }

    /// Whether no byte has its high bit set.
    static func isASCII(_ bytes: RawSpan) -> Bool {
        var offset = 0
        var bits: UInt64 = 0
        while offset + 8 <= bytes.byteCount {
            bits |= bytes.load(offset, as: UInt64.self)
            offset += 8
        }
        while offset < bytes.byteCount {
            bits |= UInt64(bytes.load(offset, as: UInt8.self))
            offset += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }
}

/// Integer values of a valid column by index; sums wrap, which a valid batch never lets happen.
struct IntegerReader: ~Escapable {
    private let bytes: RawSpan
    private let values: BatchLayout.Values

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, _ values: BatchLayout.Values) {
        self.bytes = bytes
        self.values = values
    }

    subscript(index: Int) -> Int64 {
        switch values.encoding {
        case .plain: bytes.load(values.offset + index * 8)
        case .one: values.base &+ Int64(bytes.load(values.offset + index, as: UInt8.self))
        case .two: values.base &+ Int64(bytes.load(values.offset + index * 2, as: UInt16.self))
        case .four: values.base &+ Int64(bytes.load(values.offset + index * 4, as: UInt32.self))
        case .constant: bytes.load(values.offset)
        }
    }
}

extension RawSpan {
    /// Bit `index` of the bits that begin at a byte offset, least significant first.
    @inline(__always)
    package func bit(_ index: Int, at offset: Int) -> Bool {
        load(offset + index / 8, as: UInt8.self) >> UInt8(index % 8) & 1 == 1
    }
}
