package import AuraCore

extension EventBatch {
    /// The columns of an attribute, one for each type it has; `codes` are those of its types.
    func columns(named name: String, _ codes: [UInt32]) -> [ColumnData] {
        guard let code = code(of: name) else { return [] }
        return layout.columns.filter { $0.name == code }.map { column in
            ColumnData(type: column.type, rows: rows(of: column, codes), values: values(of: column))
        }
    }

    /// The values of a column.
    func values(of column: BatchLayout.Column) -> ColumnData.Values {
        switch column.type {
        case .string: .texts(stringCodes(of: column), TextTable(self))
        case .uuid: .uuids(uuids(of: column))
        default: .integers(integers(of: column))
        }
    }
}

extension ColumnData {
    /// The row of each value, ascending.
    package var valueRows: [UInt32] { rows ?? Array(0..<UInt32(count)) }

    /// The values of an int64 or float64 column as numbers; nil of others.
    var numbers: [Double]? {
        guard case .integers(let values) = values else { return nil }
        switch type {
        case .int64: return values.map(Double.init)
        case .float64: return values.map { Double(bitPattern: UInt64(bitPattern: $0)) }
        default: return nil
        }
    }

    /// A hash of each value, never 0: that of the value alone, wherever it lies.
    package var hashes: [UInt64] {
        switch values {
        case .integers(let values) where type != .float64:
            return values.map { ValueHash.of(UInt64(bitPattern: $0), type) }
        case .texts(let codes, let table) where codes.count < table.count / 8:
            // Few of many: each alone, rather than a place for all that there are.
            return codes.map { code in table.withBytes(of: Int(code)) { ValueHash.of($0) } }
        case .texts(let codes, let table):
            var known = [UInt64](repeating: 0, count: table.count)
            return codes.map { code in
                let code = Int(code)
                if known[code] == 0 { known[code] = table.withBytes(of: code) { ValueHash.of($0) } }
                return known[code]
            }
        default: return (0..<count).map { ValueHash.of(value($0)) }
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
