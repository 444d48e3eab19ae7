import AuraCore
import AuraStorage

/// The values of one column of some rows, or one value that all of them have.
struct Vector: Sendable {
    /// Values of one representation; where a row is NULL, anything.
    enum Values: Sendable {
        case bools([Bool])
        /// BIGINT, TIMESTAMP with and without zone, DATE.
        case integers([Int64])
        case wide([Int128])
        case floats([Double])
        /// Codes of texts.
        case texts([UInt32], TextEntries)
        case uuids([UUIDBytes])
        case intervals([Interval])
        case lists([[Value]])
    }

    let type: ValueType
    /// Rows.
    let count: Int
    /// Whether the only value is that of all rows.
    let isConstant: Bool
    /// Which values are there; nil if all are.
    let valid: [Bool]?
    let values: Values

    init(_ type: ValueType, _ values: Values, valid: [Bool]? = nil) {
        self.type = type
        self.values = values
        self.valid = valid
        count = values.count
        isConstant = false
    }

    /// `count` rows of one value.
    init(_ value: Value, _ type: ValueType, count: Int) {
        var builder = VectorBuilder(type)
        builder.append(value)
        let one = builder.finish()
        self.init(repeating: one, count: count)
    }

    private init(repeating one: Vector, count: Int) {
        type = one.type
        values = one.values
        valid = one.valid
        self.count = count
        isConstant = true
    }

    /// Where the value of a row lies.
    @inline(__always)
    func place(_ row: Int) -> Int { isConstant ? 0 : row }

    @inline(__always)
    func isValid(_ row: Int) -> Bool { valid.map { $0[place(row)] } ?? true }

    /// Whether all rows are NULL.
    var isNull: Bool { isConstant && valid?[0] == false }

    /// Values that are stored: one for each row, or one alone.
    var storedCount: Int { isConstant ? 1 : count }

    /// Bytes of its texts and lists, about: of texts as many as rows have on the average.
    var contentBytes: Int {
        switch values {
        case .texts(_, let table):
            min(table.byteCount, table.byteCount / max(1, table.count) * storedCount)
        case .lists(let lists):
            lists.reduce(0) { $0 + $1.count } * MemoryLayout<Value>.stride
        default: 0
        }
    }

    /// The value of a row.
    func value(_ row: Int) -> Value {
        guard isValid(row) else { return .null }
        let place = place(row)
        switch values {
        case .bools(let values): return .bool(values[place])
        case .wide(let values): return .int128(values[place])
        case .floats(let values): return .float64(values[place])
        case .texts(let codes, let table): return .text(table.text(Int(codes[place])))
        case .uuids(let values): return .uuid(values[place])
        case .intervals(let values): return .interval(values[place])
        case .lists(let values): return .list(values[place])
        case .integers(let values):
            switch type {
            case .timestamp: return .timestamp(values[place])
            case .instant: return .instant(values[place])
            case .date: return .date(values[place])
            default: return .int64(values[place])
            }
        }
    }

    /// The values of some rows.
    func values(_ rows: Range<Int>) -> [Value] {
        // Of texts that repeat, each is made once.
        guard !isConstant, case .texts(let codes, let table) = values, table.count < rows.count
        else { return rows.map { value($0) } }
        let texts = (0..<table.count).map { Value.text(table.text($0)) }
        return rows.map { isValid($0) ? texts[Int(codes[$0])] : .null }
    }

    /// The same values under another type of the same representation.
    func retyped(_ type: ValueType) -> Vector {
        let plain = Vector(type, values, valid: valid)
        return isConstant ? Vector(repeating: plain, count: count) : plain
    }

    /// The values of some rows, in their order.
    func rows(_ rows: [UInt32]) -> Vector {
        if isConstant { return Vector(repeating: self, count: rows.count) }
        var picked: [Bool]?
        if let valid {
            let bits = valid.at(rows)
            if bits.contains(false) { picked = bits }
        }
        return Vector(type, values.at(rows), valid: picked)
    }

    /// The values of neighbouring rows.
    func slice(_ rows: Range<Int>) -> Vector {
        if rows.count == count { return self }
        if isConstant { return Vector(repeating: self, count: rows.count) }
        return Vector(type, values.slice(rows), valid: valid.map { Array($0[rows]) })
    }

    /// One stored value for each row.
    var expanded: Vector {
        guard isConstant else { return self }
        let rows = [UInt32](repeating: 0, count: count)
        return Vector(
            type, values.at(rows), valid: valid.map { Array(repeating: $0[0], count: count) })
    }

    /// As many rows of a vector of one row.
    func repeated(_ count: Int) -> Vector {
        Vector(repeating: self, count: count)
    }
}

extension Vector.Values {
    var count: Int {
        switch self {
        case .bools(let values): values.count
        case .integers(let values): values.count
        case .wide(let values): values.count
        case .floats(let values): values.count
        case .texts(let codes, _): codes.count
        case .uuids(let values): values.count
        case .intervals(let values): values.count
        case .lists(let values): values.count
        }
    }

    func slice(_ rows: Range<Int>) -> Vector.Values {
        switch self {
        case .bools(let values): .bools(Array(values[rows]))
        case .integers(let values): .integers(Array(values[rows]))
        case .wide(let values): .wide(Array(values[rows]))
        case .floats(let values): .floats(Array(values[rows]))
        case .texts(let codes, let table): .texts(Array(codes[rows]), table)
        case .uuids(let values): .uuids(Array(values[rows]))
        case .intervals(let values): .intervals(Array(values[rows]))
        case .lists(let values): .lists(Array(values[rows]))
        }
    }

    func at(_ rows: [UInt32]) -> Vector.Values {
        switch self {
        case .bools(let values): .bools(values.at(rows))
        case .integers(let values): .integers(values.at(rows))
        case .wide(let values): .wide(values.at(rows))
        case .floats(let values): .floats(values.at(rows))
        case .texts(let codes, let table): .texts(codes.at(rows), table)
        case .uuids(let values): .uuids(values.at(rows))
        case .intervals(let values): .intervals(values.at(rows))
        case .lists(let values): .lists(values.at(rows))
        }
    }
}

/// The arrays of vectors whose type says which they have.
extension Vector {
    var bools: [Bool] {
        guard case .bools(let values) = values else { preconditionFailure("\(type) is no BOOLEAN") }
        return values
    }

    var integers: [Int64] {
        guard case .integers(let values) = values else {
            preconditionFailure("\(type) is no BIGINT")
        }
        return values
    }

    var wide: [Int128] {
        guard case .wide(let values) = values else { preconditionFailure("\(type) is no HUGEINT") }
        return values
    }

    var floats: [Double] {
        guard case .floats(let values) = values else { preconditionFailure("\(type) is no DOUBLE") }
        return values
    }

    /// The networks that its texts are; nil if they are others.
    var networks: [Int64]? {
        guard case .texts(let codes, .networks(let networks)) = values else { return nil }
        return networks.at(codes)
    }

    var texts: (codes: [UInt32], table: TextEntries) {
        guard case .texts(let codes, let table) = values else {
            preconditionFailure("\(type) is no VARCHAR")
        }
        return (codes, table)
    }

    var uuids: [UUIDBytes] {
        guard case .uuids(let values) = values else { preconditionFailure("\(type) is no UUID") }
        return values
    }

    var intervals: [Interval] {
        guard case .intervals(let values) = values else {
            preconditionFailure("\(type) is no INTERVAL")
        }
        return values
    }

    var lists: [[Value]] {
        guard case .lists(let values) = values else { preconditionFailure("\(type) is no list") }
        return values
    }
}
