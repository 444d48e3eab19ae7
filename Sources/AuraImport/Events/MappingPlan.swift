import AuraCore

/// A mapping put to work: what each key of the input is to it, worked out when the key is met.
///
/// All of it is memory of what the mapping says, so it never changes what comes out.
struct MappingPlan {
    /// What a key of the input is to the mapping.
    struct Binding {
        /// Its place among the sources of type, time and id, the lowest counting; -1 if it is none.
        var typeRank = -1
        var timeRank = -1
        var idRank = -1
        /// Bits: the conditions on it.
        var conditions: UInt8 = 0
        /// Whether it is an attribute only where it is not chosen for type, time or id.
        var isDefault = false
        /// The attributes made from it.
        var targets: [Int] = []

        /// Whether the mapping needs it for more than attributes.
        var hasRole: Bool { typeRank >= 0 || timeRank >= 0 || idRank >= 0 || conditions != 0 }
    }

    /// An attribute by name.
    struct Target {
        let name: String
        let type: AttributeType?
        let format: TimeFormat
        /// What the column's values showed.
        var hint: AttributeType?
    }

    let mapping: ColumnMapping
    /// By key; nil for one that was not met yet.
    private var bindings: [Binding?] = []
    /// The sender's id, the attributes that are named, then those taken as the rest.
    private(set) var targets: [Target]
    private var restTargets: [ExactText: Int] = [:]
    /// Attributes that are the same for all rows.
    private(set) var constants: [(target: Int, value: Row.Value)] = []
    /// Type, time and id where they are constants.
    private(set) var constantType: Row.Value?
    private(set) var constantTime: Row.Value?
    private(set) var constantID: Row.Value?
    private let conditionValues: [[UInt8]]

    /// The target of the sender's id.
    static let idTarget = 0

    /// - Parameter texts: Gets the texts of all constants.
    init(_ mapping: ColumnMapping, texts: inout [UInt8]) {
        self.mapping = mapping
        conditionValues = mapping.conditions.map { Array($0.value.utf8) }
        targets = [Target(name: ReservedName.id, type: nil, format: .automatic)]
        targets += mapping.attributes.map {
            Target(name: $0.name, type: $0.type, format: $0.format)
        }
        constantType = MappingPlan.constant(mapping.type, &texts)
        constantTime = MappingPlan.constant(mapping.time, &texts)
        constantID = MappingPlan.constant(mapping.id, &texts)
        for (index, item) in mapping.attributes.enumerated() {
            if let value = MappingPlan.constant(item.source, &texts) {
                constants.append((index + 1, value))
            }
        }
    }

    private static func constant(
        _ source: ColumnMapping.Source, _ texts: inout [UInt8]
    ) -> Row.Value? {
        guard case .constant(let text) = source else { return nil }
        let start = texts.count
        texts += text.utf8
        return Row.Value(.text, key: -1, from: start, to: texts.count, in: .constant)
    }

    /// Forgets all that was worked out.
    mutating func forget() {
        bindings.removeAll()
        restTargets.removeAll()
        targets.removeLast(targets.count - 1 - mapping.attributes.count)
    }

    /// Forgets what keys are: their numbers mean something else from now on.
    mutating func forgetKeys() { bindings.removeAll() }

    /// What a key is.
    mutating func binding(of key: Int, in columns: borrowing InputColumns) -> Binding {
        if key < bindings.count, let binding = bindings[key] { return binding }
        let binding = resolve(columns.names[key], hint: columns.hint(key))
        while bindings.count <= key { bindings.append(nil) }
        bindings[key] = binding
        return binding
    }

    private mutating func resolve(_ name: String, hint: AttributeType?) -> Binding {
        var binding = Binding()
        binding.typeRank = MappingPlan.rank(name, in: mapping.type, &binding.isDefault)
        binding.timeRank = MappingPlan.rank(name, in: mapping.time, &binding.isDefault)
        binding.idRank = MappingPlan.rank(name, in: mapping.id, &binding.isDefault)
        for (index, condition) in mapping.conditions.enumerated() where condition.column == name {
            binding.conditions |= 1 << UInt8(index)
        }
        for (index, item) in mapping.attributes.enumerated() where item.source == .column(name) {
            targets[index + 1].hint = hint
            binding.targets.append(index + 1)
        }
        let isFree = !binding.hasRole || binding.isDefault
        if binding.targets.isEmpty, isFree, mapping.takesRest,
            !mapping.attributes.contains(where: { ExactText($0.name) == ExactText(name) })
        {
            binding.targets = [rest(name, hint: hint)]
        }
        return binding
    }

    private static func rank(
        _ name: String, in source: ColumnMapping.Source, _ isDefault: inout Bool
    ) -> Int {
        switch source {
        case .column(let column): return column == name ? 0 : -1
        case .constant: return -1
        case .firstOf(let columns):
            guard let rank = columns.firstIndex(of: name) else { return -1 }
            isDefault = true
            return rank
        }
    }

    /// The target of a column under its own name.
    private mutating func rest(_ name: String, hint: AttributeType?) -> Int {
        if let target = restTargets[ExactText(name)] { return target }
        targets.append(Target(name: name, type: nil, format: .automatic, hint: hint))
        restTargets[ExactText(name)] = targets.count - 1
        return targets.count - 1
    }

    /// What each row needs of this.
    var head: EventMapper.PlanHead {
        EventMapper.PlanHead(
            conditions: UInt8(truncatingIfNeeded: 1 << conditionValues.count - 1),
            hasConstants: !constants.isEmpty, epochCode: mapping.timeFormat.epochCode)
    }

    /// What a key is, as each row needs it.
    mutating func role(
        of key: Int, in columns: borrowing InputColumns
    ) -> EventMapper.KeyRole {
        let binding = binding(of: key, in: columns)
        return EventMapper.KeyRole(
            state: binding.hasRole ? .some : .none, isDefault: binding.isDefault,
            conditions: binding.conditions, typeRank: Int8(binding.typeRank),
            timeRank: Int8(binding.timeRank), idRank: Int8(binding.idRank))
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

    /// The name of the type that a text names.
    func typeName(_ text: RawSpan) -> String {
        mapping.typeIsSnake ? snakeCase(text.text) : text.text
    }
}
