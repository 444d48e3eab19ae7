/// What is known of an event type: its attributes and what they mean.
public struct EventSchema: Hashable, Sendable {
    /// The type's name, `appointment.created`.
    public let type: String
    /// The family that the type belongs to.
    public let family: EventFamily
    /// What happened, in a sentence.
    public let summary: String
    /// The attributes, required ones first; names and aliases are distinct.
    public let attributes: [AttributeSchema]
    /// Whether other attributes than these are worth a warning.
    public let isClosed: Bool

    /// A schema of these parts.
    ///
    /// - Parameters:
    ///   - required: Attributes that every event of the type should have.
    ///   - optional: Attributes that an event may have.
    ///   - isClosed: Whether any other attribute is worth a warning.
    public init(
        _ type: String, family: EventFamily = .custom, _ summary: String,
        required: [AttributeSchema] = [], optional: [AttributeSchema] = [], isClosed: Bool = false
    ) {
        self.type = type
        self.family = family
        self.summary = summary
        self.isClosed = isClosed
        attributes = required.map { $0.required() } + optional
    }

    /// The attribute of that name or alias.
    public func attribute(_ name: String) -> AttributeSchema? {
        let name = ExactText(name)
        return attributes.first { attribute in
            ExactText(attribute.name) == name
                || attribute.aliases.contains { ExactText($0) == name }
        }
    }
}

/// A group of event types that share a section of the documentation and a retention.
public enum EventFamily: String, CaseIterable, Sendable {
    case user, patient, therapy, communication, system
    /// Types that Aura adds for its own figures.
    case aura
    /// Types that a deployment defines.
    case custom
}

/// What is known of one attribute of an event type.
public struct AttributeSchema: Hashable, Sendable {
    /// The name in snake_case.
    public let name: String
    /// The types that a value may have, the usual one first.
    public let types: [AttributeType]
    /// Whether every event of the type should have it.
    public let isRequired: Bool
    /// Whether it holds an id: digits in it are never taken for a phone number.
    public let isIdentifier: Bool
    /// Names under which others send the same; edges that read JSON rename them.
    public let aliases: [String]
    /// The unit of a quantity: `minutes`, `bytes`.
    public let unit: String?
    /// What it says, in a few words.
    public let summary: String

    /// An attribute of these parts; `EventSchema` makes it required.
    public init(
        _ name: String, _ types: [AttributeType], _ summary: String, unit: String? = nil,
        isIdentifier: Bool = false, aliases: [String] = []
    ) {
        self.init(
            name, types, summary, unit: unit, isIdentifier: isIdentifier, aliases: aliases,
            isRequired: false)
    }

    private init(
        _ name: String, _ types: [AttributeType], _ summary: String, unit: String?,
        isIdentifier: Bool, aliases: [String], isRequired: Bool
    ) {
        self.name = name
        self.types = types
        self.summary = summary
        self.unit = unit
        self.isIdentifier = isIdentifier
        self.aliases = aliases
        self.isRequired = isRequired
    }

    fileprivate func required() -> AttributeSchema {
        AttributeSchema(
            name, types, summary, unit: unit, isIdentifier: isIdentifier, aliases: aliases,
            isRequired: true)
    }
}

extension AttributeSchema {
    /// An id: a number, a text or a UUID.
    public static func id(_ name: String, _ summary: String) -> Self {
        Self(name, [.int64, .string, .uuid], summary, isIdentifier: true)
    }

    /// A string.
    public static func text(
        _ name: String, _ summary: String, aliases: [String] = []
    ) -> Self {
        Self(name, [.string], summary, aliases: aliases)
    }

    /// A list, as the text of a JSON array.
    public static func list(_ name: String, _ summary: String) -> Self {
        Self(name, [.string], summary)
    }

    /// A whole number.
    public static func count(_ name: String, _ summary: String, unit: String? = nil) -> Self {
        Self(name, [.int64], summary, unit: unit)
    }

    /// A number that may have a fraction.
    public static func number(_ name: String, _ summary: String, unit: String? = nil) -> Self {
        Self(name, [.float64, .int64], summary, unit: unit)
    }

    /// A bool.
    public static func flag(_ name: String, _ summary: String) -> Self {
        Self(name, [.bool], summary)
    }

    /// An instant.
    public static func time(
        _ name: String, _ summary: String, aliases: [String] = []
    ) -> Self {
        Self(name, [.timestamp], summary, aliases: aliases)
    }

    /// The network that something came from.
    static let ipPrefix = Self(
        "ip_prefix", [.ipPrefix], "Network of the address, /24 or /48.", aliases: ["ip_address"])

    /// The clinic in whose care something happened; every type of the catalogue has it.
    static let clinic = AttributeSchema.id("clinic_id", "Clinic where it happened.")
}
