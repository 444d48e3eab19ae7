import AuraCore

/// Makes events of rows and collects them in a batch.
///
/// What a key, a type or an attribute is to a mapping is worked out once, by `MappingPlan`, and kept
/// here in tables of plain values.
struct EventMapper: ~Copyable {
    private var plans: [MappingPlan]
    private var writer: AttributeWriter
    private let latestTime: Timestamp?
    /// What plans say that each row needs.
    private var heads = PlainArray<PlanHead>()
    /// The texts of event types, in the scope of their plan: kinds.
    private var kinds = NameTable()
    /// The builder's handle of each kind.
    private var handles = PlainArray<Int32>()
    /// The role of each key, by plan and key.
    private var roleOfKey = PlainArray<KeyRole>()
    /// What becomes of a value, by kind and key: the slot of its only attribute, or a `Route`.
    private var routes = PlainArray<Int32>()
    /// Keys for which there is room in each row of the two tables above.
    private var keyRoom = 64
    private var keyGeneration = 0
    /// Slots by kind and target.
    private var slotOfTarget: [UInt64: Int] = [:]

    /// Values of rejected rows in this batch, one more for each row.
    private var rejectedValues = 0

    /// Kinds, slots and, for each 64, routes that are remembered from batch to batch.
    private static let memory = 16_384
    /// Values of rejected rows that a batch may cost: names that they alone have are remembered to
    /// its end.
    private static let rejectedLimit = 65_536

    // The following are not private: Swift 6.3.1 then fails to link them into generic code of other
    // files (debug builds).

    /// What a plan says that each row needs.
    struct PlanHead: BitwiseCopyable {
        /// All conditions, as bits.
        let conditions: UInt8
        /// Whether attributes are constants.
        let hasConstants: Bool
        /// The unit of whole numbers that are times: `EpochUnit.code`, 0 for none.
        let epochCode: UInt8
    }

    /// What a key is to a plan.
    struct KeyRole: BitwiseCopyable {
        enum State: UInt8, BitwiseCopyable {
            case unknown, none, some
        }

        var state = State.unknown
        /// Whether it is an attribute only where it is not chosen for type, time or id.
        var isDefault = false
        /// Bits: the conditions on it.
        var conditions: UInt8 = 0
        /// Its place among the sources of type, time and id, the lowest counting; -1 if it is none.
        var typeRank: Int8 = -1
        var timeRank: Int8 = -1
        var idRank: Int8 = -1
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
    }

    /// - Parameter constants: Gets the texts of the mappings' constants, which `add` wants.
    init(_ options: ImportOptions, constants: inout [UInt8]) {
        plans = []
        for mapping in options.mappings {
            plans.append(MappingPlan(mapping, texts: &constants))
        }
        writer = AttributeWriter(options)
        latestTime = options.latestTime
        for plan in plans { heads.append(plan.head) }
        forgetKeys()
    }

    /// Whether the text of rows has no type of its own.
    var readsText: Bool {
        get { writer.readsText }
        set { writer.readsText = newValue }
    }

    /// Whether the batch is to end because of the rows that were rejected.
    ///
    /// It depends on the rows of the batch alone, so that the same ones end it however often the
    /// import is resumed.
    var isOverloaded: Bool { rejectedValues > EventMapper.rejectedLimit }
    /// Events in the batch.
    var rowCount: Int { writer.builder.rowCount }
    /// What the privacy rules did to batches that were finished.
    var privacyCounters: PrivacyCounters { writer.privacyCounters }

    /// Encodes the batch and begins the next; nil if it is empty.
    mutating func finish() -> [UInt8]? {
        let bytes = writer.finish()
        rejectedValues = 0
        if max(writer.memory, handles.count, routes.count / 64) > EventMapper.memory {
            for index in plans.indices { plans[index].forget() }
            writer.forget()
            kinds.removeAll()
            handles.removeAll()
            slotOfTarget.removeAll()
            keyRoom = 64
            forgetKeys()
        }
        return bytes
    }

