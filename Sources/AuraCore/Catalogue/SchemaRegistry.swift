/// The schemas that a store goes by: the catalogue, those that a deployment registers, and what is
/// learnt from events themselves.
///
/// Schemas never stand in an event's way: what differs from them is a warning. Only an unknown
/// type can be refused, where the policy says so.
public struct SchemaRegistry: Sendable {
    /// What becomes of events whose type has no schema.
    public enum UnknownTypes: String, CaseIterable, Sendable {
        /// They are taken, and their attributes remembered.
        case learn
        /// They are refused.
        case refuse
    }

    /// What becomes of events whose type has no schema.
    public var unknownTypes: UnknownTypes
    private var schemas: [ExactText: EventSchema] = [:]
    private var customTypes: [ExactText] = []
    /// Types of attributes that no schema declares, as first seen.
    private var learnt: [ExactText: [ExactText: AttributeType]] = [:]

    /// A registry of the catalogue alone.
    public init(unknownTypes: UnknownTypes = .learn) {
        self.unknownTypes = unknownTypes
        for schema in Catalogue.all { schemas[ExactText(schema.type)] = schema }
    }

    /// The catalogue's schemas, then those registered, in that order.
    public var all: [EventSchema] {
        Catalogue.all + customTypes.compactMap { schemas[$0] }
    }

    /// The schema of that type, unless it was only learnt.
    public func schema(for type: String) -> EventSchema? { schemas[ExactText(type)] }

    /// The types that were learnt, with the attributes seen, both by name.
    public var learntTypes: [(type: String, attributes: [(name: String, type: AttributeType)])] {
        learnt.filter { schemas[$0.key] == nil }.sorted { $0.key < $1.key }.map { type, seen in
            (type.text, seen.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value) })
        }
    }

    /// The names of all attributes that some schema marks as ids.
    public var identifierNames: Set<String> {
        Set(schemas.values.flatMap { $0.attributes.filter(\.isIdentifier).map(\.name) })
    }

    /// Adds a deployment's own type, or replaces what it registered before.
    ///
    /// - Throws: `SchemaError` if the type is the catalogue's or the schema contradicts itself;
    ///   nothing is changed then.
    public mutating func register(_ schema: EventSchema) throws(SchemaError) {
        guard Catalogue.schema(for: schema.type) == nil else {
            throw .catalogueType(schema.type)
        }
        var names: Set<ExactText> = []
        for name in schema.attributes.flatMap({ [$0.name] + $0.aliases }) {
            guard names.insert(ExactText(name)).inserted else {
                throw .repeatedName(schema.type, name)
            }
        }
        for name in [schema.type] + names.map(\.text)
        where !(1...Limits.nameBytes).contains(name.utf8.count) || name.hasPrefix("$") {
            throw .badName(schema.type, name)
        }
        for attribute in schema.attributes where attribute.types.isEmpty {
            throw .noTypes(schema.type, attribute.name)
        }
        let type = ExactText(schema.type)
        if schemas.updateValue(schema, forKey: type) == nil {
            customTypes.append(type)
        }
    }

    /// Compares an event with its type's schema.
    ///
    /// - Returns: What differs; the event is to be taken all the same.
    /// - Throws: `SchemaError.unknownType` if the type has no schema and the policy refuses such.
    public func validate(_ event: Event) throws(SchemaError) -> [SchemaWarning] {
        let schema = schema(for: event.type)
        if schema == nil, unknownTypes == .refuse { throw .unknownType(event.type) }
        var warnings: [SchemaWarning] = []
        for attribute in event.attributes {
            if let warning = conflict(
                type: event.type, attribute: attribute.name, found: attribute.value.type)
            {
                warnings.append(warning)
            }
        }
        for attribute in schema?.attributes ?? [] where attribute.isRequired {
            let names = ([attribute.name] + attribute.aliases).map(ExactText.init)
            if !event.attributes.contains(where: { names.contains(ExactText($0.name)) }) {
                warnings.append(.missing(type: event.type, attribute: attribute.name))
            }
        }
        return warnings
    }

    /// What is wrong with values of that type under that name, if anything; for whole columns.
    public func conflict(
        type: String, attribute: String, found: AttributeType
    ) -> SchemaWarning? {
        let expected: [AttributeType]
        if let declared = schema(for: type)?.attribute(attribute) {
            // The edge that renames an alias converts its value too.
            if ExactText(declared.name) != ExactText(attribute) { return nil }
            expected = declared.types
        } else if let seen = learnt[ExactText(type)]?[ExactText(attribute)] {
            expected = [seen]
        } else {
            return nil
        }
        if expected.contains(found) { return nil }
        return .conflict(type: type, attribute: attribute, found: found, expected: expected)
    }

    /// Remembers the types of attributes that no schema declares, so that later differences are
    /// noticed: up to `Limits.batchTypes` types of `Limits.attributesPerType` attributes.
    public mutating func learn(_ event: Event) {
        let schema = schema(for: event.type)
        guard unknownTypes == .learn || schema != nil else { return }
        let type = ExactText(event.type)
        for attribute in event.attributes where schema?.attribute(attribute.name) == nil {
            learn(type, ExactText(attribute.name), as: attribute.value.type)
        }
        if schema == nil, learnt[type] == nil, learnt.count < Limits.batchTypes {
            learnt[type] = [:]
        }
    }

    private mutating func learn(
        _ type: ExactText, _ attribute: ExactText, as valueType: AttributeType
    ) {
        guard let seen = learnt[type] else {
            if learnt.count < Limits.batchTypes { learnt[type] = [attribute: valueType] }
            return
        }
        if seen[attribute] == nil, seen.count < Limits.attributesPerType {
            learnt[type]?[attribute] = valueType
        }
    }
}

