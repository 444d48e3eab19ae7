/// One immutable fact: something of a type happened at a time.
public struct Event: Hashable, Sendable {
    /// `appointment.created`, or any UTF-8 of 1…128 bytes.
    public var type: String
    /// When it happened, by the sender's account.
    public var time: Timestamp
    /// The sender's own id of the event, if it has one.
    public var id: EventID?
    /// At most one of each name and type.
    public var attributes: [Attribute]

    /// An event of these parts.
    public init(
        type: String, time: Timestamp, id: EventID? = nil, attributes: [Attribute] = []
    ) {
        self.type = type
        self.time = time
        self.id = id
        self.attributes = attributes
    }

    /// The value of the first attribute of that name.
    public subscript(name: String) -> AttributeValue? {
        attributes.first { ExactText($0.name) == ExactText(name) }?.value
    }
}

/// A sender's id of an event: a UUID, or any text.
public enum EventID: Hashable, Sendable {
    case uuid(UUIDBytes)
    case text(String)

    /// The id of that text; a canonical UUID is kept as 16 bytes.
    public init(_ text: String) {
        if let uuid = UUIDBytes(canonical: text) {
            self = .uuid(uuid)
        } else {
            self = .text(text)
        }
    }

    /// The id as the value of the reserved attribute `$id`.
    public var value: AttributeValue {
        switch self {
        case .uuid(let uuid): .uuid(uuid)
        case .text(let text): .string(text)
        }
    }
}

/// Attribute names that Aura itself gives a meaning; an event's own names may not begin with `$`.
public enum ReservedName {
    /// The event's id: a column of UUIDs and/or one of strings.
    public static let id = "$id"
    /// What exceeded the cap of attributes per type, as one JSON object.
    public static let residual = "$residual"

    /// Whether a column may have that name and type: any if the name does not begin with `$`.
    static func permits(_ name: String, _ type: AttributeType) -> Bool {
        guard name.utf8.first == UInt8(ascii: "$") else { return true }
        return switch name {
        case id: type == .uuid || type == .string
        case residual: type == .string
        default: false
        }
    }
}

/// What makes an event impossible to take; the event is refused, nothing else is.
public enum EventError: Error, Hashable, Sendable {
    /// A type or attribute name that is empty or over `Limits.nameBytes`.
    case badName(String)
    /// An attribute name that begins with `$` and is not Aura's, or has not Aura's type.
    case reservedName(String)
    /// A time outside the years 1…9999, in the event or an attribute.
    case badTime(Int64)
    /// A time further in the future than `Limits.futureTolerance`.
    case timeTooFar(Int64)
    /// A string value of more than `Limits.stringBytes`.
    case stringTooLong(attribute: String, size: Int)
    /// The event alone does not fit a batch.
    case eventTooLarge(size: Int)
    /// As many attributes as no batch has columns for.
    case tooManyAttributes(Int)
}

extension EventError: CustomStringConvertible {
    /// What is wrong and how to mend it.
    public var description: String {
        switch self {
        case .badName(let name):
            "name '\(name.prefix(40))' has \(name.utf8.count) bytes; a name has 1 to "
                + "\(Limits.nameBytes)"
        case .reservedName(let name):
            "attribute '\(name.prefix(40))' begins with '$', which is reserved; rename it"
        case .badTime(let time):
            "time \(time) µs lies outside the years 1 to 9999; check its unit"
        case .timeTooFar(let time):
            "time \(Timestamp(microseconds: time)) lies too far in the future; check the clock, the "
                + "unit and the zone"
        case .stringTooLong(let attribute, let size):
            "attribute '\(attribute)' has \(size) bytes; at most \(Limits.stringBytes) fit"
        case .eventTooLarge(let size):
            "the event takes \(size) bytes; at most \(Limits.batchBytes) fit a batch"
        case .tooManyAttributes(let count):
            "the event has \(count) attributes; fewer than \(Limits.batchColumns) fit a batch"
        }
    }
}
