import AuraCore

/// Puts values into the columns of a batch: chooses their types, applies the privacy rules, keeps
/// the cap of attributes per type.
///
/// What comes out of a row depends on the row and on the rows before it in the batch, on nothing
/// else: all other memory is of what rules, schema and mapping answered.
struct AttributeWriter: ~Copyable {
    /// What the privacy rules did to batches that were finished.
    var privacyCounters = PrivacyCounters()
    var builder = BatchBuilder()
    /// Whether text that is a number or a bool becomes one, where no type is wanted: the text of
    /// CSV has no type of its own.
    var readsText = false

    let schema: ImportOptions.Schema
    let rules: PrivacyRules
    var slots = PlainArray<AttributeSlot>()
    var details: [AttributeDetail] = []
    var nameNumbers: [ExactText: Int] = [:]
    /// By handle of a type: names that have columns in this batch.
    var nameCounts: [Int] = []
    /// Pairs of type and name that have columns in this batch.
    var admitted: Set<UInt64> = []
    /// By code of this batch's strings: whether one holds anything that a rule is about.
    var verdicts = PlainArray<Verdict>()
    /// Values of this batch that were left out or cut, by slot.
    var drops: [(slot: Int, rule: PrivacyRule, outcome: PrivacyFinding.Outcome)] = []
    var codes = StringCodes()
    var residual = ResidualObject()

    /// What is known of a string.
    ///
    /// Not private, as `EventMapper.KeyRole` is not.
    enum Verdict: UInt8, BitwiseCopyable {
        case unknown, clean, suspect
    }

    init(_ options: ImportOptions) {
        rules = options.privacy
        schema = options.schema
    }

    /// Slots and types that are remembered.
    var memory: Int { max(slots.count, nameCounts.count) }

    /// Encodes the batch and begins the next; nil if it is empty.
    mutating func finish() -> [UInt8]? {
        for drop in drops {
            privacyCounters.count(
                PrivacyFinding(drop.rule, details[drop.slot].shownName, drop.outcome))
        }
        drops.removeAll(keepingCapacity: true)
        admitted.removeAll(keepingCapacity: true)
        verdicts.removeAll()
        codes.removeAll()
        for slot in 0..<slots.count {
            slots[slot].used = 0
            slots[slot].ready = 0
        }
        for index in nameCounts.indices { nameCounts[index] = 0 }
        return builder.finish()
    }

    /// Forgets all slots, and the handles of types, between two batches.
    mutating func forget() {
        slots.removeAll()
        details.removeAll()
        nameNumbers.removeAll()
        nameCounts.removeAll()
        builder = BatchBuilder()
    }

    /// The builder's handle of an event type.
    mutating func type(_ name: String) throws(RowError) -> Int {
        guard rules.sanitize(Event(type: name, time: Timestamp(seconds: 0))).event != nil else {
            throw .refusedType
        }
        do throws(EventError) {
            return try builder.type(name)
        } catch {
            throw .event(error)
        }
    }

    /// A slot for an attribute of the type of that handle, or for the sender's id.
    mutating func addSlot(_ target: MappingPlan.Target, isID: Bool, type: Int) -> Int {
        let declared = isID ? nil : schema(builder.name(ofType: type), target.name)
        // An alias gives way to the name it stands for.
        let name = declared?.name ?? target.name
        var slot = AttributeSlot()
        slot.type = Int32(type)
        slot.name = Int32(number(of: name))
        slot.isReserved = isID
        slot.readsText = readsText && !isID
        // Of an id any type is good; elsewhere the first of a schema's types is the usual one.
        let usual = declared.flatMap { $0.isIdentifier ? nil : $0.types.first }
        if let wanted = target.type ?? usual ?? target.hint, !isID {
            (slot.mode, slot.wanted) = (.wanted, wanted.rawValue)
        }
        var denial: PrivacyRule?
        switch rules.verdict(name: name) {
        case .keep: break
        // An address must not become text, whatever a mapping or the schema says.
        case .address: slot.mode = .address
        case .deny(let rule):
            slot.mode = .denied
            slot.permitsBools = rule == .name
            denial = rule
        }
        while nameCounts.count <= type { nameCounts.append(0) }
        slots.append(slot)
        details.append(
            AttributeDetail(
                name: name,
                shownName: denial ?? .name == .name ? name : PrivacyFinding.withheld,
                format: target.format,
                context: isID ? .identifier : rules.context(of: name), rule: denial))
        return slots.count - 1
    }

    mutating func number(of name: String) -> Int {
        if let number = nameNumbers[ExactText(name)] { return number }
        nameNumbers[ExactText(name)] = nameNumbers.count
        return nameNumbers.count - 1
    }

    // MARK: Values

    /// Adds a value to the row that was begun last, if that takes no thought.
    @inline(__always)
    mutating func writeReady(_ value: Row.Value, _ texts: RowTexts, to slot: Int) -> Bool {
        let code = value.kind.rawValue
        guard slots[slot].ready & 1 << code != 0 else { return false }
        if code < AttributeType.string.rawValue {
            builder.set(Int(slots[slot].columns[Int(code)]), bits: value.bits)
            return true
        }
        guard value.kind == .text, value.size <= 16, let string = texts.short(value),
            let code = codes.code(of: string)
        else { return false }
        builder.set(Int(slots[slot].columns[Int(AttributeType.string.rawValue)]), string: code)
        return true
    }

