import AuraCore

/// Puts values into the columns of a batch: chooses their types, asks the privacy rules, keeps the
/// cap of attributes per type.
struct AttributeWriter: ~Copyable {
    /// Values that were left out so far.
    private(set) var droppedValues = 0
    var builder = BatchBuilder()
    /// Whether text that is a number or a bool becomes one, where no type is wanted: the text of
    /// CSV has no type of its own.
    var readsText = false

    private let schema: @Sendable (_ type: String, _ attribute: String) -> AttributeType?
    private let privacy: PrivacyHooks
    private var slots = PlainArray<AttributeSlot>()
    /// Name and time format of each slot.
    private var details: [(name: String, format: TimeFormat)] = []
    /// By handle of a type: columns that its attributes have in this batch.
    private var columnCounts: [Int] = []
    /// Pairs of type and column in this batch.
    private var usedColumns: Set<UInt64> = []
    /// What the privacy rules say of this batch's strings, by code; 255 where they were not asked.
    private var verdicts: [UInt8] = []
    /// Counts batches, so that slots know whether they speak of this one.
    private var batch: UInt32 = 1
    private var residual = ResidualObject()

    init(_ options: ImportOptions) {
        privacy = options.privacy
        schema = options.schema
    }

    /// Slots and types that are remembered.
    var memory: Int { max(slots.count, columnCounts.count) }

    /// Encodes the batch and begins the next; nil if it is empty.
    mutating func finish() -> [UInt8]? {
        batch += 1
        usedColumns.removeAll(keepingCapacity: true)
        verdicts.removeAll(keepingCapacity: true)
        for index in columnCounts.indices { columnCounts[index] = 0 }
        return builder.finish()
    }

    /// Forgets all slots, and the handles of types, between two batches.
    mutating func forget() {
        slots.removeAll()
        details.removeAll()
        columnCounts.removeAll()
        builder = BatchBuilder()
    }

    /// A slot for an attribute of the type of that handle.
    mutating func addSlot(_ target: MappingPlan.Target, type: Int) -> Int {
        while columnCounts.count <= type { columnCounts.append(0) }
        let typeName = builder.name(ofType: type)
        let rule = privacy.attribute(typeName, target.name)
        var slot = AttributeSlot()
        slot.type = Int32(type)
        slot.checksValues = rule.checksValues
        slot.isReserved = target.name == ReservedName.id
        slot.readsText = readsText && !slot.isReserved
        if AttributeSlot.namesAddress(target.name) {
            // An address must not become text, whatever a mapping or the schema says.
            (slot.mode, slot.wanted) = (.wanted, AttributeType.ipPrefix.rawValue)
        } else if let wanted = target.type ?? schema(typeName, target.name) ?? target.hint {
            (slot.mode, slot.wanted) = (.wanted, wanted.rawValue)
        }
        switch rule.verdict {
        case .keep: break
        case .drop: slot.mode = .dropped
        case .refuse: slot.mode = .refused
        }
        slots.append(slot)
        details.append((target.name, target.format))
        return slots.count - 1
    }

    /// Adds a value to the row that was begun last.
    @inline(__always)
    mutating func write(
        _ value: Row.Value, _ text: RawSpan, to slot: Int
    ) throws(RowError) {
        if slots[slot].mode == .plain {
            try writePlain(value, text, slot)
        } else {
            try writeOther(value, text, slot)
        }
    }

    private mutating func writeOther(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        switch slots[slot].mode {
        case .plain: try writePlain(value, text, slot)
        case .wanted:
            if let wanted = AttributeType(rawValue: slots[slot].wanted),
                try write(value, text, slot, as: wanted)
            {
                return
            }
            try writePlain(value, text, slot)
        case .dropped: droppedValues += 1
        case .refused: throw .refused(attribute: details[slot].name)
        }
    }

    @inline(__always)
    private mutating func writePlain(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        switch value.kind {
        case .int64: try put(slot, .int64, value.bits, value, text)
        case .float64: try put(slot, .float64, value.bits, value, text)
        case .bool: try put(slot, .bool, value.bits, value, text)
        case .text: try writeText(value, text, slot)
        case .json: try putString(slot, value, text)
        case .removed: break
        }
    }

    /// Text whose attribute wants no type, or one that this text is not.
    private mutating func writeText(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        if text.byteCount == 36, let uuid = UUIDBytes(canonical: text) {
            return try put(slot, uuid, value, text)
        }
        if slots[slot].readsText {
            if let number = Number(text) {
                let type = number.isInteger ? AttributeType.int64 : .float64
                return try put(slot, type, number.bits, value, text)
            }
            if let bool = Bool(csv: text) { return try put(slot, .bool, bool ? 1 : 0, value, text) }
        }
        try putString(slot, value, text)
    }

