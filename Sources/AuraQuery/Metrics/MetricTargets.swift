import AuraCore
import AuraStorage

/// The series that one row of an answer adds up.
struct MetricTarget: Sendable {
    var type: String?
    /// Those that events and users are counted of.
    var series: [UInt32]
    /// Those that values are taken of.
    var valueSeries: [UInt32]
}

/// The rows that a question asks for in each bucket, and whether their series are whole.
struct MetricTargets {
    private(set) var targets: [MetricTarget] = []
    private(set) var isShared = false

    init(_ query: MetricQuery, _ state: IndexState) throws(QueryError) {
        var dimension: Int?
        if let wanted = query.dimension {
            dimension = state.plan.dimensions.firstIndex {
                ExactText($0) == ExactText(wanted.attribute)
            }
            guard dimension != nil else { throw .unknownDimension(wanted.attribute) }
        }
        let value = query.dimension.map { SeriesKey.Part.named($0.value.canonical) }
        func key(_ type: SeriesKey.Part<ExactText>?) -> SeriesKey {
            SeriesKey(type: type, dimension: dimension, value: value)
        }
        let types = Set(query.types.map(ExactText.init)).sorted()
        if query.isByType, types.isEmpty {
            targets = state.series.types(dimension: dimension, value: value).map {
                MetricTarget(type: $0.name, series: [$0.number], valueSeries: [$0.number])
            }
        } else if query.isByType {
            for type in types {
                guard let number = find(key(.named(type)), state) else { continue }
                targets.append(
                    MetricTarget(type: type.text, series: [number], valueSeries: [number]))
            }
        } else if types.isEmpty {
            let numbers = state.series.types(dimension: dimension, value: value).map(\.number)
            let total = find(key(nil), state).map { [$0] } ?? []
            targets = [MetricTarget(series: total, valueSeries: numbers)]
        } else {
            let numbers = types.compactMap { find(key(.named($0)), state) }
            targets = [MetricTarget(series: numbers, valueSeries: numbers)]
        }
    }

    /// The series of a key; without one there are no such events, unless they share a series.
    private mutating func find(_ key: SeriesKey, _ state: IndexState) -> UInt32? {
        if let number = state.series.number(key) { return number }
        let isShared =
            key.dimension.map { state.series.hasOtherValues[$0] } ?? state.series.hasOtherTypes
        self.isShared = self.isShared || isShared
        return nil
    }
}
