import AuraCore

/// Makes events of rows and collects them in a batch.
struct EventMapper: ~Copyable {
    private var plans: [MappingPlan]
    private var writer: AttributeWriter
    /// A kind is an event type in a mapping: here its handle, -1 if its text cannot name a type.
    private var handles = PlainArray<Int32>()
    /// Whether a key has a role in a mapping, by mapping and key.
    private var roleOfKey = PlainArray<KeyRole>()
    /// What becomes of a value, by kind and key: the slot of its only attribute, or a `Route`.
    private var routes = PlainArray<Int32>()
    /// Keys for which there is room in each row of the two tables above.
    private var keyRoom = 64
    private var keyGeneration = 0
    /// Slots by kind and target.
    private var slotOfTarget: [UInt64: Int] = [:]

    /// Kinds and slots that are remembered from batch to batch.
    private static let memory = 16_384

    /// Not private: Swift 6.3.1 then fails to link the type into other files (debug builds).
    enum KeyRole: UInt8, BitwiseCopyable {
        case unknown, none, some
    }

    /// Routes that are no slots.
    private enum Route {
        static let unknown: Int32 = -1
        static let none: Int32 = -2
        static let several: Int32 = -3
    }

    /// Which values of a row are type, time and id; -1 for none.
    private struct Roles {
        var type = -1
        var time = -1
        var id = -1
        var meetsConditions = true

        @inline(__always)
        func contains(_ index: Int) -> Bool { index == type || index == time || index == id }
    }

    init(_ options: ImportOptions) {
        plans = options.mappings.map { MappingPlan($0) }
        writer = AttributeWriter(options)
        forgetKeys()
    }

    /// Whether the text of rows has no type of its own.
    var readsText: Bool {
        get { writer.readsText }
        set { writer.readsText = newValue }
    }

    /// Events in the batch.
    var rowCount: Int { writer.builder.rowCount }
    /// What the privacy rules did to batches that were finished.
    var privacyCounters: PrivacyCounters { writer.privacyCounters }

    /// Encodes the batch and begins the next; nil if it is empty.
    mutating func finish() -> [UInt8]? {
        let bytes = writer.finish()
        if max(writer.memory, handles.count) > EventMapper.memory {
            plans = plans.map { MappingPlan($0.mapping) }
            writer.forget()
            handles.removeAll()
            slotOfTarget.removeAll()
            forgetKeys()
        }
        return bytes
    }

    private mutating func forgetKeys() {
        for index in plans.indices { plans[index].forgetKeys() }
        roleOfKey.removeAll()
        roleOfKey.grow(count: plans.count * keyRoom, with: .unknown)
        routes.removeAll()
        routes.grow(count: handles.count * keyRoom, with: Route.unknown)
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
        if columns.generation != keyGeneration || columns.names.count > keyRoom {
            keyGeneration = columns.generation
            while keyRoom < columns.names.count { keyRoom *= 2 }
            forgetKeys()
        }
        let before = writer.builder.rowCount
        let dropCount = writer.dropCount
        do throws(RowError) {
            for plan in plans.indices { try addEvent(plan, row, input, columns) }
            if writer.builder.isOverfull { throw .noRoom }
        } catch {
            writer.cancelRows(to: before, dropCount: dropCount)
            throw error
        }
    }

    private mutating func addEvent(
        _ plan: Int, _ row: borrowing Row, _ input: RawSpan, _ columns: borrowing InputColumns
    ) throws(RowError) {
        let roles = roles(plan, row, input, columns)
        guard roles.meetsConditions else { return }
        let constants = plans[plan].constantBytes
        let texts = RowTexts(input: input, decoded: row.decoded.rawSpan, constants: constants.rawSpan)
        let typeValue = roles.type >= 0 ? row.values[roles.type] : plans[plan].constantType
        guard let typeValue, typeValue.kind != .json else { throw .noType }
        let timeValue = roles.time >= 0 ? row.values[roles.time] : plans[plan].constantTime
        guard let timeValue else { throw .noTime }
        let timeText = texts[timeValue]
        guard let time = timeValue.timestamp(timeText, plans[plan].mapping.timeFormat) else {
            throw .badTime(timeText.text)
        }
        let kind = kind(plan, texts[typeValue])
        guard handles[kind] >= 0 else {
            // Once more, for the reason.
            _ = try writer.type(plans[plan].typeName(texts[typeValue]))
            throw .noType
        }
        do throws(EventError) {
            try writer.builder.beginRow(type: Int(handles[kind]), time: time)
        } catch {
            throw .event(error)
        }
        let id = roles.id >= 0 ? row.values[roles.id] : plans[plan].constantID
        if var id {
            let text = texts[id]
            // Ids are text, also where they look like numbers.
            id.kind = .text
            try writer.write(id, text, to: slot(kind, MappingPlan.idTarget, plan))
        }
        for index in 0..<row.values.count {
            let value = row.values[index]
            if value.kind == .removed { continue }
            let route = routes[kind * keyRoom + Int(value.key)]
            if route >= 0, !roles.contains(index) {
                try writer.write(value, texts[value], to: Int(route))
            } else if route != Route.none {
                try write(value, texts[value], plan, kind, roles.contains(index), columns)
            }
        }
        for constant in plans[plan].constants {
            try writer.write(
                constant.value, texts[constant.value], to: slot(kind, constant.target, plan))
        }
        try writer.writeResidual()
    }

