import AuraCore
import AuraStorage

/// Builds a vector value by value.
struct VectorBuilder {
    let type: ValueType
    private var valid: [Bool] = []
    private var hasNull = false
    private var bools: [Bool] = []
    private var integers: [Int64] = []
    private var wide: [Int128] = []
    private var floats: [Double] = []
    private var texts = TextBuilder()
    private var uuids: [UUIDBytes] = []
    private var intervals: [Interval] = []
    private var lists: [[Value]] = []
    private var itemCount = 0

    init(_ type: ValueType) {
        self.type = type
    }

    var count: Int { valid.count }
    /// Bytes of texts and lists, about.
    var contentBytes: Int { texts.byteCount + itemCount * MemoryLayout<Value>.stride }

    /// Appends a value of the type, or NULL.
    mutating func append(_ value: Value) {
        valid.append(!value.isNull)
        if value.isNull { hasNull = true }
        switch type {
        case .bool:
            if case .bool(let value) = value { bools.append(value) } else { bools.append(false) }
        case .int64, .null, .timestamp, .instant, .date:
            if case .int64(let value) = value {
                integers.append(value)
            } else {
                integers.append(value.time ?? 0)
            }
        case .int128: wide.append(value.integer ?? 0)
        case .float64: floats.append(value.double ?? 0)
        case .text:
            if case .text(let text) = value { texts.append(text) } else { texts.append("") }
        case .uuid:
            if case .uuid(let value) = value {
                uuids.append(value)
            } else {
                uuids.append(UUIDBytes(high: 0, low: 0))
            }
        case .interval:
            if case .interval(let value) = value {
                intervals.append(value)
            } else {
                intervals.append(Interval())
            }
        case .list:
            if case .list(let items) = value {
                lists.append(items)
                itemCount += items.count
            } else {
                lists.append([])
            }
        }
    }

    /// All of them.
    func finish() -> Vector {
        let values: Vector.Values =
            switch type {
            case .bool: .bools(bools)
            case .int64, .null, .timestamp, .instant, .date: .integers(integers)
            case .int128: .wide(wide)
            case .float64: .floats(floats)
            case .text: texts.values
            case .uuid: .uuids(uuids)
            case .interval: .intervals(intervals)
            case .list: .lists(lists)
            }
        return Vector(type, values, valid: hasNull ? valid : nil)
    }
}

/// Texts one after another, each with a code of its own.
struct TextBuilder {
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []

    /// Texts so far.
    var count: Int { ends.count }
    /// Bytes of all of them.
    var byteCount: Int { bytes.count }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(UInt32(bytes.count))
    }

    mutating func append(_ text: RawSpan) {
        bytes.append(text)
        ends.append(UInt32(bytes.count))
    }

    var table: TextEntries { .table(TextTable(bytes, ends: ends)) }

    /// Each text once, in the order of appending.
    var values: Vector.Values { table.values }
}
