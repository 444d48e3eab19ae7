package import AuraCore

extension EventBatch {
    /// The row of each value of a column, ascending.
    package func valueRows(of column: BatchLayout.Column, _ typeCodes: [UInt32]) -> [UInt32] {
        rows(of: column, typeCodes) ?? Array(0..<UInt32(rowCount))
    }

    /// The numbers of an int64 or float64 column.
    func numbers(of column: BatchLayout.Column) -> [Double] {
        let integers = integers(of: column)
        if column.type == .int64 { return integers.map(Double.init) }
        return integers.map { Double(bitPattern: UInt64(bitPattern: $0)) }
    }

    /// A hash of each value of a column, never 0: that of the value alone, whatever the batch.
    package func hashes(of column: BatchLayout.Column) -> [UInt64] {
        switch column.type {
        case .int64, .timestamp, .ipPrefix:
            return integers(of: column).map {
                ValueHash.of(UInt64(bitPattern: $0), column.type)
            }
        case .string:
            var known = [UInt64](repeating: 0, count: layout.strings.count)
            return (0..<column.values.count).map { index in
                let code = stringCode(at: index, of: column.values)
                if known[code] == 0 {
                    known[code] = ValueHash.of(layout.strings.bytes(of: code, in: bytes))
                }
                return known[code]
            }
        case .bool, .float64, .uuid:
            return (0..<column.values.count).map { ValueHash.of(value(at: $0, of: column)) }
        }
    }
}

/// Hashes that stand for values: equal for values that `==` calls equal.
package enum ValueHash {
    /// The hash of a value, never 0.
    package static func of(_ value: AttributeValue) -> UInt64 {
        switch value.canonical {
        case .bool(let value): of(value ? 1 : 0, .bool)
        case .int64(let value): of(UInt64(bitPattern: value), .int64)
        case .float64(let value): of(value.bitPattern, .float64)
        case .timestamp(let time): of(UInt64(bitPattern: time.microseconds), .timestamp)
        case .ipPrefix(let prefix): of(prefix.rawValue, .ipPrefix)
        case .uuid(let uuid): of(uuid.low ^ of(uuid.high, .uuid), .uuid)
        case .string(let text): unsafe of(text.utf8.span.bytes)
        }
    }

    /// The hash of a text.
    static func of(_ text: RawSpan) -> UInt64 {
        max(1, Checksum.hash64(text, seed: UInt64(AttributeType.string.rawValue)))
    }

    /// The hash of a value of 64 bits: another one for each, but for one that would be 0.
    ///
    /// Source: the finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
    package static func of(_ bits: UInt64, _ type: AttributeType) -> UInt64 {
        var mixed = bits &+ UInt64(type.rawValue) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return max(1, mixed ^ mixed &>> 31)
    }
}
