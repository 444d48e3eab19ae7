/// Collects events column by column and encodes them as one batch.
///
/// Two ways in: `append(_:)` for an `Event`; or, for importers, handles of types and columns, then
/// `beginRow` and one `set` for each value. Handles stay good over `finish`.
/// The same rows give the same bytes.
public struct BatchBuilder: Sendable {
    var types: [TypeColumn] = []
    var columns: [ColumnBuilder] = []
    private var typeHandles: [String: Int] = [:]
    private var columnHandles: [ColumnKey: Int] = [:]
    var strings = StringInterner()
    /// Type handle of each row.
    var rowTypes: [Int32] = []
    var times: [Int64] = []
    /// Bytes that the values take, as an upper bound for the encoded size.
    private var valueBytes = 0
    private var usedColumns = 0
    private var usedTypes = 0
    private var nameBytes = 0

    struct ColumnKey: Hashable {
        let name: String
        let type: AttributeType
    }

    /// An event type by handle.
    struct TypeColumn {
        let name: String
        var rowCount = 0
    }

    /// An empty builder.
    public init() {}

    /// Rows so far.
    public var rowCount: Int { times.count }

    /// An upper bound of the encoded size of what was collected, in bytes.
    public var sizeBound: Int {
        BatchLayout.headerSize + 48 + valueBytes + rowCount * 10 + nameBytes
            + strings.byteCount + strings.count * 4
            + usedTypes * (BatchLayout.typeEntrySize + 8)
            + usedColumns * (BatchLayout.columnEntrySize + 40 + usedTypes / 8 + rowCount / 8)
    }

    /// The handle of an event type, which is checked once here.
    public mutating func type(_ name: String) throws(EventError) -> Int {
        if let handle = typeHandles[name] { return handle }
        guard (1...Limits.nameBytes).contains(name.utf8.count) else { throw .badName(name) }
        types.append(TypeColumn(name: name))
        typeHandles[name] = types.count - 1
        return types.count - 1
    }

    /// The name of the event type of that handle.
    public func name(ofType handle: Int) -> String { types[handle].name }

    /// The handle of the column of that attribute and type.
    public mutating func column(
        _ name: String, _ type: AttributeType
    ) throws(EventError) -> Int {
        let key = ColumnKey(name: name, type: type)
        if let handle = columnHandles[key] { return handle }
        guard (1...Limits.nameBytes).contains(name.utf8.count) else { throw .badName(name) }
        if name.utf8.first == UInt8(ascii: "$"), name != ReservedName.id,
            name != ReservedName.residual
        {
            throw .reservedName(name)
        }
        columns.append(ColumnBuilder(name: name, type: type))
        columnHandles[key] = columns.count - 1
        return columns.count - 1
    }

    /// Begins the next row; values set from now on belong to it.
    public mutating func beginRow(type: Int, time: Timestamp) throws(EventError) {
        guard time.isRepresentable else { throw .badTime(time.microseconds) }
        if types[type].rowCount == 0 {
            usedTypes += 1
            nameBytes += types[type].name.utf8.count + 4
        }
        types[type].rowCount += 1
        rowTypes.append(Int32(type))
        times.append(time.microseconds)
    }

    private mutating func note(_ column: Int, bytes: Int) {
        if columns[column].rows.isEmpty {
            usedColumns += 1
            nameBytes += columns[column].name.utf8.count + 4
        }
        valueBytes += bytes
    }

    /// Sets an int64, or the raw value of a timestamp (µs) or ip prefix. A second value replaces
    /// the first.
    public mutating func set(_ column: Int, integer: Int64) {
        note(column, bytes: 8)
        columns[column].append(integer, row: rowCount - 1)
    }

    /// Sets a float64.
    public mutating func set(_ column: Int, float: Double) {
        set(column, integer: Int64(bitPattern: float.bitPattern))
    }

    /// Sets a bool.
    public mutating func set(_ column: Int, bool: Bool) {
        set(column, integer: bool ? 1 : 0)
    }

    /// Sets a UUID.
    public mutating func set(_ column: Int, uuid: UUIDBytes) {
        note(column, bytes: 16)
        columns[column].append(uuid, row: rowCount - 1)
    }

    /// Sets a string, which must be UTF-8.
    public mutating func set(_ column: Int, string bytes: RawSpan) throws(EventError) {
        set(column, string: try intern(bytes, for: column))
    }

