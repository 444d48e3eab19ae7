import AuraCore

/// A mapping put to work: which role each key of the input plays, and what was found out about
/// each attribute of each type.
///
/// All of it is memory of what the mapping, the schema and the privacy rules say, so it never
/// changes what comes out.
struct MappingPlan {
    /// What a key of the input is to the mapping.
    struct Binding {
        var isResolved = false
        /// Whether one of the ranks or conditions below is set.
        var hasRole = false
        /// Whether it is an attribute only where it is not chosen for type, time or id.
        var isDefault = false
        /// Its place among the sources of type, time and id, the lowest counting; -1 if it is none.
        var typeRank: Int8 = -1
        var timeRank: Int8 = -1
        var idRank: Int8 = -1
        /// Bits: the conditions on it.
        var conditions: UInt8 = 0
        /// The first attribute made from it, -1 for none.
        var target: Int32 = -1
    }

    /// An attribute by name.
    struct Target {
        let name: String
        let type: AttributeType?
        let format: TimeFormat
        /// What the column's values showed.
        var hint: AttributeType?
        /// The next attribute made from the same key, -1 for none.
        var next: Int32 = -1
    }

    let mapping: ColumnMapping
    private(set) var bindings: [Binding] = []
    /// The sender's id, the attributes that are named, then those taken as the rest.
    private(set) var targets: [Target]
    private var restTargets: [String: Int32] = [:]
    private var typeTexts = NameTable()
    /// The builder's handle of each text, -1 if it cannot name a type.
    private var handles: [Int32] = []
    /// By handle of a type: the slot of each target, -1 where there is none yet.
    private var slots: [[Int32]] = []
    /// Attributes that are the same for all rows.
    private(set) var constants: [(target: Int32, value: Row.Value)] = []
    /// The texts of all constants.
    private(set) var constantBytes: [UInt8] = []
    /// Type, time and id where they are constants.
    private(set) var constantType: Row.Value?
    private(set) var constantTime: Row.Value?
    private(set) var constantID: Row.Value?
    let conditionValues: [[UInt8]]

    /// The target of the sender's id.
    static let idTarget: Int32 = 0

    init(_ mapping: ColumnMapping) {
        self.mapping = mapping
        conditionValues = mapping.conditions.map { Array($0.value.utf8) }
        targets = [Target(name: ReservedName.id, type: nil, format: .automatic)]
        targets += mapping.attributes.map {
            Target(name: $0.name, type: $0.type, format: $0.format)
        }
        constantType = constant(mapping.type)
        constantTime = constant(mapping.time)
        constantID = constant(mapping.id)
        for (index, item) in mapping.attributes.enumerated() {
            if let value = constant(item.source) { constants.append((Int32(index + 1), value)) }
        }
    }

    private mutating func constant(_ source: ColumnMapping.Source) -> Row.Value? {
        guard case .constant(let text) = source else { return nil }
        let start = constantBytes.count
        constantBytes += text.utf8
        return Row.Value(
            key: -1, kind: .text, origin: .constant, start: Int32(start),
            size: Int32(constantBytes.count - start))
    }

    // MARK: Keys

    /// What a key is; `resolve` must have seen it.
    @inline(__always)
    func binding(of key: Int32) -> Binding? {
        guard key < bindings.count, bindings[Int(key)].isResolved else { return nil }
        return bindings[Int(key)]
    }

    /// Forgets what keys are: their numbers mean something else from now on.
    mutating func forgetKeys() { bindings.removeAll() }

    /// Works out what the key of a column is, whose values showed the type `hint`.
    mutating func resolve(_ key: Int32, name: String, hint: AttributeType?) -> Binding {
        var binding = Binding(isResolved: true)
        binding.typeRank = MappingPlan.rank(name, in: mapping.type, &binding.isDefault)
        binding.timeRank = MappingPlan.rank(name, in: mapping.time, &binding.isDefault)
        binding.idRank = MappingPlan.rank(name, in: mapping.id, &binding.isDefault)
        for (index, condition) in mapping.conditions.enumerated() where condition.column == name {
            binding.conditions |= 1 << UInt8(index)
        }
        binding.hasRole =
            binding.typeRank >= 0 || binding.timeRank >= 0 || binding.idRank >= 0
            || binding.conditions != 0
        for index in mapping.attributes.indices.reversed()
        where mapping.attributes[index].source == .column(name) {
            targets[index + 1].next = binding.target
            targets[index + 1].hint = hint
            binding.target = Int32(index + 1)
        }
        let isFree = !binding.hasRole || binding.isDefault
        if binding.target < 0, isFree, mapping.takesRest,
            !mapping.attributes.contains(where: { $0.name == name })
        {
            binding.target = rest(name, hint: hint)
        }
        while bindings.count <= Int(key) { bindings.append(Binding()) }
        bindings[Int(key)] = binding
        return binding
    }

    /// Those of the conditions that a text meets.
    func conditions(_ conditions: UInt8, metBy text: RawSpan) -> UInt8 {
        var met: UInt8 = 0
        for (index, value) in conditionValues.enumerated()
        where conditions & 1 << UInt8(index) != 0 && text.isEqual(value.rawSpan) {
            met |= 1 << UInt8(index)
        }
        return met
    }

    private static func rank(
        _ name: String, in source: ColumnMapping.Source, _ isDefault: inout Bool
    ) -> Int8 {
        switch source {
        case .column(let column): return column == name ? 0 : -1
        case .constant: return -1
        case .firstOf(let columns):
            guard let rank = columns.firstIndex(of: name) else { return -1 }
            isDefault = true
            return Int8(rank)
        }
    }

    /// The target of a column under its own name.
    private mutating func rest(_ name: String, hint: AttributeType?) -> Int32 {
        if let target = restTargets[name] { return target }
        targets.append(Target(name: name, type: nil, format: .automatic, hint: hint))
        restTargets[name] = Int32(targets.count - 1)
        return Int32(targets.count - 1)
    }

    // MARK: Types

    /// The builder's handle of the type that a text names; nil if it cannot name one.
    @inline(__always)
    mutating func type(_ text: RawSpan, in builder: inout BatchBuilder) -> Int? {
        let index = typeTexts.index(of: text)
        if index == handles.count { handles.append(newType(text, in: &builder)) }
        let handle = handles[index]
        return handle < 0 ? nil : Int(handle)
    }

    /// The name of the type that a text names.
    func typeName(_ text: RawSpan) -> String {
        mapping.typeIsSnake ? snakeCase(text.text) : text.text
    }

    @inline(never)
    private func newType(_ text: RawSpan, in builder: inout BatchBuilder) -> Int32 {
        do throws(EventError) {
            return Int32(try builder.type(typeName(text)))
        } catch {
            return -1
        }
    }

    /// The slot of a target in a type, by the type's handle; -1 if there is none yet.
    @inline(__always)
    func slot(of target: Int32, in type: Int) -> Int32 {
        guard type < slots.count, target < slots[type].count else { return -1 }
        return slots[type][Int(target)]
    }

    mutating func setSlot(of target: Int32, in type: Int, to slot: Int) {
        while slots.count <= type { slots.append([]) }
        while slots[type].count <= Int(target) { slots[type].append(-1) }
        slots[type][Int(target)] = Int32(slot)
    }
}
