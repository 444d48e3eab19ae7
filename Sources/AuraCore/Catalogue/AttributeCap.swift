/// Keeps the number of attributes per event type bounded.
///
/// The first names of a type get columns of their own, up to the limit; values under any later name
/// move into one string, the attribute `$residual`: a JSON object with its keys sorted, so that the
/// same events in the same order always give the same bytes. Client and server use the same value;
/// apply it after the privacy rules.
public struct AttributeCap: Sendable {
    /// Names that one type may have as columns.
    public let limit: Int
    /// Types whose names are remembered; of further types each event is capped by itself.
    public let typeLimit: Int
    /// Types and names by their bytes: `String` holds é and e with an accent for equal, columns do
    /// not.
    private var types = StringInterner()
    /// The names of each type, by the code of the type.
    private var names: [StringInterner] = []

    /// A cap that has seen no event.
    public init(limit: Int = Limits.attributesPerType, typeLimit: Int = Limits.batchTypes) {
        self.limit = limit
        self.typeLimit = typeLimit
    }

    /// The event with all attributes beyond the cap moved into `$residual`.
    ///
    /// What an event's `$residual` holds already stays there; of two values for one key, and of two
    /// attributes of one name and different types, a list is made.
    public mutating func apply(to event: Event) -> Event {
        let type = types.intern(event.type)
        if type == names.count { names.append(StringInterner()) }
        defer {
            if type == typeLimit {
                types.truncate(to: typeLimit)
                names.removeLast()
            }
        }
        var isOver = false
        for attribute in event.attributes where attribute.name != ReservedName.residual {
            if !admit(attribute.name, to: type) { isOver = true }
        }
        return isOver ? move(event, type) : event
    }

    /// Whether the name is among the first of the type, where it is added if there is room.
    private mutating func admit(_ name: String, to type: Int) -> Bool {
        if names[type].intern(name) < limit { return true }
        names[type].truncate(to: limit)
        return false
    }

    private mutating func move(_ event: Event, _ type: Int) -> Event {
        var kept = event
        kept.attributes = []
        // Keys and values as JSON writes them.
        var values: [[UInt8]: [String]] = [:]
        for attribute in event.attributes {
            if attribute.name == ReservedName.residual {
                if case .string(let text) = attribute.value,
                    let members = JSONText.members(of: text)
                {
                    for (key, value) in members {
                        values[Array(key.utf8), default: []].append(value)
                    }
                    continue
                }
            } else if admit(attribute.name, to: type) {
                kept.attributes.append(attribute)
                continue
            }
            let key = Array(JSONText.quoted(attribute.name).utf8)
            values[key, default: []].append(JSONText.encoded(attribute.value))
        }
        let members = values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map {
            key, values in
            String(decoding: key, as: UTF8.self) + ":"
                + (values.count == 1 ? values[0] : "[" + values.joined(separator: ",") + "]")
        }
        kept.attributes.append(
            Attribute(ReservedName.residual, .string("{" + members.joined(separator: ",") + "}")))
        return kept
    }
}