    /// Puts a value into the column of a type; false if it has no such value.
    private mutating func write(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int, as wanted: AttributeType
    ) throws(RowError) -> Bool {
        switch wanted {
        case .string: try putString(slot, value, text)
        case .int64:
            guard let integer = value.integer(text) else { return false }
            try put(slot, .int64, integer, value, text)
        case .float64:
            guard let float = value.float(text) else { return false }
            try put(slot, .float64, Int64(bitPattern: float.bitPattern), value, text)
        case .bool:
            guard let bool = value.bool(text) else { return false }
            try put(slot, .bool, bool ? 1 : 0, value, text)
        case .uuid:
            guard value.kind == .text, let uuid = UUIDBytes(canonical: text) else { return false }
            try put(slot, uuid, value, text)
        case .timestamp:
            guard let time = value.timestamp(text, details[slot].format) else { return false }
            try put(slot, .timestamp, time.microseconds, value, text)
        case .ipPrefix:
            // What is no address may still hold one, so it must not become text.
            guard value.kind == .text, let prefix = IPPrefix(truncating: text) else {
                droppedValues += 1
                return true
            }
            try put(slot, .ipPrefix, Int64(bitPattern: prefix.rawValue), value, text)
        }
        return true
    }

    // MARK: Columns

    @inline(__always)
    private mutating func put(
        _ slot: Int, _ type: AttributeType, _ bits: Int64, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        if let column = try column(slot, type) {
            builder.set(column, bits: bits)
        } else if type == .ipPrefix, let prefix = IPPrefix(rawValue: UInt64(bitPattern: bits)) {
            residual.add(details[slot].name, text: prefix.description)
        } else {
            residual.add(details[slot].name, value, text)
        }
    }

    private mutating func put(
        _ slot: Int, _ uuid: UUIDBytes, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        if let column = try column(slot, .uuid) {
            builder.set(column, uuid: uuid)
        } else {
            residual.add(details[slot].name, value, text)
        }
    }

    private mutating func putString(
        _ slot: Int, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        guard let column = try column(slot, .string) else {
            let verdict = slots[slot].checksValues ? privacy.value(text) : .keep
            if try keeps(verdict, slot) { residual.add(details[slot].name, value, text) }
            return
        }
        let code: Int
        do throws(EventError) {
            code = try builder.intern(text, for: column)
        } catch {
            throw .event(error)
        }
        if slots[slot].checksValues, try !keeps(verdict(code, text), slot) { return }
        builder.set(column, string: code)
    }

    /// The privacy rules' verdict on a string of the batch.
    private mutating func verdict(_ code: Int, _ text: RawSpan) -> PrivacyHooks.Verdict {
        while verdicts.count <= code { verdicts.append(255) }
        if let known = PrivacyHooks.Verdict(rawValue: verdicts[code]) { return known }
        let verdict = privacy.value(text)
        verdicts[code] = verdict.rawValue
        return verdict
    }

    private mutating func keeps(
        _ verdict: PrivacyHooks.Verdict, _ slot: Int
    ) throws(RowError) -> Bool {
        switch verdict {
        case .keep: return true
        case .drop:
            droppedValues += 1
            return false
        case .refuse: throw .refusedValue(attribute: details[slot].name)
        }
    }

    /// The builder's column; nil if the type has too many in this batch.
    @inline(__always)
    private mutating func column(_ slot: Int, _ type: AttributeType) throws(RowError) -> Int? {
        let bit: UInt8 = 1 << type.rawValue
        if slots[slot].batch == batch, slots[slot].used & bit != 0 {
            return Int(slots[slot].columns[Int(type.rawValue)])
        }
        return try firstColumn(slot, type)
    }

    @inline(never)
    private mutating func firstColumn(
        _ slot: Int, _ type: AttributeType
    ) throws(RowError) -> Int? {
        let place = Int(type.rawValue)
        if slots[slot].columns[place] < 0 {
            slots[slot].columns[place] = try newColumn(slot, type)
        }
        let column = Int(slots[slot].columns[place])
        let handle = Int(slots[slot].type)
        let pair = UInt64(handle) << 32 | UInt64(column)
        if !slots[slot].isReserved, !usedColumns.contains(pair) {
            guard columnCounts[handle] < Limits.attributesPerType else { return nil }
            columnCounts[handle] += 1
            usedColumns.insert(pair)
        }
        if slots[slot].batch != batch {
            slots[slot].batch = batch
            slots[slot].used = 0
        }
        slots[slot].used |= 1 << type.rawValue
        return column
    }

    private mutating func newColumn(
        _ slot: Int, _ type: AttributeType
    ) throws(RowError) -> Int32 {
        let name = details[slot].name
        // The names that begin so are not for rows to use.
        guard slots[slot].isReserved || name.utf8.first != UInt8(ascii: "$") else {
            throw .event(.reservedName(name))
        }
        do throws(EventError) {
            return Int32(try builder.column(name, type))
        } catch {
            throw .event(error)
        }
    }

    /// Adds what found no column to the row.
    mutating func writeResidual() throws(RowError) {
        guard let text = residual.take() else { return }
        do throws(EventError) {
            let column = try builder.column(ReservedName.residual, .string)
            try builder.set(column, string: text.rawSpan)
        } catch {
            throw .event(error)
        }
    }

    /// Drops rows until there are so many.
    mutating func cancelRows(to count: Int) {
        while builder.rowCount > count { builder.cancelRow() }
        // Codes of strings that only the dropped rows had will stand for others.
        verdicts.removeAll(keepingCapacity: true)
        residual.removeAll()
    }
}
