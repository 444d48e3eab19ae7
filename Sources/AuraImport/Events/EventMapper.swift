import AuraCore

/// Makes events of rows and collects them in a batch.
struct EventMapper {
    /// What was left out by the privacy rules so far.
    private(set) var droppedValues = 0

    private let schema: @Sendable (_ type: String, _ attribute: String) -> AttributeType?
    private let privacy: PrivacyHooks
    /// Whether text that is a number or a bool becomes one, where no type is wanted: the text of
    /// CSV has no type of its own.
    var readsText = false
    private var plans: [MappingPlan]
    private var builder = BatchBuilder()
    private var slots: [AttributeSlot] = []
    /// By handle of a type: columns that its attributes have in this batch.
    private var columnCounts: [Int] = []
    /// Pairs of type and column in this batch.
    private var usedColumns: Set<UInt64> = []
    /// What the privacy rules say of this batch's strings, by code; 255 where they were not asked.
    private var verdicts: [UInt8] = []
    /// Counts batches, so that slots know whether they speak of this one.
    private var batch: UInt32 = 1
    private var residual = ResidualObject()
    private var keyGeneration = 0

    /// Types, columns and slots that are remembered from batch to batch.
    private static let memory = 16_384

    init(_ options: ImportOptions) {
        plans = options.mappings.map { MappingPlan($0) }
        privacy = options.privacy
        schema = options.schema
    }

    /// Events in the batch.
    var rowCount: Int { builder.rowCount }

    /// Encodes the batch and begins the next; nil if it is empty.
    mutating func finish() -> [UInt8]? {
        let bytes = builder.finish()
        batch += 1
        usedColumns.removeAll(keepingCapacity: true)
        verdicts.removeAll(keepingCapacity: true)
        for index in columnCounts.indices { columnCounts[index] = 0 }
        if slots.count > EventMapper.memory || columnCounts.count > EventMapper.memory {
            forget()
        }
        return bytes
    }

    private mutating func forget() {
        plans = plans.map { MappingPlan($0.mapping) }
        slots.removeAll()
        columnCounts.removeAll()
        builder = BatchBuilder()
    }

    /// Adds the events of a row, as many as mappings meet it, or none of them.
    ///
    /// - Parameters:
    ///   - input: The row as it was read.
    ///   - columns: Names and types of the keys that the row's values have.
    /// - Throws: What is wrong with the row; `noRoom` if it should begin the next batch.
    mutating func add(
        _ row: borrowing Row, input: RawSpan, columns: borrowing InputColumns
    ) throws(RowError) {
        if columns.generation != keyGeneration {
            keyGeneration = columns.generation
            for index in plans.indices { plans[index].forgetKeys() }
        }
        let before = builder.rowCount
        do throws(RowError) {
            for plan in plans.indices { try addEvent(plan, row, input, columns) }
            if builder.isFull(rowBytes: 0, rowColumns: 0, rowTypes: 0, rows: 0) { throw .noRoom }
        } catch {
            while builder.rowCount > before { builder.cancelRow() }
            residual.removeAll()
            throw error
        }
    }

