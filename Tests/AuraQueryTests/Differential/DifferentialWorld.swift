import AuraCore
import AuraTesting

@testable import AuraQuery

/// Random events that questions are about, and what the tables of them look like.
///
/// A seed fixes which attributes there are, how dense they are and how often values repeat.
struct DifferentialWorld: Sendable {
    let seed: UInt64
    /// In the order in which they arrive: the first has the sequence number 1.
    let events: [Event]
    /// The session's time zone, by its name.
    let zoneName: String
    /// Whether floats may be infinite or no number.
    let hasOddFloats: Bool
    let tables: [Table]

    /// A table: all events, or those of one type.
    struct Table: Sendable {
        let name: String
        let columns: [Plan.Column]
        let rows: [[Value]]
    }

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        zoneName =
            random.chance(60)
            ? "UTC" : random.element(of: ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
        hasOddFloats = random.chance(20)
        var source = EventSource(&random, hasOddFloats: hasOddFloats)
        let count = random.element(of: [0, 1, 7, 30, 60, 90, 120, 150, 220])
        let events = (0..<count).map { source.event($0) }
        self.events = events
        let types = Set(events.map { ExactText($0.type) }).sorted().map(\.text)
        tables = ([nil] + types).map { Table(of: events, type: $0) }
    }

    /// What queries about it are asked under.
    var settings: QuerySettings {
        var settings = QuerySettings(now: Timestamp(microseconds: 1_711_900_000_000_000))
        let zones = { @Sendable (name: String) in
            SystemZone.tzif(name).flatMap { try? TimeZoneRules(tzif: $0.rawSpan) }
        }
        settings.zone = zones(zoneName) ?? .utc
        settings.zoneNamed = zones
        return settings
    }
}

extension DifferentialWorld.Table {
    /// - Parameter type: Only of this type; nil means all.
    init(of events: [Event], type: String?) {
        let numbered = events.enumerated().filter { type == nil || $0.element.type == type }
        var types: [ExactText: Set<AttributeType>] = [:]
        for (_, event) in numbered {
            for attribute in event.attributes {
                types[ExactText(attribute.name), default: []].insert(attribute.value.type)
            }
        }
        let names = types.keys.sorted()
        name = type ?? "events"
        columns =
            [
                Plan.Column(name: "time", type: .instant),
                Plan.Column(name: "type", type: .text),
                Plan.Column(name: "sequence", type: .int64),
            ] + names.map { Plan.Column(name: $0.text, type: ValueType(of: types[$0] ?? [])) }
        let attributes = columns.dropFirst(3)
        rows = numbered.map { index, event in
            [
                .instant(event.time.microseconds), .text(event.type), .int64(Int64(index) + 1),
            ] + attributes.map { Value(event[$0.name], as: $0.type) }
        }
    }
}

extension Value {
    /// An attribute's value as one of a column's type.
    init(_ attribute: AttributeValue?, as type: ValueType) {
        switch attribute {
        case nil: self = .null
        case .bool(let value): self = type == .text ? .text(String(value)) : .bool(value)
        case .int64(let value):
            switch type {
            case .float64: self = .float64(Double(value))
            case .text: self = .text(String(value))
            default: self = .int64(value)
            }
        case .float64(let value): self = .float64(value)
        case .string(let value): self = .text(value)
        case .timestamp(let value): self = .instant(value.microseconds)
        case .uuid(let value): self = .uuid(value)
        case .ipPrefix(let value): self = .text(value.description)
        }
    }
}

/// Draws the events of a world.
private struct EventSource {
    private var random: SeededRandom
    private let types: [String]
    private let attributes: [Drawn]
    private let timeStep: Int64
    private let hasOddFloats: Bool

    /// One attribute: in which types it occurs, and how often there.
    private struct Drawn {
        let name: String
        let types: Set<String>
        let percent: Int
    }

