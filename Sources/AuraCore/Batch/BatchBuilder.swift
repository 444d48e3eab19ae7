/// Collects events column by column and encodes them as one batch.
///
/// Two ways in: `append(_:)` for an `Event`; or, for importers, handles of types and columns, then
/// `beginRow` and one `set` for each value. Handles stay good over `finish`.
/// The same rows give the same bytes.
public struct BatchBuilder: Sendable {
    private(set) var types: [TypeColumn] = []
    private(set) var columns: [ColumnHead] = []
    /// Names by their bytes; a type's handle is the code of its name.
    ///
    /// `String` holds é and e with an accent for equal, batches do not.
    private var typeNames = StringInterner()
    private var columnNames = StringInterner()
    /// Handle + 1, or 0, by code of the name × 8 + type.
    private var columnHandles: [Int] = []
    private(set) var strings = StringInterner()
    /// Type handle of each row.
    private(set) var rowTypes: [Int32] = []
    private(set) var times: [Int64] = []
    /// All values, row after row; the encoder sorts them into columns.
    ///
    /// One array grows faster than one or two for each column.
    private(set) var entries: [Entry] = []
    /// The UUIDs that entries stand for.
    private(set) var uuids: [UUIDBytes] = []
    /// Values, and the row that has the last, of each column.
    private(set) var tallies: [Tally] = []
    /// Strings that were there as each row began.
    private var stringStarts: [Int32] = []
    /// Bytes that the values take, as an upper bound for the encoded size.
    private var valueBytes = 0
    private var usedColumns = 0
    private var usedTypes = 0
    private var nameBytes = 0

    /// A value of a row.
    struct Entry: BitwiseCopyable, Sendable {
        let column: Int32
        let row: Int32
        /// An integer, a float's bits, 0 or 1, a string's code, the index of a UUID.
        var value: Int64
    }

    /// How far a column has grown.
    struct Tally: BitwiseCopyable, Sendable {
        var count: Int32 = 0
        var lastRow: Int32 = -1
    }

    /// A column by handle.
    struct ColumnHead {
        let name: String
        let type: AttributeType
        /// Bytes that a value adds to the bound.
        var valueBytes: Int { type == .string ? 4 : type == .uuid ? 16 : 8 }
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
            columns.append(ColumnHead(name: name, type: type))
            tallies.append(Tally())
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
        rowTypes.append(Int32(type))
        times.append(time.microseconds)
        stringStarts.append(Int32(strings.count))
    }

    /// Sets an int64.
    ///
    /// A second value of a row and column replaces the first, here and below.
    public mutating func set(_ column: Int, integer: Int64) {
        assert(columns[column].type == .int64)
        append(integer, to: column)
    }

    /// Sets an int64, the bits of a float64, or a bool as 0 or 1, for callers that hold them so.
    public mutating func set(_ column: Int, bits: Int64) {
        assert([.int64, .float64].contains(columns[column].type) || bits == 0 || bits == 1)
        append(bits, to: column)
    }

    /// Sets a timestamp.
    public mutating func set(_ column: Int, time: Timestamp) throws(EventError) {
        assert(columns[column].type == .timestamp)
        guard time.isRepresentable else { throw .badTime(time.microseconds) }
        append(time.microseconds, to: column)
    }

    /// Sets an ip prefix.
    public mutating func set(_ column: Int, ipPrefix: IPPrefix) {
        assert(columns[column].type == .ipPrefix)
        append(Int64(bitPattern: ipPrefix.rawValue), to: column)
    }

    /// Sets a float64.
    public mutating func set(_ column: Int, float: Double) {
        assert(columns[column].type == .float64)
        append(Int64(bitPattern: float.bitPattern), to: column)
    }

    /// Sets a bool.
    public mutating func set(_ column: Int, bool: Bool) {
        assert(columns[column].type == .bool)
        append(bool ? 1 : 0, to: column)
    }

    /// Sets a UUID.
    public mutating func set(_ column: Int, uuid: UUIDBytes) {
        assert(columns[column].type == .uuid)
        uuids.append(uuid)
        append(Int64(uuids.count - 1), to: column, bytes: 16)
    }

    /// Sets a string, which must be UTF-8.
    public mutating func set(_ column: Int, string bytes: RawSpan) throws(EventError) {
        set(column, string: try intern(bytes, for: column))
    }