    private mutating func addEvent(
        _ plan: Int, _ row: borrowing Row, _ input: RawSpan, _ columns: borrowing InputColumns
    ) throws(RowError) {
        let roles = roles(plan, row, input, columns)
        guard roles.meetsConditions else { return }
        guard let typeValue = roles.type.map({ row.values[$0] }) ?? plans[plan].constantType,
            typeValue.kind != .json
        else { throw .noType }
        guard let timeValue = roles.time.map({ row.values[$0] }) ?? plans[plan].constantTime
        else { throw .noTime }
        let constants = plans[plan].constantBytes
        let texts = RowTexts(input: input, decoded: row.decoded.rawSpan, constants: constants.rawSpan)
        let time = try time(timeValue, texts[timeValue], plans[plan].mapping.timeFormat)
        let type = try type(plan, texts[typeValue])
        do throws(EventError) {
            try builder.beginRow(type: type, time: time)
        } catch {
            throw .event(error)
        }
        if let id = roles.id.map({ row.values[$0] }) ?? plans[plan].constantID {
            // Ids are text, also where they look like numbers.
            var text = id
            text.kind = .text
            try emit(text, texts[id], plan, MappingPlan.idTarget, type)
        }
        for index in row.values.indices {
            let value = row.values[index]
            guard let binding = plans[plan].binding(of: value.key), value.kind != .removed,
                !(binding.isDefault && roles.contains(index))
            else { continue }
            var target = binding.target
            while target >= 0 {
                try emit(value, texts[value], plan, target, type)
                target = plans[plan].targets[Int(target)].next
            }
        }
        for constant in plans[plan].constants {
            try emit(constant.value, texts[constant.value], plan, constant.target, type)
        }
        try emitResidual()
    }

    // MARK: Type, time, conditions

    private struct Roles {
        var type: Int?
        var time: Int?
        var id: Int?
        var meetsConditions = true

        func contains(_ index: Int) -> Bool { index == type || index == time || index == id }
    }

    /// Which values of the row are type, time and id.
    private mutating func roles(
        _ plan: Int, _ row: borrowing Row, _ input: RawSpan, _ columns: borrowing InputColumns
    ) -> Roles {
        var roles = Roles()
        var (typeRank, timeRank, idRank) = (Int8.max, Int8.max, Int8.max)
        var met: UInt8 = 0
        var present: UInt8 = 0
        for index in row.values.indices {
            let value = row.values[index]
            let binding =
                plans[plan].binding(of: value.key)
                ?? plans[plan].resolve(
                    value.key, name: columns.names[Int(value.key)],
                    hint: columns.hint(Int(value.key)))
            guard binding.hasRole, value.kind != .removed else { continue }
            if binding.typeRank >= 0, binding.typeRank < typeRank {
                typeRank = binding.typeRank
                roles.type = index
            }
            if binding.timeRank >= 0, binding.timeRank < timeRank {
                timeRank = binding.timeRank
                roles.time = index
            }
            if binding.idRank >= 0, binding.idRank < idRank {
                idRank = binding.idRank
                roles.id = index
            }
            guard binding.conditions != 0 else { continue }
            present |= binding.conditions
            let texts = RowTexts(
                input: input, decoded: row.decoded.rawSpan, constants: RawSpan())
            met |= plans[plan].conditions(binding.conditions, metBy: texts[value])
        }
        let wanted = UInt8(truncatingIfNeeded: 1 << plans[plan].conditionValues.count - 1)
        if wanted != 0 {
            met |= ~present & plans[plan].conditions(wanted, metBy: RawSpan())
            roles.meetsConditions = met & wanted == wanted
        }
        return roles
    }

    private mutating func type(_ plan: Int, _ text: RawSpan) throws(RowError) -> Int {
        guard let type = plans[plan].type(text, in: &builder) else {
            throw .event(.badName(plans[plan].typeName(text)))
        }
        while columnCounts.count <= type { columnCounts.append(0) }
        return type
    }

    @inline(__always)
    private func time(
        _ value: Row.Value, _ text: RawSpan, _ format: TimeFormat
    ) throws(RowError) -> Timestamp {
        if value.kind == .int64, let time = format.timestamp(of: value.bits) { return time }
        guard let time = format.timestamp(of: text) else { throw .badTime(text.text) }
        return time
    }

    // MARK: Attributes

