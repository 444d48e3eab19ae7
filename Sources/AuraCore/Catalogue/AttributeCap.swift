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
    /// Names by their bytes: `String` holds é and e with an accent for equal, columns do not.
    private var admitted: [[UInt8]: Set<[UInt8]>] = [:]

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
        let type = Array(event.type.utf8)
        var names = admitted[type] ?? []
        let known = names.count
        var isOver = false
        for attribute in event.attributes where attribute.name != ReservedName.residual {
            let name = Array(attribute.name.utf8)
            if names.contains(name) { continue }
            if names.count < limit { names.insert(name) } else { isOver = true }
        }
        if names.count > known, known > 0 || admitted.count < typeLimit { admitted[type] = names }
        return isOver ? move(event, beyond: names) : event
    }

    private func move(_ event: Event, beyond names: Set<[UInt8]>) -> Event {
        var kept = event
        kept.attributes = []
        // Keys and values as JSON writes them.
        var values: [[UInt8]: [String]] = [:]
        for attribute in event.attributes {
            if names.contains(Array(attribute.name.utf8)) {
                kept.attributes.append(attribute)
            } else if attribute.name == ReservedName.residual,
                case .string(let text) = attribute.value,
                let members = JSONText.members(of: text)
            {
                for (key, value) in members { values[Array(key.utf8), default: []].append(value) }
            } else {
                let key = Array(JSONText.quoted(attribute.name).utf8)
                values[key, default: []].append(JSONText.encoded(attribute.value))
            }
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