    /// The code of a string, which must be UTF-8, in the batch that is being collected.
    ///
    /// Codes count from 0 in the order of first use and begin anew after `finish`, so a caller can
    /// keep what it finds out about a string beside its code; cancelling a row takes back the codes
    /// that it was the first to use. A code that no value refers to in the end is not encoded.
    public mutating func intern(
        _ bytes: RawSpan, for column: Int
    ) throws(EventError) -> Int {
        guard bytes.byteCount <= Limits.stringBytes else {
            throw .stringTooLong(attribute: columns[column].name, size: bytes.byteCount)
        }
        return strings.intern(bytes)
    }

    /// Strings that have a code.
    public var stringCount: Int { strings.count }

    /// Sets a string by its code.
    public mutating func set(_ column: Int, string code: Int) {
        assert(columns[column].type == .string)
        append(Int64(code), to: column, bytes: 4)
    }

    @inline(__always)
    private mutating func append(_ value: Int64, to column: Int, bytes: Int = 8) {
        let row = Int32(truncatingIfNeeded: times.count - 1)
        let tally = tallies[column]
        guard tally.lastRow != row, tally.count > 0 else {
            return appendRare(value, to: column, row: row, bytes: bytes)
        }
        tallies[column] = Tally(count: tally.count + 1, lastRow: row)
        entries.append(Entry(column: Int32(truncatingIfNeeded: column), row: row, value: value))
        valueBytes += bytes
    }

    /// The first value of a column, or a second one of a row.
    @inline(never)
    private mutating func appendRare(_ value: Int64, to column: Int, row: Int32, bytes: Int) {
        precondition(row >= 0, "a value before the first row")
        guard tallies[column].lastRow != row else {
            guard let place = entries.lastIndex(where: { $0.column == column }) else { return }
            entries[place].value = value
            return
        }
        usedColumns += 1
        nameBytes += columns[column].name.utf8.count + 4
        tallies[column] = Tally(count: 1, lastRow: row)
        entries.append(Entry(column: Int32(column), row: row, value: value))
        valueBytes += bytes
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
        while let entry = entries.last, entry.row == rowCount {
            drop(entry)
        }
        if let start = stringStarts.popLast() { strings.truncate(to: Int(start)) }
    }

    /// Takes back the value that was set last, and is the last of its column.
    private mutating func drop(_ entry: Entry) {
        entries.removeLast()
        let column = Int(entry.column)
        valueBytes -= columns[column].valueBytes
        if columns[column].type == .uuid { uuids.removeLast(uuids.count - Int(entry.value)) }
        tallies[column].count -= 1
        // Only whether it is the next row matters, and that row is begun after this one is gone.
        tallies[column].lastRow = -1
        guard tallies[column].count == 0 else { return }
        usedColumns -= 1
        nameBytes -= columns[column].name.utf8.count + 4
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

    /// Adds an event that came out of a valid batch to an empty builder, whatever room it seems to
    /// need: the bound guesses high, and what alone came in a batch fits one.
    public mutating func appendAlone(valid event: Event) {
        precondition(rowCount == 0, "it is not alone")
        do throws(EventError) {
            try beginRow(type: type(event.type), time: event.time)
            if let id = event.id { try set(ReservedName.id, id.value) }
            for attribute in event.attributes { try set(attribute.name, attribute.value) }
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

    /// Whether another row of `rowBytes` might not fit the limits of a batch.
    public func isFull(rowBytes: Int = 0) -> Bool {
        rowCount >= Limits.batchRows || sizeBound + rowBytes > Limits.batchBytes
            || usedColumns >= Limits.batchColumns || usedTypes >= Limits.batchTypes
    }

    /// Whether the last row was one too many: cancel it, finish, and begin it again.
    public var isOverfull: Bool {
        rowCount > Limits.batchRows || sizeBound > Limits.batchBytes
            || usedColumns > Limits.batchColumns || usedTypes > Limits.batchTypes
    }

    private mutating func removeAll() {
        for index in types.indices { types[index].rowCount = 0 }
        for index in tallies.indices { tallies[index] = Tally() }
        strings.removeAll()
        rowTypes.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        uuids.removeAll(keepingCapacity: true)
        stringStarts.removeAll(keepingCapacity: true)
        valueBytes = 0
        usedColumns = 0
        usedTypes = 0
        nameBytes = 0
    }
}
