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
    /// More names than a type may have columns.
    case tooManyNames(String, Int)

    /// What is wrong.
    public var reason: String {
        switch self {
        case .unknownType(let type): "event type '\(type)' is unknown here"
        case .catalogueType(let type): "event type '\(type)' is the catalogue's"
        case .repeatedName(let type, let name): "schema of '\(type)' has '\(name)' twice"
        case .badName(let type, let name):
            "schema of '\(type)': name '\(name.prefix(40))' must have 1 to \(Limits.nameBytes) "
                + "bytes and not begin with '$'"
        case .noTypes(let type, let name):
            "schema of '\(type)': attribute '\(name)' allows no type"
        case .tooManyNames(let type, let count):
            "schema of '\(type)' has \(count) names, aliases included; at most "
                + "\(Limits.attributesPerType) have columns"
        }
    }

    /// How to mend it.
    public var remedy: String {
        switch self {
        case .unknownType:
            "register it in event_types of aura.yaml, or set privacy.unknown_types to learn"
        case .catalogueType: "register another name"
        case .repeatedName: "keep one of them"
        case .badName: "rename it"
        case .noTypes: "name at least one"
        case .tooManyNames: "leave out those that may go to '$residual'"
        }
    }
}

extension SchemaError: CustomStringConvertible {
    /// What is wrong and how to mend it.
    public var description: String { "\(reason); \(remedy)" }
}

/// Where events of a batch differ from their type's schema; all of them are stored.
public struct SchemaWarning: Hashable, Sendable {
    /// How they differ.
    public enum Difference: Hashable, Sendable {
        /// A required attribute is absent.
        case missing
        /// Values of another type than expected; they are kept in a column of their own.
        case conflict(found: AttributeType, expected: [AttributeType])
        /// A closed schema does not declare the attribute.
        case undeclared
        /// The type has no column for the attribute any more; its values are kept in `$residual`.
        case overCap
    }

    /// The event type.
    public var type: String
    /// The attribute.
    public var attribute: String
    /// How they differ.
    public var difference: Difference
    /// How many events: at most so many where types share a column, at least so many where some
    /// of their events lack a required attribute.
    public var rows: Int

    /// A difference in that many events.
    public init(type: String, attribute: String, _ difference: Difference, rows: Int = 1) {
        self.type = type
        self.attribute = attribute
        self.difference = difference
        self.rows = rows
    }
}

extension SchemaWarning: CustomStringConvertible {
    /// What differs.
    public var description: String {
        switch difference {
        case .missing: "\(type): required attribute '\(attribute)' is missing"
        case .conflict(let found, let expected):
            "\(type): attribute '\(attribute)' is \(found.name), expected "
                + expected.map(\.name).joined(separator: " or ")
        case .undeclared: "\(type): attribute '\(attribute)' is not declared"
        case .overCap:
            "\(type): attribute '\(attribute)' is kept in '$residual', for the type has "
                + "\(Limits.attributesPerType) others"
        }
    }
}

/// What a registry finds in a batch.
public struct SchemaReport: Sendable {
    /// The first differences.
    public private(set) var warnings: [SchemaWarning] = []
    /// Differences beyond those.
    public private(set) var omitted = 0
    /// Attributes beyond the cap of their type, both by the code of their name in the batch.
    private var overflow: [Int: Set<Int>] = [:]

    /// Differences that are told one by one; the others are a number.
    ///
    /// Every acknowledgement of a sender that does not mend them carries them.
    public static let warningLimit = 7

    /// Whether the batch can be stored as it is.
    public var fitsCap: Bool { overflow.isEmpty }

    mutating func add(_ warning: @autoclosure () -> SchemaWarning) {
        if warnings.count < SchemaReport.warningLimit {
            warnings.append(warning())
        } else {
            omitted += 1
        }
    }

    /// Notes an attribute that gets no column.
    ///
    /// - Returns: Whether it is the first time.
    mutating func move(_ attribute: Int, of type: Int) -> Bool {
        overflow[type, default: []].insert(attribute).inserted
    }

    /// The batch with what exceeds the cap in `$residual`.
    ///
    /// The slow way: every event is taken apart.
    public func capped(_ batch: EventBatch) throws(RewriteError) -> EventBatch {
        var rewriter = BatchRewriter()
        for event in batch.events() {
            guard let moved = batch.code(of: event.type).flatMap({ overflow[$0] }) else {
                try rewriter.add(event)
                continue
            }
            try rewriter.add(
                event.movingToResidual { name in
                    batch.code(of: name).map(moved.contains) == true
                })
        }
        return try rewriter.finish() ?? batch
    }
}