    private mutating func forgetKeys() {
        for index in plans.indices { plans[index].forgetKeys() }
        roleOfKey.removeAll()
        roleOfKey.grow(count: plans.count * keyRoom, with: KeyRole())
        routes.removeAll()
        routes.grow(count: handles.count * keyRoom, with: Route.unknown)
    }

    /// Adds the events of a row, as many as mappings meet it, or none of them.
    ///
    /// - Parameters:
    ///   - texts: The texts that the row's values are parts of.
    ///   - columns: Names and types of the keys that the row's values have.
    /// - Throws: What is wrong with the row; `noRoom` if it should begin the next batch.
    mutating func add(
        _ row: borrowing Row, _ texts: RowTexts, _ columns: borrowing InputColumns
    ) throws(RowError) {
        if columns.generation != keyGeneration || columns.names.count > keyRoom {
            keyGeneration = columns.generation
            while keyRoom < columns.names.count { keyRoom *= 2 }
            forgetKeys()
        }
        let before = writer.builder.rowCount
        let dropCount = writer.dropCount
        do throws(RowError) {
            for plan in 0..<heads.count { try addEvent(plan, row, texts, columns) }
            if writer.builder.isOverfull { throw .noRoom }
        } catch {
            writer.cancelRows(to: before, dropCount: dropCount)
            rejectedValues += row.values.count + 1
            throw error
        }
    }

    private mutating func addEvent(
        _ plan: Int, _ row: borrowing Row, _ texts: RowTexts, _ columns: borrowing InputColumns
    ) throws(RowError) {
        let roles = roles(plan, row, texts, columns)
        guard roles.meetsConditions else { return }
        let typeValue = roles.type >= 0 ? row.values[roles.type] : plans[plan].constantType
        guard let typeValue, typeValue.kind != .json else { throw .noType }
        let timeValue = roles.time >= 0 ? row.values[roles.time] : plans[plan].constantTime
        guard let timeValue else { throw .noTime }
        let time = try time(plan, timeValue, texts[timeValue])
        if let latestTime, time > latestTime { throw .tooLate(time, latest: latestTime) }
        let kind = try kind(plan, texts[typeValue])
        do throws(EventError) {
            try writer.builder.beginRow(type: Int(handles[kind]), time: time)
        } catch {
            throw .event(error)
        }
        let id = roles.id >= 0 ? row.values[roles.id] : plans[plan].constantID
        if let id { try writeID(id, texts, plan, kind) }
        for index in 0..<row.values.count {
            let value = row.values[index]
            if value.kind == .removed { continue }
            let isRole = index == roles.type || index == roles.time || index == roles.id
            if isRole, roleOfKey[plan &* keyRoom &+ Int(value.key)].isDefault { continue }
            let route = routes[kind &* keyRoom &+ Int(value.key)]
            if route >= 0 {
                if writer.writeReady(value, texts, to: Int(route)) { continue }
                try writer.write(value, texts, to: Int(route))
            } else if route != Route.none {
                try write(value, texts, plan, kind, columns)
            }
        }
        if heads[plan].hasConstants {
            for constant in plans[plan].constants {
                let slot = slot(kind, constant.target, plan)
                try writer.write(constant.value, texts, to: slot)
            }
        }
        try writer.writeResidual()
    }

    // MARK: Type, time, id, conditions

