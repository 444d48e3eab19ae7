/// Keeps the number of attributes per event type bounded, event by event.
///
/// The first names of a type get columns of their own, up to the limit; values under any later name
/// move into `$residual`. A client applies it to what it records, after the privacy rules; a server
/// counts for itself (`SchemaRegistry`), since it has many clients.
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
        return isOver ? event.movingToResidual { names[type].code(of: $0) == nil } : event
    }

    /// Whether the name is among the first of the type, where it is added if there is room.
    private mutating func admit(_ name: String, to type: Int) -> Bool {
        if names[type].intern(name) < limit { return true }
        names[type].truncate(to: limit)
        return false
    }
}
