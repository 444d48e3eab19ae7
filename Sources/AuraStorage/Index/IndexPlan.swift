public import AuraCore

/// What the index takes from events, and how much memory it may use.
///
/// A change of anything but the memory makes another index: it must be built anew from the events.
public struct IndexPlan: Hashable, Sendable {
    /// When an event of a type is an error.
    public enum ErrorRule: Hashable, Sendable {
        /// Every event of the type is one.
        case always
        /// An event is one whose attribute has that value, type included.
        case when(attribute: String, equals: AttributeValue)
    }

    /// The types whose events can be errors; those of no other type are.
    public var errors: [ExactText: ErrorRule] = [:]
    /// The attribute that is the value of a type's events; a number, of type int64 or float64.
    public var values: [ExactText: String] = [:]
    /// The attribute that is the value of all other types.
    public var otherValue: String?
    /// The attribute that tells the user of an event, whatever its type.
    public var user: String?
    /// Attributes by whose values series are kept as well, beside those by type.
    public var dimensions: [String] = []
    /// How far beyond its time of arrival an event may lie and still tell what time it is, in µs.
    ///
    /// Later events are counted in their buckets as all are, up to `Limits.futureTolerance` ahead.
    public var futureAllowance: Int64 = 300_000_000
    /// Bytes that cells and sketches may take.
    public var memoryLimit = 96 << 20

    /// Nothing is an error, has a value or a user.
    public init() {}

    /// Dimensions that a plan may have: each event is counted twice more for each.
    public static let maximumDimensions = 8
    /// Types that may have series of their own; the events of others count as `SeriesKey.other`.
    public static let maximumTypes = 4_096
    /// Series of one dimension; what is beyond counts under the value `SeriesKey.other`.
    public static let maximumSeriesOfDimension = 4_096

    /// What follows from the catalogue.
    ///
    /// Errors are all events of `api.error`, and events of types that have a `success` where it is
    /// false. The value is how long something took, where a type has such an attribute, and
    /// `duration_ms` of all other types. The user is `user_id`.
    public static let standard: IndexPlan = {
        var plan = IndexPlan()
        let durations = [
            "response_time_ms", "processing_time_ms", "duration_seconds", "duration_minutes",
            "session_duration_seconds", "session_duration_minutes", "generation_time_seconds",
            "completion_time_minutes",
        ]
        for schema in Catalogue.all {
            let type = ExactText(schema.type)
            if schema.attribute("success") != nil {
                plan.errors[type] = .when(attribute: "success", equals: .bool(false))
            }
            plan.values[type] = durations.first { schema.attribute($0)?.name == $0 }
        }
        plan.errors[ExactText(APIError.schema.type)] = .always
        plan.otherValue = "duration_ms"
        plan.user = "user_id"
        return plan
    }()

    /// The attribute that is the value of a type's events.
    package func value(of type: ExactText?) -> String? {
        type.flatMap { values[$0] } ?? otherValue
    }

    /// Whether it says something of that type.
    func knows(_ type: ExactText) -> Bool { errors[type] != nil || values[type] != nil }

    /// A hash of all that decides what the index holds.
    var fingerprint: UInt64 {
        var text: [UInt8] = []
        for (type, rule) in errors.sorted(by: { $0.key < $1.key }) {
            text.append(string: type.text)
            if case .when(let attribute, let value) = rule {
                text.append(string: attribute)
                text.append(value.type.rawValue)
                text.append(string: value.description)
            }
            text.append(0xFF)
        }
        for (type, attribute) in values.sorted(by: { $0.key < $1.key }) {
            text.append(string: type.text)
            text.append(string: attribute)
        }
        for name in [otherValue ?? "", user ?? ""] + dimensions { text.append(string: name) }
        text.append(little: futureAllowance)
        return Checksum.hash64(text.rawSpan)
    }
}