    /// Which values of the row are type, time and id.
    private mutating func roles(
        _ plan: Int, _ row: borrowing Row, _ input: RawSpan, _ columns: borrowing InputColumns
    ) -> Roles {
        var roles = Roles()
        var (typeRank, timeRank, idRank) = (Int.max, Int.max, Int.max)
        var met: UInt8 = 0
        var present: UInt8 = 0
        for index in 0..<row.values.count {
            let key = Int(row.values[index].key)
            let place = plan * keyRoom + key
            if roleOfKey[place] == .none { continue }
            let binding = plans[plan].binding(of: key, in: columns)
            roleOfKey[place] = binding.hasRole ? .some : .none
            guard binding.hasRole, row.values[index].kind != .removed else { continue }
            if binding.typeRank >= 0, binding.typeRank < typeRank {
                (typeRank, roles.type) = (binding.typeRank, index)
            }
            if binding.timeRank >= 0, binding.timeRank < timeRank {
                (timeRank, roles.time) = (binding.timeRank, index)
            }
            if binding.idRank >= 0, binding.idRank < idRank {
                (idRank, roles.id) = (binding.idRank, index)
            }
            guard binding.conditions != 0 else { continue }
            present |= binding.conditions
            let texts = RowTexts(
                input: input, decoded: row.decoded.rawSpan, constants: RawSpan())
            met |= plans[plan].conditions(binding.conditions, metBy: texts[row.values[index]])
        }
        let conditions = plans[plan].conditions
        if conditions != 0 {
            // A column that is not there holds the empty text.
            met |= plans[plan].conditions(conditions & ~present, metBy: RawSpan())
            roles.meetsConditions = met == conditions
        }
        return roles
    }

    /// The number of an event type in a mapping.
    @inline(__always)
    private mutating func kind(_ plan: Int, _ text: RawSpan) -> Int {
        if let kind = plans[plan].kind(of: text) { return kind }
        let name = plans[plan].typeName(text)
        do throws(RowError) {
            handles.append(Int32(try writer.type(name)))
        } catch {
            handles.append(-1)
        }
        routes.grow(count: handles.count * keyRoom, with: Route.unknown)
        plans[plan].setNewKind(handles.count - 1)
        return handles.count - 1
    }

    /// Writes a value whose route is not one slot, or not known yet.
    private mutating func write(
        _ value: Row.Value, _ text: RawSpan, _ plan: Int, _ kind: Int, _ isRole: Bool,
        _ columns: borrowing InputColumns
    ) throws(RowError) {
        let key = Int(value.key)
        let binding = plans[plan].binding(of: key, in: columns)
        var route = binding.targets.isEmpty ? Route.none : Route.several
        if binding.targets.count == 1 { route = Int32(slot(kind, binding.targets[0], plan)) }
        routes[kind * keyRoom + key] = route
        if isRole, binding.isDefault { return }
        for target in binding.targets { try writer.write(value, text, to: slot(kind, target, plan)) }
    }

    private mutating func slot(_ kind: Int, _ target: Int, _ plan: Int) -> Int {
        let place = UInt64(kind) << 32 | UInt64(target)
        if let slot = slotOfTarget[place] { return slot }
        let slot = writer.addSlot(plans[plan].targets[target], type: Int(handles[kind]))
        slotOfTarget[place] = slot
        return slot
    }
}
