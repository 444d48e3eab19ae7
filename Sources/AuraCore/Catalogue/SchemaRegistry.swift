/// The schemas that a store goes by: the catalogue, those that a deployment registers, and what is
/// learnt from batches themselves.
///
/// Schemas never stand in an event's way: what differs from them is a warning. Only an unknown
/// type can be refused, where the policy says so. What is remembered is bounded; beyond the bound
/// batches are judged one by one.
public struct SchemaRegistry: Sendable {
    /// What becomes of events whose type has no schema.
    public enum UnknownTypes: String, CaseIterable, Sendable {
        /// They are taken as they come.
        case accept
        /// They are taken, and what is seen first is their schema.
        case learn
        /// They are refused.
        case refuse
    }

    /// What is known of an event type.
    private struct KnownType: Sendable {
        var schema: EventSchema?
        /// By code of the name: all that have columns, aliases of declared ones too.
        var attributes: [Int: KnownAttribute] = [:]
        /// Names of the required ones.
        var required: [String] = []
    }

    /// What is known of an attribute of a type.
    private struct KnownAttribute: BitwiseCopyable, Sendable {
        /// Bits: the raw values of the types that need no thought.
        var types: UInt8
        /// Its place among the required ones, -1 if it is none.
        var required: Int16 = -1
    }

    /// What columns are called: codes of names, `unknown` or `reserved`.
    private typealias Names = [Int]
    private static let unknown = -1
    private static let reserved = -2

    /// Types that are remembered, those with a schema included.
    public static let typeLimit = Limits.batchTypes
    /// Attributes that are learnt, of all types together.
    public static let attributeLimit = 32_768

    /// What becomes of events whose type has no schema.
    public let unknownTypes: UnknownTypes
    /// Attributes that were learnt, of all types together.
    public private(set) var learntAttributeCount = 0
    private var schemas: [ExactText: EventSchema] = [:]
    private var customTypes: [ExactText] = []
    private var typeNames = StringInterner()
    /// By code of the type's name.
    private var types: [KnownType] = []
    private var attributeNames = StringInterner()
    /// Rows that have each required attribute of the type that is looked at.
    private var present: [Int] = []

    /// A registry of the catalogue alone.
    public init(unknownTypes: UnknownTypes = .learn) {
        self.unknownTypes = unknownTypes
        for schema in Catalogue.all { know(schema) }
    }

    /// The catalogue's schemas, then those registered, in that order.
    public var all: [EventSchema] {
        Catalogue.all + customTypes.compactMap { schemas[$0] }
    }

    /// The schema of that type, unless it was only learnt.
    public func schema(for type: String) -> EventSchema? { schemas[ExactText(type)] }

    /// Types that were learnt.
    public var learntTypeCount: Int { types.count - schemas.count }

    /// The names of all attributes that some schema marks as ids.
    public var identifierNames: Set<String> {
        Set(schemas.values.flatMap { $0.attributes.filter(\.isIdentifier).map(\.name) })
    }

