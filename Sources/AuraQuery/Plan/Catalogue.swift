import AuraCore
import AuraStorage

/// What can be asked of a snapshot: its event types and their attributes.
struct Catalogue: Sendable {
    typealias Attributes = [ExactText: Set<AttributeType>]

    /// The attributes of each event type, with the types of their values.
    private var eventTypes: [ExactText: Attributes] = [:]
    /// Those of all types together.
    private var all: Attributes = [:]

    /// Nothing.
    init() {}

    /// Reads it from a snapshot.
    init(of snapshot: Snapshot) throws(StorageError) {
        try snapshot.forEachPart { part throws(StorageError) in
            try add(part)
            return true
        }
    }

    /// Takes what a part of a snapshot has.
    mutating func add(_ part: SnapshotPart) throws(StorageError) {
        for shape in try part.shapes() {
            var attributes = eventTypes[shape.type] ?? [:]
            var isNew = eventTypes[shape.type] == nil
            for key in shape.columns
            where attributes[key.name, default: []].insert(key.type).inserted {
                isNew = true
                all[key.name, default: []].insert(key.type)
            }
            if isNew { eventTypes[shape.type] = attributes }
        }
    }

    /// Names of the event types, ascending.
    var typeNames: [String] { eventTypes.keys.sorted().map(\.text) }

    /// The fields of events, of one type or of all: time, type, sequence, then the attributes by name.
    func fields(of eventType: String? = nil) -> [(field: Scan.Field, column: Plan.Column)] {
        let attributes = eventType.map { eventTypes[ExactText($0)] ?? [:] } ?? all
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