    /// The code of a string, which must be UTF-8, in the batch that is being collected.
    ///
    /// Codes count from 0 in the order of first use and begin anew after `finish`, so a caller can
    /// keep what it finds out about a string beside its code. A code that no value refers to in the
    /// end is not encoded.
    public mutating func intern(
        _ bytes: RawSpan, for column: Int
    ) throws(EventError) -> Int {
        guard bytes.byteCount <= Limits.stringBytes else {
            throw .stringTooLong(attribute: columns[column].name, size: bytes.byteCount)
        }
        return strings.intern(bytes)
    }

    /// Sets a string by its code.
    public mutating func set(_ column: Int, string code: Int) {
        note(column, bytes: 4)
        columns[column].append(Int64(code), row: rowCount - 1)
    }

    /// Drops the row that was begun last, with the values set in it.
    public mutating func cancelRow() {
        guard let type = rowTypes.popLast() else { return }
        times.removeLast()
        types[Int(type)].rowCount -= 1
        for column in columns.indices { columns[column].drop(row: rowCount) }
    }

    /// Adds one event whole, or nothing of it.
    public mutating func append(_ event: Event) throws(EventError) {
        let type = try type(event.type)
        try beginRow(type: type, time: event.time)
        do throws(EventError) {
            if let id = event.id { try set(ReservedName.id, id.value) }
            for attribute in event.attributes { try set(attribute.name, attribute.value) }
        } catch {
            cancelRow()
            throw error
        }
    }

    /// Sets the value of an attribute by name.
    public mutating func set(_ name: String, _ value: AttributeValue) throws(EventError) {
        let column = try column(name, value.type)
        switch value {
        case .bool(let value): set(column, bool: value)
        case .int64(let value): set(column, integer: value)
        case .float64(let value): set(column, float: value)
        case .uuid(let value): set(column, uuid: value)
        case .ipPrefix(let value): set(column, integer: Int64(bitPattern: value.rawValue))
        case .timestamp(let value):
            guard value.isRepresentable else { throw .badTime(value.microseconds) }
            set(column, integer: value.microseconds)
        case .string(var text):
            // A closure cannot throw this typed error, hence the result.
            let result = text.withUTF8 { utf8 -> Result<Void, EventError> in
                do throws(EventError) {
                    return .success(try set(column, string: unsafe utf8.span.bytes))
                } catch {
                    return .failure(error)
                }
            }
            try result.get()
        }
    }

    /// Encodes what was collected and begins anew; nil if there is nothing.
    ///
    /// Traps if the rows exceed `Limits.batchRows` or the size `Limits.batchBytes`: ask `isFull`.
    public mutating func finish() -> [UInt8]? {
        guard rowCount > 0 else {
            removeAll()
            return nil
        }
        let bytes = BatchEncoder.encode(self)
        precondition(rowCount <= Limits.batchRows && bytes.count <= Limits.batchBytes)
        removeAll()
        return bytes
    }

    /// Whether further rows, which need so many bytes and columns or types not used yet, might not
    /// fit the limits of a batch.
    public func isFull(
        rowBytes: Int = 0, rowColumns: Int = 1, rowTypes: Int = 1, rows: Int = 1
    ) -> Bool {
        rowCount + rows > Limits.batchRows || sizeBound + rowBytes > Limits.batchBytes
            || usedColumns + rowColumns > Limits.batchColumns
            || usedTypes + rowTypes > Limits.batchTypes
    }

    private mutating func removeAll() {
        for index in types.indices { types[index].rowCount = 0 }
        for index in columns.indices { columns[index].removeAll() }
        strings.removeAll()
        rowTypes.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        valueBytes = 0
        usedColumns = 0
        usedTypes = 0
        nameBytes = 0
    }
}

/// The values of one column so far.
struct ColumnBuilder: Sendable {
    let name: String
    let type: AttributeType
    /// The row of each value, ascending.
    var rows: [Int32] = []
    /// Integers, float bits, bools, string codes; empty for UUIDs.
    var integers: [Int64] = []
    var uuids: [UUIDBytes] = []

    init(name: String, type: AttributeType) {
        self.name = name
        self.type = type
    }

    mutating func append(_ value: Int64, row: Int) {
        if rows.last == Int32(row) {
            integers[integers.count - 1] = value
        } else {
            rows.append(Int32(row))
            integers.append(value)
        }
    }

    mutating func append(_ value: UUIDBytes, row: Int) {
        if rows.last == Int32(row) {
            uuids[uuids.count - 1] = value
        } else {
            rows.append(Int32(row))
            uuids.append(value)
        }
    }

    mutating func drop(row: Int) {
        guard rows.last == Int32(row) else { return }
        rows.removeLast()
        if type == .uuid { uuids.removeLast() } else { integers.removeLast() }
    }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        integers.removeAll(keepingCapacity: true)
        uuids.removeAll(keepingCapacity: true)
    }
}
