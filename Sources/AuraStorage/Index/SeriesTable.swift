package import AuraCore

/// What a series counts: events of a type or of all, with one value of a dimension or any.
package struct SeriesKey: Hashable, Sendable {
    /// One of many, or all that found no place among them.
    package enum Part<Name: Hashable & Sendable>: Hashable, Sendable {
        case named(Name)
        case other
    }

    /// nil for all types.
    package var type: Part<ExactText>?
    /// The index of the dimension in the plan; nil for all events.
    package var dimension: Int?
    /// The value of that dimension.
    package var value: Part<AttributeValue>?

    package init(
        type: Part<ExactText>? = nil, dimension: Int? = nil, value: Part<AttributeValue>? = nil
    ) {
        self.type = type
        self.dimension = dimension
        self.value = value
    }

    /// The name under which answers show what found no place.
    package static let other = "__other__"
    package static let total = SeriesKey()
}

/// The series there are, by number: those by type, the total among them, and those by dimension.
package struct SeriesTable: Sendable {
    /// When a series was last seen.
    package struct Sight: Hashable, Sendable {
        /// Greatest event time that was plausible when it came, µs.
        package var event = Int64.min
        /// Time of arrival of the last event, µs.
        package var arrival = Int64.min
    }

    /// What the plan says of the events of a series of a type.
    struct Profile: Sendable {
        var error: IndexPlan.ErrorRule?
        /// The index of the value's attribute among `valueNames`.
        var value: Int?
    }

    package private(set) var keys: [SeriesKey] = []
    private(set) var profiles: [Profile] = []
    /// Types whose events can be errors.
    package private(set) var errorTypes: [ExactText] = []
    /// The attributes that are the value of some type, ascending.
    let valueNames: [String]
    private let plan: IndexPlan
    /// When each series was last seen.
    package private(set) var sights: [Sight] = []
    private var numbers: [SeriesKey: UInt32] = [:]
    /// Series of types by the hash of their name, for looking up without a `String`.
    private var typeHints: [UInt64: UInt32] = [:]
    private var typeCount = 0
    private var seriesOfDimension: [Int]
    /// Whether events found no place among the types, or in a dimension.
    package private(set) var hasOtherTypes = false
    package private(set) var hasOtherValues: [Bool]

    /// The number of the total.
    package static let total: UInt32 = 0

    /// The most series there can be.
    static func maximumCount(_ plan: IndexPlan) -> Int {
        let types = IndexPlan.maximumTypes + plan.errors.count + plan.values.count + 2
        return types + plan.dimensions.count * (IndexPlan.maximumSeriesOfDimension + types)
    }

    init(_ plan: IndexPlan) {
        self.plan = plan
        let names = Set(
            (plan.values.values + [plan.otherValue].compactMap(\.self)).map(ExactText.init))
        valueNames = names.sorted().map(\.text)
        seriesOfDimension = Array(repeating: 0, count: plan.dimensions.count)
        hasOtherValues = Array(repeating: false, count: plan.dimensions.count)
        _ = add(.total)
    }

    /// The number of a series, if it exists.
    package func number(_ key: SeriesKey) -> UInt32? { numbers[key] }

    /// The series of all types, ascending by name, or those of a value of a dimension.
    package func types(
        dimension: Int? = nil, value: SeriesKey.Part<AttributeValue>? = nil
    ) -> [(name: String, number: UInt32)] {
        let named = keys.indices.compactMap { number -> (name: ExactText, number: UInt32)? in
            let key = keys[number]
            guard key.dimension == dimension, key.value == value else { return nil }
            switch key.type {
            case nil: return nil
            case .named(let name): return (name, UInt32(number))
            case .other: return (ExactText(SeriesKey.other), UInt32(number))
            }
        }
        return named.sorted { $0.name < $1.name }.map { ($0.name.text, $0.number) }
    }

    /// The series of types whose events are counted.
    package func numbers(ofTypes names: [String]) -> [UInt32] {
        names.map { name in
            let name = ExactText(name)
            return numbers[SeriesKey(type: .named(name))] ?? numbers[SeriesKey(type: .other)]
                ?? SeriesTable.total
        }
    }

    /// The attribute that is the value of a series of a type; nil if it has none.
    package func valueName(of number: UInt32) -> String? {
        guard let type = keys[Int(number)].type else { return nil }
        if case .named(let name) = type { return plan.value(of: name) }
        return plan.otherValue
    }

    /// The series of a type of a batch, which is made where it is missing.
    mutating func number(ofType code: Int, in batch: EventBatch) -> UInt32 {
        let name = batch.layout.strings.bytes(of: batch.layout.types[code].name, in: batch.bytes)
        let hash = Checksum.hash64(name)
        if let number = typeHints[hash], case .named(let known)? = keys[Int(number)].type,
            unsafe known.text.utf8.span.bytes.isEqual(name)
        {
            return number
        }
        let number = number(ofType: name.text)
        if case .named? = keys[Int(number)].type { typeHints[hash] = number }
        return number
    }

    /// The series of a type, which is made where it is missing.
    mutating func number(ofType name: String) -> UInt32 {
        let type = ExactText(name)
        let key = SeriesKey(type: .named(type))
        return numbers[key] ?? addType(key, isPlanned: plan.knows(type))
    }

    private mutating func addType(_ key: SeriesKey, isPlanned: Bool) -> UInt32 {
        guard typeCount >= IndexPlan.maximumTypes, !isPlanned else {
            typeCount += 1
            return add(key)
        }
        hasOtherTypes = true
        let other = SeriesKey(type: .other)
        return numbers[other] ?? add(other)
    }

    /// The series of a value of a dimension, of a type that has a series, or of all types.
    mutating func number(_ dimension: Int, _ value: AttributeValue, ofType type: UInt32) -> UInt32 {
        let type = keys[Int(type)].type
        let key = SeriesKey(type: type, dimension: dimension, value: .named(value))
        if let number = numbers[key] { return number }
        guard seriesOfDimension[dimension] >= IndexPlan.maximumSeriesOfDimension else {
            seriesOfDimension[dimension] += 1
            return add(key)
        }
        hasOtherValues[dimension] = true
        let other = SeriesKey(type: type, dimension: dimension, value: .other)
        return numbers[other] ?? add(other)
    }

    private mutating func add(_ key: SeriesKey) -> UInt32 {
        let number = UInt32(keys.count)
        keys.append(key)
        sights.append(Sight())
        let profile = profile(of: key)
        profiles.append(profile)
        if profile.error != nil, case .named(let name) = key.type { errorTypes.append(name) }
        numbers[key] = number
        return number
    }

    private func profile(of key: SeriesKey) -> Profile {
        guard let type = key.type, key.dimension == nil else { return Profile() }
        var name: ExactText?
        if case .named(let text) = type { name = text }
        let value = plan.value(of: name).map(ExactText.init)
        return Profile(
            error: name.flatMap { plan.errors[$0] },
            value: value.flatMap { value in valueNames.firstIndex { ExactText($0) == value } })
    }

    /// Notes that a series was seen.
    @inline(__always)
    mutating func see(_ number: UInt32, event: Int64, arrival: Int64) {
        let sight = sights[Int(number)]
        sights[Int(number)] = Sight(
            event: max(sight.event, event), arrival: max(sight.arrival, arrival))
    }

    /// Takes a series that was read back; false if there is one like it.
    mutating func restore(_ key: SeriesKey, _ sight: Sight) -> Bool {
        if numbers[key] != nil {
            guard key == .total, sights[0] == Sight() else { return false }
            sights[0] = sight
            return true
        }
        if let dimension = key.dimension {
            if key.value == .other { hasOtherValues[dimension] = true }
            if key.value != .other { seriesOfDimension[dimension] += 1 }
        } else if key.type == .other {
            hasOtherTypes = true
        } else {
            typeCount += 1
        }
        sights[Int(add(key))] = sight
        return true
    }
}