    /// Adds a value to the row that was begun last.
    mutating func write(
        _ value: Row.Value, _ texts: RowTexts, to slot: Int
    ) throws(RowError) {
        let text = texts[value]
        switch slots[slot].mode {
        case .plain: try writePlain(value, text, slot)
        case .wanted: try writeWanted(value, text, slot)
        case .address: try writeAddress(value, texts, slot)
        case .denied: try writeDenied(value, text, slot)
        }
    }

    @inline(__always)
    mutating func writePlain(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        switch value.kind {
        case .int64: try put(slot, .int64, value.bits, value, text)
        case .float64: try put(slot, .float64, value.bits, value, text)
        case .bool: try put(slot, .bool, value.bits, value, text)
        case .text: try writeText(value, text, slot)
        case .json, .wideInteger: try putString(slot, value, text)
        case .removed: break
        }
    }

    /// Text whose attribute wants no type, or one that this text is not.
    mutating func writeText(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        if text.byteCount == 36, let uuid = UUIDBytes(canonical: text) {
            return try put(slot, uuid, value, text)
        }
        if slots[slot].readsText {
            if let number = Number(text), number.kind != .wideInteger {
                let type = number.isInteger ? AttributeType.int64 : .float64
                return try put(slot, type, number.bits, value, text)
            }
            if let bool = Bool(csv: text) { return try put(slot, .bool, bool ? 1 : 0, value, text) }
        }
        try putString(slot, value, text)
    }

    @inline(never)
    mutating func writeWanted(
        _ value: Row.Value, _ text: RawSpan, _ slot: Int
    ) throws(RowError) {
        guard let wanted = AttributeType(rawValue: slots[slot].wanted),
            try write(value, text, slot, as: wanted)
        else { return try writePlain(value, text, slot) }
    }

    /// Puts a value into the column of a type; false if it has no such value.
    mutating func write(
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
            guard value.kind == .text, let prefix = IPPrefix(truncating: text) else { return false }
            try put(slot, prefix)
        }
        return true
    }

    // MARK: Columns

    @inline(__always)
    mutating func put(
        _ slot: Int, _ type: AttributeType, _ bits: Int64, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        guard let column = try column(slot, type) else {
            return residual.add(details[slot].name, value, text)
        }
        switch type {
        case .bool: builder.set(column, bool: bits != 0)
        case .float64: builder.set(column, float: Double(bitPattern: UInt64(bitPattern: bits)))
        case .timestamp:
            do throws(EventError) {
                try builder.set(column, time: Timestamp(microseconds: bits))
            } catch {
                throw .event(error)
            }
        default: builder.set(column, integer: bits)
        }
    }

    /// Puts what may be kept of an address.
    mutating func put(_ slot: Int, _ prefix: IPPrefix) throws(RowError) {
        drops.append((slot, .address, .truncated))
        if let column = try column(slot, .ipPrefix) {
            builder.set(column, ipPrefix: prefix)
        } else {
            residual.add(details[slot].name, .ipPrefix(prefix))
        }
    }

    mutating func put(
        _ slot: Int, _ uuid: UUIDBytes, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        if let column = try column(slot, .uuid) {
            builder.set(column, uuid: uuid)
        } else {
            residual.add(details[slot].name, value, text)
        }
    }

    mutating func putString(
        _ slot: Int, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) {
        if let column = try column(slot, .string) {
            let code: Int
            do throws(EventError) {
                code = try builder.intern(text, for: column)
            } catch {
                throw .event(error)
            }
            if isClean(code, text) {
                if slots[slot].mode == .plain, !slots[slot].readsText { codes.keep(code, of: text) }
                return builder.set(column, string: code)
            }
            if verdict(slot, text) == .keep { return builder.set(column, string: code) }
        }
        switch verdict(slot, text) {
        case .keep: residual.add(details[slot].name, value, text)
        case .deny(let rule): try deny(slot, rule)
        case .truncate(let prefix): try put(slot, prefix)
        }
    }

    /// The builder's column; nil if the type has too many names in this batch.
    @inline(__always)
    mutating func column(_ slot: Int, _ type: AttributeType) throws(RowError) -> Int? {
        let bit: UInt8 = 1 << type.rawValue
        if slots[slot].used & bit != 0 {
            return Int(slots[slot].columns[Int(type.rawValue)])
        }
        return try firstColumn(slot, type)
    }

    @inline(never)
    mutating func firstColumn(
        _ slot: Int, _ type: AttributeType
    ) throws(RowError) -> Int? {
        let place = Int(type.rawValue)
        if slots[slot].columns[place] < 0 {
            slots[slot].columns[place] = try newColumn(slot, type)
        }
        let handle = Int(slots[slot].type)
        let pair = UInt64(handle) << 32 | UInt64(slots[slot].name)
        if !slots[slot].isReserved, !admitted.contains(pair) {
            guard nameCounts[handle] < Limits.attributesPerType else { return nil }
            nameCounts[handle] += 1
            admitted.insert(pair)
        }
        slots[slot].used |= 1 << type.rawValue
        if slots[slot].mode == .plain { slots[slot].ready = slots[slot].used }
        return Int(slots[slot].columns[place])
    }

    mutating func newColumn(
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

    // MARK: Rows

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

    /// Values that were left out or cut so far, to go back to with `cancelRows`.
    var dropCount: Int { drops.count }

    /// Drops rows until there are so many.
    mutating func cancelRows(to count: Int, dropCount: Int) {
        while builder.rowCount > count { builder.cancelRow() }
        drops.removeLast(drops.count - dropCount)
        while verdicts.count > builder.stringCount { verdicts.removeLast() }
        codes.removeAll()
        residual.removeAll()
    }
}
