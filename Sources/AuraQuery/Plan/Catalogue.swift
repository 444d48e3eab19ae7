import AuraCore
import AuraStorage

/// What can be asked of a snapshot: its event types and their attributes.
struct Catalogue: Sendable {
    /// The attributes of each event type, with the types of their values.
    private let eventTypes: [ExactText: [ExactText: Set<AttributeType>]]

    /// Reads it from a snapshot.
    init(of snapshot: Snapshot) throws(StorageError) {
        var eventTypes: [ExactText: [ExactText: Set<AttributeType>]] = [:]
        try snapshot.forEachPart { part throws(StorageError) in
            for shape in try part.shapes() {
                for key in shape.columns {
                    eventTypes[shape.type, default: [:]][key.name, default: []].insert(key.type)
                }
                if shape.columns.isEmpty, eventTypes[shape.type] == nil {
                    eventTypes[shape.type] = [:]
                }
            }
            return true
        }
        self.eventTypes = eventTypes
    }

    /// Names of the event types, ascending.
    var typeNames: [String] { eventTypes.keys.sorted().map(\.text) }

    /// The fields of events, of one type or of all: time, type, sequence, then the attributes by name.
    func fields(of eventType: String? = nil) -> [(field: Scan.Field, column: Plan.Column)] {
        var attributes: [ExactText: Set<AttributeType>] = [:]
        if let eventType {
            attributes = eventTypes[ExactText(eventType)] ?? [:]
        } else {
            for type in eventTypes.values { attributes.merge(type) { $0.union($1) } }
        }
        var fields: [(field: Scan.Field, column: Plan.Column)] = [
            (.time, Plan.Column(name: "time", type: .instant)),
            (.type, Plan.Column(name: "type", type: .text)),
            (.sequence, Plan.Column(name: "sequence", type: .int64)),
        ]
        for name in attributes.keys.sorted() {
            let column = Plan.Column(
                name: name.text, type: ValueType(of: attributes[name] ?? []))
            fields.append((.attribute(name.text), column))
        }
        return fields
    }

    /// The event type of a name: exactly so, else in another case; nil if there is none.
    func eventType(named name: String) -> String? {
        if eventTypes[ExactText(name)] != nil { return name }
        let lower = name.lowercased()
        return typeNames.first { $0.lowercased() == lower }
    }
}

extension ValueType {
    /// The type of an attribute whose values have some types: numbers together are DOUBLE, others
    /// VARCHAR.
    init(of types: Set<AttributeType>) {
        guard types.count == 1, let type = types.first else {
            let areNumbers = types.isSubset(of: [.int64, .float64])
            self = areNumbers ? .float64 : .text
            return
        }
        switch type {
        case .bool: self = .bool
        case .int64: self = .int64
        case .float64: self = .float64
        case .string, .ipPrefix: self = .text
        case .timestamp: self = .instant
        case .uuid: self = .uuid
        }
    }
}