/// What makes a schema, or an event under a strict policy, impossible to take.
public enum SchemaError: Error, Hashable, Sendable {
    /// The policy refuses events of types without a schema.
    case unknownType(String)
    /// The catalogue's own types cannot be redefined.
    case catalogueType(String)
    /// Two attributes, or aliases, of one name.
    case repeatedName(String, String)
    /// A name that is empty, too long, or begins with `$`.
    case badName(String, String)
    /// An attribute that may have no type at all.
    case noTypes(String, String)
}

extension SchemaError: CustomStringConvertible {
    /// What is wrong and how to mend it.
    public var description: String {
        switch self {
        case .unknownType(let type):
            "event type '\(type)' is unknown here; register it, or let unknown types be learnt"
        case .catalogueType(let type):
            "event type '\(type)' is the catalogue's; register another name"
        case .repeatedName(let type, let name):
            "schema of '\(type)' has '\(name)' twice"
        case .badName(let type, let name):
            "schema of '\(type)': name '\(name.prefix(40))' must have 1 to \(Limits.nameBytes) "
                + "bytes and not begin with '$'"
        case .noTypes(let type, let name):
            "schema of '\(type)': attribute '\(name)' allows no type"
        }
    }
}

/// Where an event differs from its type's schema.
public enum SchemaWarning: Hashable, Sendable {
    /// A required attribute is absent.
    case missing(type: String, attribute: String)
    /// A value of another type than expected; it is kept in a column of its own.
    case conflict(
        type: String, attribute: String, found: AttributeType, expected: [AttributeType])
}

extension SchemaWarning: CustomStringConvertible {
    /// What differs.
    public var description: String {
        switch self {
        case .missing(let type, let attribute):
            "\(type): required attribute '\(attribute)' is missing"
        case .conflict(let type, let attribute, let found, let expected):
            "\(type): attribute '\(attribute)' is \(found.name), expected "
                + expected.map(\.name).joined(separator: " or ")
        }
    }
}