    /// Which values of the row are type, time and id.
    @inline(__always)
    private mutating func roles(
        _ plan: Int, _ row: borrowing Row, _ texts: RowTexts, _ columns: borrowing InputColumns
    ) -> Roles {
        var roles = Roles()
        var (typeRank, timeRank, idRank) = (Int8.max, Int8.max, Int8.max)
        var met: UInt8 = 0
        var present: UInt8 = 0
        for index in 0..<row.values.count {
            let place = plan &* keyRoom &+ Int(row.values[index].key)
            var role = roleOfKey[place]
            if role.state == .none { continue }
            if role.state == .unknown {
                role = plans[plan].role(of: Int(row.values[index].key), in: columns)
                roleOfKey[place] = role
            }
            guard role.state == .some, row.values[index].kind != .removed else { continue }
            if role.typeRank >= 0, role.typeRank < typeRank {
                (typeRank, roles.type) = (role.typeRank, index)
            }
            if role.timeRank >= 0, role.timeRank < timeRank {
                (timeRank, roles.time) = (role.timeRank, index)
            }
            if role.idRank >= 0, role.idRank < idRank {
                (idRank, roles.id) = (role.idRank, index)
            }
            guard role.conditions != 0 else { continue }
            present |= role.conditions
            met |= plans[plan].conditions(role.conditions, metBy: texts[row.values[index]])
        }
        let conditions = heads[plan].conditions
        if conditions != 0 {
            // A column that is not there holds the empty text.
            met |= plans[plan].conditions(conditions & ~present, metBy: RawSpan())
            roles.meetsConditions = met == conditions
        }
        return roles
    }

    @inline(__always)
    private func time(
        _ plan: Int, _ value: Row.Value, _ text: RawSpan
    ) throws(RowError) -> Timestamp {
        if value.kind == .int64,
            let time = EpochUnit.timestamp(of: value.bits, code: heads[plan].epochCode)
        {
            return time
        }
        guard let time = plans[plan].mapping.timeFormat.timestamp(of: text) else {
            throw .badTime(text.text)
        }
        return time
    }

    /// The number of an event type in a mapping.
    @inline(__always)
    private mutating func kind(_ plan: Int, _ text: RawSpan) throws(RowError) -> Int {
        if let kind = kinds.find(text, in: Int32(truncatingIfNeeded: plan)) { return kind }
        return try newKind(plan, text)
    }

    /// A text that names no type is not remembered: there is no end of them.
    @inline(never)
    private mutating func newKind(_ plan: Int, _ text: RawSpan) throws(RowError) -> Int {
        guard text.byteCount <= Limits.nameBytes else { throw .event(.badName(text.text)) }
        let handle = try writer.type(plans[plan].typeName(text))
        handles.append(Int32(handle))
        routes.grow(count: handles.count * keyRoom, with: Route.unknown)
        return kinds.index(of: text, in: Int32(truncatingIfNeeded: plan))
    }

    private mutating func writeID(
        _ id: Row.Value, _ texts: RowTexts, _ plan: Int, _ kind: Int
    ) throws(RowError) {
        var id = id
        // Ids are text, also where they look like numbers.
        id.kind = .text
        try writer.write(id, texts, to: slot(kind, MappingPlan.idTarget, plan))
    }

    // MARK: Attributes

    /// Writes a value whose route is not one slot, or not known yet.
    private mutating func write(
        _ value: Row.Value, _ texts: RowTexts, _ plan: Int, _ kind: Int,
        _ columns: borrowing InputColumns
    ) throws(RowError) {
        let key = Int(value.key)
        let binding = plans[plan].binding(of: key, in: columns)
        var route = binding.targets.isEmpty ? Route.none : Route.several
        if binding.targets.count == 1 { route = Int32(slot(kind, binding.targets[0], plan)) }
        routes[kind * keyRoom + key] = route
        for target in binding.targets {
            try writer.write(value, texts, to: slot(kind, target, plan))
        }
    }

    private mutating func slot(_ kind: Int, _ target: Int, _ plan: Int) -> Int {
        let place = UInt64(kind) << 32 | UInt64(target)
        if let slot = slotOfTarget[place] { return slot }
        let slot = writer.addSlot(
            plans[plan].targets[target], isID: target == MappingPlan.idTarget,
            type: Int(handles[kind]))
        slotOfTarget[place] = slot
        return slot
    }
}