    private mutating func emit(
        _ value: Row.Value, _ text: RawSpan, _ plan: Int, _ target: Int32, _ type: Int
    ) throws(RowError) {
        var slot = Int(plans[plan].slot(of: target, in: type))
        if slot < 0 { slot = addSlot(plan, target, type) }
        switch slots[slot].verdict {
        case .keep: break
        case .drop:
            droppedValues += 1
            return
        case .refuse: throw .refused(attribute: slots[slot].name)
        }
        if let wanted = slots[slot].wanted, try emit(value, text, slot, as: wanted) { return }
        switch value.kind {
        case .int64: try put(slot, .int64, value.bits, value, text)
        case .float64: try put(slot, .float64, value.bits, value, text)
        case .bool: try put(slot, .bool, value.bits, value, text)
        case .json: try putString(slot, value, text)
        case .text: try emitText(value, text, slot)
        case .removed: break
        }
    }

    private mutating func addSlot(_ plan: Int, _ target: Int32, _ type: Int) -> Int {
        let found = plans[plan].targets[Int(target)]
        let typeName = builder.name(ofType: type)
        slots.append(
            AttributeSlot(
                type: type, target: found, rule: privacy.attribute(typeName, found.name),
                wanted: found.type ?? schema(typeName, found.name) ?? found.hint,
                readsText: readsText))
        plans[plan].setSlot(of: target, in: type, to: slots.count - 1)
        return slots.count - 1
    }

    /// Text whose attribute wants no type or one that this text is not.
    private mutating func emitText(
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

    /// Puts a value into the column of the wanted type; false if it has no such value.
    private mutating func emit(
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
            let format = slots[slot].format
            var time = value.kind == .int64 ? format.timestamp(of: value.bits) : nil
            if time == nil { time = format.timestamp(of: text) }
            guard let time else { return false }
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

    @inline(__always)
    private mutating func put(
        _ slot: Int, _ type: AttributeType, _ bits: Int64, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        if let column = try column(slot, type) {
            builder.set(column, integer: bits)
        } else if type == .ipPrefix, let prefix = IPPrefix(rawValue: UInt64(bitPattern: bits)) {
            residual.add(slots[slot].name, text: prefix.description)
        } else {
            residual.add(slots[slot].name, value, text)
        }
    }

    @inline(__always)
    private mutating func put(
        _ slot: Int, _ uuid: UUIDBytes, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        if let column = try column(slot, .uuid) {
            builder.set(column, uuid: uuid)
        } else {
            residual.add(slots[slot].name, value, text)
        }
    }

    private mutating func putString(
        _ slot: Int, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        guard let column = try column(slot, .string) else {
            let verdict = slots[slot].checksValues ? privacy.value(text) : .keep
            if try keeps(verdict, slot) { residual.add(slots[slot].name, value, text) }
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
    @inline(__always)
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
        case .refuse: throw .refusedValue(attribute: slots[slot].name)
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
            slots[slot].columns[place] = try newColumn(slots[slot], type)
        }
        let column = Int(slots[slot].columns[place])
        let handle = slots[slot].type
        if !slots[slot].isReserved, !usedColumns.contains(UInt64(handle) << 32 | UInt64(column)) {
            guard columnCounts[handle] < Limits.attributesPerType else { return nil }
            columnCounts[handle] += 1
            usedColumns.insert(UInt64(handle) << 32 | UInt64(column))
        }
        if slots[slot].batch != batch {
            slots[slot].batch = batch
            slots[slot].used = 0
        }
        slots[slot].used |= 1 << type.rawValue
        return column
    }

    private mutating func newColumn(
        _ slot: AttributeSlot, _ type: AttributeType
    ) throws(RowError) -> Int32 {
        // The names that begin so are not for rows to use.
        guard slot.isReserved || slot.name.utf8.first != UInt8(ascii: "$") else {
            throw .event(.reservedName(slot.name))
        }
        do throws(EventError) {
            return Int32(try builder.column(slot.name, type))
        } catch {
            throw .event(error)
        }
    }

    private mutating func emitResidual() throws(RowError) {
        guard let text = residual.take() else { return }
        do throws(EventError) {
            let column = try builder.column(ReservedName.residual, .string)
            try builder.set(column, string: text.rawSpan)
        } catch {
            throw .event(error)
        }
    }
}