    // MARK: Registering

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
        for name in [schema.type] + names.sorted().map(\.text)
        where !(1...Limits.nameBytes).contains(name.utf8.count) || name.hasPrefix("$") {
            throw .badName(schema.type, name)
        }
        for attribute in schema.attributes where attribute.types.isEmpty {
            throw .noTypes(schema.type, attribute.name)
        }
        guard names.count <= Limits.attributesPerType else {
            throw .tooManyNames(schema.type, names.count)
        }
        let type = ExactText(schema.type)
        if schemas[type] == nil { customTypes.append(type) }
        know(schema)
    }

    private mutating func know(_ schema: EventSchema) {
        schemas[ExactText(schema.type)] = schema
        var known = KnownType(schema: schema)
        for attribute in schema.attributes {
            var entry = KnownAttribute(types: 0)
            for type in attribute.types { entry.types |= 1 << type.rawValue }
            if attribute.isRequired {
                entry.required = Int16(known.required.count)
                known.required.append(attribute.name)
            }
            known.attributes[attributeNames.intern(attribute.name)] = entry
            // The edge that renames an alias converts its value too.
            entry.types = .max
            for alias in attribute.aliases {
                known.attributes[attributeNames.intern(alias)] = entry
            }
        }
        let code = typeNames.intern(schema.type)
        if code == types.count { types.append(known) } else { types[code] = known }
    }

    // MARK: Batches

    /// Compares a batch with the schemas, and learns what is new in it.
    ///
    /// Costs types and columns, not events.
    ///
    /// - Throws: `unknownType` if a type has no schema and the policy refuses such; nothing is
    ///   learnt then.
    public mutating func inspect(
        _ batch: RawSpan, _ layout: BatchLayout
    ) throws(SchemaError) -> SchemaReport {
        var report = SchemaReport()
        if unknownTypes == .refuse {
            for type in layout.types {
                let name = layout.strings.bytes(of: type.name, in: batch)
                guard typeNames.code(of: name) != nil else { throw .unknownType(name.text) }
            }
        }
        var names = names(batch, layout)
        for index in layout.types.indices {
            let name = layout.strings.bytes(of: layout.types[index].name, in: batch)
            if let code = typeNames.code(of: name) {
                inspect(index, code, &names, batch, layout, &report)
            } else {
                meet(index, name, &names, batch, layout, &report)
            }
        }
        return report
    }

    private func names(_ batch: RawSpan, _ layout: BatchLayout) -> Names {
        layout.columns.map { column in
            let name = layout.strings.bytes(of: column.name, in: batch)
            if name.byte(0) == UInt8(ascii: "$") { return SchemaRegistry.reserved }
            return attributeNames.code(of: name) ?? SchemaRegistry.unknown
        }
    }

    /// Looks at a type that was not met before, and forgets it again if there is no room for it.
    private mutating func meet(
        _ index: Int, _ name: RawSpan, _ names: inout Names, _ batch: RawSpan,
        _ layout: BatchLayout, _ report: inout SchemaReport
    ) {
        let (typeCount, nameCount) = (types.count, attributeNames.count)
        let learntCount = learntAttributeCount
        let code = typeNames.intern(name)
        types.append(KnownType())
        inspect(index, code, &names, batch, layout, &report)
        guard typeCount >= SchemaRegistry.typeLimit else { return }
        typeNames.truncate(to: typeCount)
        types.removeLast()
        attributeNames.truncate(to: nameCount)
        learntAttributeCount = learntCount
        for place in names.indices where names[place] >= nameCount {
            names[place] = SchemaRegistry.unknown
        }
    }

    /// Looks at the columns of one type of the batch.
    private mutating func inspect(
        _ index: Int, _ code: Int, _ names: inout Names, _ batch: RawSpan, _ layout: BatchLayout,
        _ report: inout SchemaReport
    ) {
        let rowCount = layout.types[index].rowCount
        present.removeAll(keepingCapacity: true)
        for _ in types[code].required { present.append(0) }
        /// Names of this batch that are not remembered, for want of room.
        var strangers: Set<Int> = []
        for place in layout.columns.indices where names[place] != SchemaRegistry.reserved {
            let column = layout.columns[place]
            if let set = column.typeSetOffset, !batch.bit(index, at: set) { continue }
            let rows = min(column.values.count, rowCount)
            if let known = types[code].attributes[names[place]] {
                if known.required >= 0 { present[Int(known.required)] += rows }
                if known.types & (1 << column.type.rawValue) != 0 { continue }
                differ(known, code, column, rows, batch, layout, &report)
            } else {
                let type = layout.types[index].name
                names[place] = learn(
                    column, type, code, rows, &strangers, batch, layout, &report)
            }
        }
        for (place, rows) in present.enumerated() where rows < rowCount {
            report.add(
                SchemaWarning(
                    type: typeNames[code].text, attribute: types[code].required[place], .missing,
                    rows: rowCount - rows))
        }
    }

    /// Values of a type that is not expected.
    private func differ(
        _ known: KnownAttribute, _ code: Int, _ column: BatchLayout.Column, _ rows: Int,
        _ batch: RawSpan, _ layout: BatchLayout, _ report: inout SchemaReport
    ) {
        let schema = types[code].schema
        let name = layout.strings.bytes(of: column.name, in: batch).text
        let difference: SchemaWarning.Difference
        if let declared = schema?.attribute(name) {
            difference = .conflict(found: column.type, expected: declared.types)
        } else if schema?.isClosed == true {
            difference = .undeclared
        } else if schema != nil || unknownTypes != .accept {
            let expected = AttributeType.allCases.filter { known.types & (1 << $0.rawValue) != 0 }
            difference = .conflict(found: column.type, expected: expected)
        } else {
            return
        }
        report.add(
            SchemaWarning(
                type: typeNames[code].text, attribute: name, difference, rows: rows))
    }

    /// Remembers an attribute of a type, as far as there is room.
    ///
    /// - Parameter type: Code of the type's name in the batch.
    /// - Returns: The code of the attribute's name.
    private mutating func learn(
        _ column: BatchLayout.Column, _ type: Int, _ code: Int, _ rows: Int,
        _ strangers: inout Set<Int>, _ batch: RawSpan, _ layout: BatchLayout,
        _ report: inout SchemaReport
    ) -> Int {
        let name = layout.strings.bytes(of: column.name, in: batch)
        let isKnownStranger = strangers.contains(column.name)
        let count = types[code].attributes.count + strangers.count
        guard isKnownStranger || count < Limits.attributesPerType else {
            if report.move(column.name, of: type) {
                report.add(
                    SchemaWarning(
                        type: typeNames[code].text, attribute: name.text, .overCap, rows: rows))
            }
            return attributeNames.code(of: name) ?? SchemaRegistry.unknown
        }
        // Of what a closed schema does not declare, each type needs a warning.
        let isClosed = types[code].schema?.isClosed == true
        let known = KnownAttribute(types: isClosed ? 0 : 1 << column.type.rawValue)
        if isClosed { differ(known, code, column, rows, batch, layout, &report) }
        guard learntAttributeCount < SchemaRegistry.attributeLimit else {
            strangers.insert(column.name)
            return attributeNames.code(of: name) ?? SchemaRegistry.unknown
        }
        learntAttributeCount += 1
        let attribute = attributeNames.intern(name)
        types[code].attributes[attribute] = known
        return attribute
    }
}
