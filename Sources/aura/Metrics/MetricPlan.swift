import AuraClient
import AuraCore
import AuraQuery
import AuraWire

/// What `aura metric` asks a server, and how the answer is laid out.
struct MetricPlan: Sendable {
    let names: [MetricName]
    /// The bucket of each row; nil for one row, or one a type.
    let bucket: CountDimension?
    private(set) var query = MetricQuery()
    /// The values that the text of `--where` may mean; empty without one.
    private(set) var readings: [AttributeValue] = []
    private var attribute = ""

    /// Figures that many would ask for first: those of values only where they are of one kind.
    private static func usual(isOfOneType: Bool) -> [MetricName] {
        [.count, .errorRate, .users]
            + (isOfOneType
                ? [0.5, 0.95, 0.99].map { .quantile($0, text: "p\(Int($0 * 100))") } : [])
    }

    /// The plan for what was typed.
    ///
    /// Without any times it is about the last 24 hours, in whole buckets.
    init(
        names: [String], types: [String], by: [String],
        times: (start: Timestamp?, end: Timestamp?), where condition: String?, isWidened: Bool,
        now: Timestamp
    ) throws {
        query.types = types
        var bucket: CountDimension?
        for text in by.flatMap({ $0.split(separator: ",") }).map(String.init) {
            switch CountDimension(text) {
            case .type: query.isByType = true
            case .bucket(let width, _) where bucket == nil:
                query.bucket = width
                bucket = CountDimension(text)
            case .bucket:
                throw CommandFailure(
                    .usage, "two widths of buckets in --by", hint: "give one of them")
            case .week, .month:
                throw CommandFailure(
                    .usage, "metrics are not kept by calendar \(text)",
                    hint: "use day or 7d, or 'aura count --by \(text)'")
            case .attribute(let name):
                throw CommandFailure(
                    .usage, "metrics are not grouped by '\(name)'",
                    hint: "use --where \(name)=VALUE for one value, or 'aura count --by \(name)'")
            }
        }
        self.bucket = bucket
        let chosen = try MetricName.parse(names)
        self.names =
            chosen.isEmpty
            ? MetricPlan.usual(isOfOneType: query.isByType || types.count == 1) : chosen
        (query.start, query.end) = times
        query.edges = isWidened ? .widened : .fromRows
        if times.start == nil, times.end == nil {
            query.start = Timestamp(microseconds: now.microseconds - CountDimension.day)
            query.end = now
            query.edges = .widened
        }
        try take(condition)
        choose()
    }

    /// Asks for no more than what is shown.
    private mutating func choose() {
        var quantiles: Set<Double> = []
        for name in names {
            switch name {
            case .count, .errors, .rate, .errorRate: continue
            case .sum, .mean, .deviation, .least, .greatest: query.parts.insert(.values)
            case .users: query.parts.insert(.users)
            case .quantile(let quantile, _):
                query.parts.insert(.quantiles)
                quantiles.insert(quantile)
            }
        }
        query.quantiles = quantiles.sorted()
    }

    private mutating func take(_ condition: String?) throws {
        guard let condition else { return }
        guard let equals = condition.firstIndex(of: "="), equals > condition.startIndex else {
            throw CommandFailure(
                .usage, "'\(condition)' is no condition for --where",
                hint: "write attribute=value, such as clinic_id=3")
        }
        attribute = String(condition[..<equals])
        let text = String(condition[condition.index(after: equals)...])
        readings = CountQuery.Filter(attribute: attribute, text: text).values
        guard let colon = attribute.lastIndex(of: ":"),
            let type = AttributeType.allCases.first(where: {
                $0.name == attribute[attribute.index(after: colon)...]
            })
        else { return }
        readings.removeAll { $0.type != type }
        attribute = String(attribute[..<colon])
        if readings.isEmpty {
            throw CommandFailure(
                .usage, "'\(text)' is no \(type.name)", hint: "leave ':\(type.name)' out")
        }
    }

    /// The answer; of the readings of a value, that of the one which events have.
    func answer(from client: AuraClient) async throws -> Metrics {
        guard let first = readings.first else { return try await client.metrics(query) }
        var found: [(value: AttributeValue, metrics: Metrics)] = []
        for value in readings {
            var query = query
            query.dimension = MetricQuery.Dimension(attribute: attribute, value: value)
            let metrics = try await client.metrics(query)
            if metrics.rows.contains(where: { $0.count > 0 }) || value == first {
                found.append((value, metrics))
            }
        }
        let counted = found.filter { $0.metrics.rows.contains { $0.count > 0 } }
        guard counted.count <= 1 else {
            let types = counted.map(\.value.type.name)
            throw CommandFailure(
                .usage,
                "'\(attribute)' is that value as \(types.joined(separator: " and as "))",
                hint: "say which: --where \(attribute):\(types[0])=…")
        }
        return (counted.first ?? found[0]).metrics
    }
}
