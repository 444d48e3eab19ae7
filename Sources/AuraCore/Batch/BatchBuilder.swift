/// Collects events column by column and encodes them as one batch.
///
/// Two ways in: `append(_:)` for an `Event`; or, for importers, handles of types and columns, then
/// `beginRow` and one `set` for each value. Handles stay good over `finish`.
/// The same rows give the same bytes.
public struct BatchBuilder: Sendable {
    var types: [TypeColumn] = []
    var columns: [ColumnBuilder] = []
    /// Names by their bytes; a type's handle is the code of its name.
    ///
    /// `String` holds é and e with an accent for equal, batches do not.
    private var typeNames = StringInterner()
    private var columnNames = StringInterner()
    /// Handle + 1, or 0, by code of the name × 8 + type.
    private var columnHandles: [Int] = []
    var strings = StringInterner()
    /// Type handle of each row.
    var rowTypes: [Int32] = []
    var times: [Int64] = []
    /// Bytes that the values take, as an upper bound for the encoded size.
    private var valueBytes = 0
    private var usedColumns = 0
    private var usedTypes = 0
    private var nameBytes = 0
    /// `valueBytes` and `strings.count` as the last row began.
    private var rowStart = (valueBytes: 0, strings: 0)

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
        guard (1...Limits.nameBytes).contains(name.utf8.count) else { throw .badName(name) }
        let handle = typeNames.intern(name)
        if handle == types.count { types.append(TypeColumn(name: name)) }
        return handle
    }

    /// The name of the event type of that handle.
    public func name(ofType handle: Int) -> String { types[handle].name }

    /// The handle of the column of that attribute and type.
    public mutating func column(
        _ name: String, _ type: AttributeType
    ) throws(EventError) -> Int {
        guard (1...Limits.nameBytes).contains(name.utf8.count) else { throw .badName(name) }
        guard ReservedName.permits(name, type) else { throw .reservedName(name) }
        let key = columnNames.intern(name) * 8 + Int(type.rawValue)
        while columnHandles.count < columnNames.count * 8 { columnHandles.append(0) }
        if columnHandles[key] == 0 {
            columns.append(ColumnBuilder(name: name, type: type))
            columnHandles[key] = columns.count
        }
        return columnHandles[key] - 1
    }

    /// Begins the next row; values set from now on belong to it.
    public mutating func beginRow(type: Int, time: Timestamp) throws(EventError) {
        guard time.isRepresentable else { throw .badTime(time.microseconds) }
        if types[type].rowCount == 0 {
            usedTypes += 1
            nameBytes += types[type].name.utf8.count + 4
        }
        types[type].rowCount += 1
        rowStart = (valueBytes, strings.count)
        rowTypes.append(Int32(type))
        times.append(time.microseconds)
    }

    private mutating func note(_ column: Int, bytes: Int) {
        precondition(rowCount > 0, "a value before the first row")
        if columns[column].rows.isEmpty {
            usedColumns += 1
            nameBytes += columns[column].name.utf8.count + 4
        }
        valueBytes += bytes
    }

    /// Sets an int64.
    ///
    /// A second value of a row and column replaces the first, here and below.
    public mutating func set(_ column: Int, integer: Int64) {
        assert(columns[column].type == .int64)
        set(column, bits: integer)
    }

    /// Sets a timestamp.
    public mutating func set(_ column: Int, time: Timestamp) throws(EventError) {
        assert(columns[column].type == .timestamp)
        guard time.isRepresentable else { throw .badTime(time.microseconds) }
        set(column, bits: time.microseconds)
    }

    /// Sets an ip prefix.
    public mutating func set(_ column: Int, ipPrefix: IPPrefix) {
        assert(columns[column].type == .ipPrefix)
        set(column, bits: Int64(bitPattern: ipPrefix.rawValue))
    }

    /// Sets a float64.
    public mutating func set(_ column: Int, float: Double) {
        assert(columns[column].type == .float64)
        set(column, bits: Int64(bitPattern: float.bitPattern))
    }

    /// Sets a bool.
    public mutating func set(_ column: Int, bool: Bool) {
        assert(columns[column].type == .bool)
        set(column, bits: bool ? 1 : 0)
    }

    /// Sets a value of any type but string and UUID by its bits, as the typed setters do: the
    /// caller vouches that they are a value of the column's type.
    public mutating func set(_ column: Int, bits: Int64) {
        note(column, bytes: 8)
        columns[column].append(bits, row: rowCount - 1)
    }

    /// Sets a UUID.
    public mutating func set(_ column: Int, uuid: UUIDBytes) {
        assert(columns[column].type == .uuid)
        note(column, bytes: 16)
        columns[column].append(uuid, row: rowCount - 1)
    }

    /// Sets a string, which must be UTF-8.
    public mutating func set(_ column: Int, string bytes: RawSpan) throws(EventError) {
        assert(columns[column].type == .string)
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
        guard let type = rowTypes.popLast().map(Int.init) else { return }
        times.removeLast()
        types[type].rowCount -= 1
        if types[type].rowCount == 0 {
            usedTypes -= 1
            nameBytes -= types[type].name.utf8.count + 4
        }
        for column in columns.indices where columns[column].drop(row: rowCount) {
            guard columns[column].rows.isEmpty else { continue }
            usedColumns -= 1
            nameBytes -= columns[column].name.utf8.count + 4
        }
        valueBytes = rowStart.valueBytes
        strings.truncate(to: rowStart.strings)
    }

    /// Adds one event whole, or nothing of it.
    ///
    /// Of two attributes of one name and type the last counts.
    ///
    /// - Returns: False if there is no room for it beside the rows so far: `finish`, append again.
    /// - Throws: What makes the event impossible, also for a batch of its own.
    public mutating func append(_ event: Event) throws(EventError) -> Bool {
        guard event.attributes.count < Limits.batchColumns else {
            throw .tooManyAttributes(event.attributes.count)
        }
        if let own = event.attributes.first(where: { $0.name == ReservedName.id }) {
            throw .reservedName(own.name)
        }
        let type = try type(event.type)
        try beginRow(type: type, time: event.time)
        do throws(EventError) {
            if let id = event.id { try set(ReservedName.id, id.value) }
            for attribute in event.attributes { try set(attribute.name, attribute.value) }
        } catch {
            cancelRow()
            throw error
        }
        guard isOverfull else { return true }
        let size = sizeBound
        cancelRow()
        guard rowCount > 0 else { throw .eventTooLarge(size: size) }
        return false
    }

    /// Adds an event that came out of a valid batch, so that nothing can be wrong with it.
    ///
    /// - Returns: False if there is no room for it beside the rows so far: `finish`, append again.
    public mutating func append(valid event: Event) -> Bool {
        do throws(EventError) {
            return try append(event)
        } catch {
            preconditionFailure("an event of a valid batch is not valid: \(error)")
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
        case .ipPrefix(let value): set(column, ipPrefix: value)
        case .timestamp(let value): try set(column, time: value)
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
    /// Traps if the rows exceed a batch: ask `isOverfull` after each row, as `append` does.
    public mutating func finish() -> [UInt8]? {
        defer { removeAll() }
        guard rowCount > 0 else { return nil }
        precondition(
            rowCount <= Limits.batchRows && usedTypes <= Limits.batchTypes
                && usedColumns <= Limits.batchColumns)
        let bytes = BatchEncoder.encode(self)
        precondition(bytes.count <= Limits.batchBytes)
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

    /// Whether the last row was one too many: cancel it, finish, and begin it again.
    public var isOverfull: Bool {
        rowCount > Limits.batchRows || sizeBound > Limits.batchBytes
            || usedColumns > Limits.batchColumns || usedTypes > Limits.batchTypes
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

    /// Removes the value of that row, which none follows; false if there is no such value.
    mutating func drop(row: Int) -> Bool {
        guard rows.last == Int32(row) else { return false }
        rows.removeLast()
        if type == .uuid { uuids.removeLast() } else { integers.removeLast() }
        return true
    }

    mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        integers.removeAll(keepingCapacity: true)
        uuids.removeAll(keepingCapacity: true)
    }
}
