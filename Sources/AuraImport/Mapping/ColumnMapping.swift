public import AuraCore

/// Which column or member of a row is what of an event: the value of `--map`.
///
/// A row gives one event for each mapping whose conditions it meets. The text form is a list of
/// items separated by commas:
///
/// | item | meaning |
/// |---|---|
/// | `type=SOURCE`, `type=SOURCE:snake` | the event type; `snake` makes `ER Triage` `er_triage` |
/// | `time=SOURCE`, `time=SOURCE:timestamp:FORMAT` | the time; FORMAT as `TimeFormat` has it |
/// | `id=SOURCE` | the sender's id of the event |
/// | `NAME=SOURCE`, `NAME=SOURCE:TYPE` | an attribute; TYPE is one of `AttributeType` |
/// | `NAME=SOURCE:timestamp:FORMAT` | an attribute that is a time |
/// | `when=COLUMN=VALUE` | only rows that hold this text there; several must all hold |
/// | `*` | all other columns as attributes under their own names |
///
/// SOURCE is a column (of JSON: a member, `properties.device` for a nested one) or, in single
/// quotes, a constant. Names and columns that hold one of `,:="'` stand in double quotes; a quote
/// inside quotes is doubled; FORMAT and VALUE reach to the next comma and may be quoted as well:
///
///     type="concept:name",time="time:timestamp",subject=case:string,*
///     type='appointment.completed',time=Day:timestamp:%d.%m.%Y@Europe/Berlin,when=No-show=No,*
///
/// Where `type`, `time` or `id` is not given and no other item names these columns, the type is
/// taken from the column `type`, the time from the first there is of `time`, `timestamp` and `ts`,
/// the id from `id`. Without any mapping the one is used that consists of `*`. A column is left out
/// of `*` if an item has it as source or its name for an attribute.
///
/// An attribute without a type takes the schema's, else the one its values show: JSON's own; of a
/// CSV column the one that its first rows share (`CSVLayout`). A value that is not of the type goes
/// into a column of its own type beside it; integers beyond 64 bits, which a float would round,
/// become text. Text that is a canonical UUID becomes a uuid. Attributes named `ip`, `ip_address`
/// or `…_ip` become ip prefixes.
public struct ColumnMapping: Hashable, Sendable {
    /// Where a value comes from.
    enum Source: Hashable, Sendable {
        case column(String)
        case constant(String)
        /// The first of these columns that a row has; the others are attributes to `*`.
        case firstOf([String])
    }

    /// An attribute that is named.
    struct Item: Hashable, Sendable {
        let name: String
        let source: Source
        let type: AttributeType?
        let format: TimeFormat
    }

    /// Text that a column must hold.
    struct Condition: Hashable, Sendable {
        let column: String
        let value: String
    }

    var type = Source.firstOf(["type"])
    var typeIsSnake = false
    var time = Source.firstOf(["time", "timestamp", "ts"])
    var timeFormat = TimeFormat.automatic
    var id = Source.firstOf(["id"])
    var attributes: [Item] = []
    var takesRest = false
    var conditions: [Condition] = []

    private static let conditionLimit = 8

    /// `*`: all by the default names.
    public init() {
        takesRest = true
    }

    /// Reads the text form.
    ///
    /// - Parameter zoneNamed: The rules of a time zone by its IANA name, or nil if there is none.
    /// - Throws: `MappingError` with what is wrong and where.
    public init(
        _ text: String, zoneNamed: (String) -> TimeZoneRules? = { _ in nil }
    ) throws(MappingError) {
        var parser = MappingParser(text)
        var named: Set<ExactText> = []
        repeat {
            let item = try parser.item()
            guard item.name == "when" || named.insert(ExactText(item.name)).inserted else {
                throw MappingError("'\(item.name)' is given twice")
            }
            try add(item, zoneNamed)
        } while parser.takeComma()
        try parser.expectEnd()
        dropDefaults()
    }

    private mutating func add(
        _ item: MappingParser.Item, _ zoneNamed: (String) -> TimeZoneRules?
    ) throws(MappingError) {
        switch item.name {
        case "*":
            takesRest = true
        case "when":
            guard case .column(let column) = item.source, let value = item.value else {
                throw MappingError("'when' needs COLUMN=VALUE")
            }
            guard conditions.count < ColumnMapping.conditionLimit else {
                throw MappingError("at most \(ColumnMapping.conditionLimit) times 'when'")
            }
            conditions.append(Condition(column: column, value: value))
        case "type":
            guard item.type == nil || item.type == "snake", item.format == nil else {
                throw MappingError("'type' takes no ':\(item.type ?? "")' but 'snake'")
            }
            type = item.source
            typeIsSnake = item.type != nil
        case "time":
            guard item.type == nil || item.type == "timestamp" else {
                throw MappingError("'time' has the type timestamp, not '\(item.type ?? "")'")
            }
            time = item.source
            timeFormat = try TimeFormat(item.format ?? "auto", zoneNamed: zoneNamed)
        case "id":
            guard item.type == nil, item.format == nil else {
                throw MappingError("'id' takes no type")
            }
            id = item.source
        default:
            attributes.append(try attribute(item, zoneNamed))
        }
    }

    private func attribute(
        _ item: MappingParser.Item, _ zoneNamed: (String) -> TimeZoneRules?
    ) throws(MappingError) -> Item {
        let type = item.type.flatMap { AttributeType(name: $0) }
        if let name = item.type, type == nil {
            let names = AttributeType.allCases.map(\.name).joined(separator: ", ")
            throw MappingError("'\(item.name)': type '\(name)' is none of \(names)")
        }
        guard item.format == nil || type == .timestamp else {
            throw MappingError("'\(item.name)': only the type timestamp takes a format")
        }
        guard (1...Limits.nameBytes).contains(item.name.utf8.count), item.name.first != "$" else {
            throw MappingError(
                "'\(item.name)' cannot name an attribute: 1 to \(Limits.nameBytes) bytes, no '$' "
                    + "in front")
        }
        return Item(
            name: item.name, source: item.source, type: type,
            format: try TimeFormat(item.format ?? "auto", zoneNamed: zoneNamed))
    }

    /// A column that an item names is no default any more.
    private mutating func dropDefaults() {
        var used = Set(conditions.map(\.column))
        for source in attributes.map(\.source) + [type, time, id] {
            if case .column(let column) = source { used.insert(column) }
        }
        for field in [\ColumnMapping.type, \.time, \.id] {
            guard case .firstOf(let columns) = self[keyPath: field] else { continue }
            self[keyPath: field] = .firstOf(columns.filter { !used.contains($0) })
        }
    }
}

/// A mapping or time format that cannot be used.
public struct MappingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and how to mend it.
    public let description: String

    init(_ description: String) { self.description = description }
}
