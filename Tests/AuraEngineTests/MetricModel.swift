import AuraCore
import AuraQuery
import AuraTesting

/// Metrics the plain way: a loop over events.
struct MetricModel {
    var events: [Event] = []

    static let valueName = "duration_ms"

    /// The rows that a question must give, but for quantiles.
    func rows(_ query: MetricQuery, in window: Range<Int64>) -> [Key: Figures] {
        var rows: [Key: Figures] = [:]
        for event in events {
            let time = event.time.microseconds
            guard window.contains(time) else { continue }
            if !query.types.isEmpty, !query.types.contains(event.type) { continue }
            if let dimension = query.dimension, event[dimension.attribute] != dimension.value {
                continue
            }
            let bucket = query.bucket.map { time.flooredQuotient($0) * $0 }
            rows[Key(bucket: bucket, type: query.isByType ? event.type : nil), default: Figures()]
                .add(event)
        }
        return rows
    }

    struct Key: Hashable {
        var bucket: Int64?
        var type: String?
    }

    struct Figures {
        var count: UInt64 = 0
        var errors: UInt64 = 0
        var values: [Double] = []
        var users: Set<AttributeValue> = []

        mutating func add(_ event: Event) {
            count += 1
            let failed = event.attributes.contains {
                $0.name == "success" && $0.value == .bool(false)
            }
            if event.type == "api.error" || event.type == "task.completed" && failed { errors += 1 }
            if case .float64(let value)? = event[MetricModel.valueName] { values.append(value) }
            if let user = event["user_id"] { users.insert(user) }
        }
    }
}

extension MetricModel {
    /// What is wrong with an answer; nil if nothing is.
    func difference(_ result: MetricResult, _ query: MetricQuery) -> String? {
        let expected = rows(query, in: result.window)
        let found = result.rows.filter { $0.count > 0 }
        guard found.count == expected.count else {
            return "\(found.count) rows, not \(expected.count)"
        }
        for row in found {
            let key = Key(bucket: row.bucket?.microseconds, type: row.type)
            guard let figures = expected[key] else { return "a row too many: \(key)" }
            guard row.count == figures.count, row.errors == figures.errors else {
                return "\(key): \(row.count) events, \(row.errors) errors, not \(figures.count), "
                    + "\(figures.errors)"
            }
            if let words = difference(row, figures, query) { return "\(key): \(words)" }
        }
        return nil
    }

    private func difference(
        _ row: MetricRow, _ figures: Figures, _ query: MetricQuery
    ) -> String? {
        if query.parts.contains(.values) {
            let values = figures.values
            guard row.values?.count ?? 0 == UInt64(values.count), row.values?.least == values.min(),
                row.values?.greatest == values.max()
            else { return "values \(String(describing: row.values))" }
            let sum = values.reduce(0, +)
            let mean = sum / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = (squares / Double(values.count)).squareRoot()
            if let found = row.values,
                abs(found.sum - sum) > 1e-12 * sum
                    || abs(found.deviation - deviation) > 1e-12 * max(deviation, mean)
            {
                return
                    "sum \(found.sum), not \(sum); deviation \(found.deviation), not \(deviation)"
            }
        }
        if query.parts.contains(.users) {
            let count = Double(figures.users.count)
            guard let users = row.users,
                abs(Double(users.count) - count) <= (users.isExact ? 0 : 0.0815 * count + 1)
            else { return "users \(String(describing: row.users)), not \(count)" }
        }
        if query.parts.contains(.quantiles) {
            let sorted = figures.values.sorted()
            guard row.quantiles.count == (sorted.isEmpty ? 0 : query.quantiles.count) else {
                return "\(row.quantiles.count) quantiles"
            }
            for (quantile, value) in zip(query.quantiles, row.quantiles) {
                let exact = sorted[max(1, Int((quantile * Double(sorted.count)).rounded(.up))) - 1]
                if abs(value - exact) > abs(exact) / 64 { return "quantile \(value), not \(exact)" }
            }
        }
        return nil
    }
}
