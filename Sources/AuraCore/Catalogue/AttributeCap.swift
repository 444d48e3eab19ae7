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
    private var admitted: [String: Set<String>] = [:]

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
        var names = admitted[event.type] ?? []
        let known = names.count
        var isOver = false
        for attribute in event.attributes where !names.contains(attribute.name) {
            if attribute.name == ReservedName.residual { continue }
            if names.count < limit { names.insert(attribute.name) } else { isOver = true }
        }
        if names.count > known, known > 0 || admitted.count < typeLimit {
            admitted[event.type] = names
        }
        return isOver ? move(event, beyond: names) : event
    }

    private func move(_ event: Event, beyond names: Set<String>) -> Event {
        var event = event
        // Keys and values as JSON writes them.
        var values: [String: [String]] = [:]
        let moved = event.attributes.filter { !names.contains($0.name) }
        event.attributes.removeAll { !names.contains($0.name) }
        for attribute in moved {
            if attribute.name == ReservedName.residual, case .string(let text) = attribute.value,
                let members = JSONText.members(of: text)
            {
                for (key, value) in members { values[key, default: []].append(value) }
            } else {
                values[JSONText.quoted(attribute.name), default: []].append(
                    JSONText.encoded(attribute.value))
            }
        }
        let members = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let text = members.map { key, values in
            key + ":" + (values.count == 1 ? values[0] : "[" + values.joined(separator: ",") + "]")
        }
        event.attributes.append(
            Attribute(ReservedName.residual, .string("{" + text.joined(separator: ",") + "}")))
        return event
    }
}