    static let names = [
        "user_id", "amount", "big value", "rate", "odd", "mixed", "done", "status", "note",
        "päth.x", "session", "due", "select",
    ]

    init(_ random: inout SeededRandom, hasOddFloats: Bool) {
        let all = ["appointment.created", "appointment.cancelled", "user login", "αβ"]
        let types = Array(all.prefix(1 + random.below(4)))
        self.types = types
        self.hasOddFloats = hasOddFloats
        attributes = Self.names.map { name in
            let isEverywhere = random.chance(60)
            let owners = types.filter { _ in isEverywhere || random.chance(50) }
            return Drawn(
                name: name, types: Set(owners), percent: random.element(of: [100, 90, 60, 15]))
        }
        timeStep = random.element(of: [1, 1_000_000, 900_000_000, 3_600_000_000, 86_400_000_000])
        self.random = random.fork()
    }

    mutating func event(_ number: Int) -> Event {
        // Skewed: the first type has most events.
        let type = random.chance(40) ? types[0] : random.element(of: types)
        var event = Event(type: type, time: time(number))
        for attribute in attributes where attribute.types.contains(type) {
            guard random.chance(attribute.percent) else { continue }
            event.attributes.append(Attribute(attribute.name, value(attribute.name, type)))
        }
        return event
    }

    /// About the night in which Europe's clocks go forward, with ties; some events are years late: of
    /// whole ms, as DuckDB's differences of such times leave out what is less.
    private mutating func time(_ number: Int) -> Timestamp {
        let start: Int64 = 1_711_836_000_000_000
        if random.chance(3) {
            return Timestamp(microseconds: Int64(random.below(2_000)) * 1_000 - 1_000_000)
        }
        let steps = Int64(number / 3) + Int64(random.below(20)) - 40
        return Timestamp(microseconds: start + timeStep * steps)
    }

    private mutating func value(_ name: String, _ type: String) -> AttributeValue {
        switch name {
        case "user_id": return .int64(Int64(random.chance(30) ? 3 : random.below(12)))
        case "amount": return .int64(Int64(random.below(201)) - 100)
        case "big value":
            return .int64(
                random.element(of: [.max, .min, 0, -1, 1 << 40, .max - 1, 4_294_967_296]))
        case "rate": return .float64(Double(random.below(161) - 80) / 4)
        case "odd":
            guard hasOddFloats else { return .float64(Double(random.below(9)) / 2) }
            return .float64(random.element(of: [.nan, .infinity, -.infinity, -0.0, 0, 1.5, -2]))
        case "mixed":
            return type == types[0]
                ? .int64(Int64(random.below(9)) - 4) : .float64(Double(random.below(17)) / 4)
        case "done": return .bool(random.chance(70))
        case "status": return .string(random.element(of: ["ok", "ok", "failed", "late", "", "OK"]))
        case "note": return .string(note())
        case "päth.x": return .string(random.element(of: ["straße", "名前", "e\u{301}", "é", "😀!"]))
        case "session":
            return .uuid(
                UUIDBytes(high: UInt64(random.below(3)) << 62, low: UInt64(random.below(4))))
        case "due":
            let hours = Int64(random.below(2_000)) - 1_000
            return .timestamp(
                Timestamp(microseconds: 1_711_846_800_000_000 + hours * 3_600_000_000))
        default: return .int64(Int64(random.below(5)) - 2)
        }
    }

    /// Mostly unlike all others; now and then something that reads as a number or as a pattern.
    private mutating func note() -> String {
        switch random.below(8) {
        case 0: random.element(of: ["12", " 7 ", "-3", "1e3", "x'y", "50%", "a_b", "", "true"])
        case 1: random.element(of: ["ÄÖ ü", "名 前 名", "a b c", "Tab\tbed", "\"q\""])
        default: "note \(random.below(10_000)) \(random.element(of: ["a", "b", "ß"]))"
        }
    }
}
