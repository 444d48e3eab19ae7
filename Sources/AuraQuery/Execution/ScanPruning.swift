import AuraCore
import AuraStorage

/// What conditions say of the events that a scan must read.
struct ScanPruning {
    /// Only events of these types; nil means all.
    private(set) var eventTypes: [ExactText]?
    /// Only events of these times; nil means all.
    private(set) var times: TimeRanges?
    /// Attributes that must have one of some values, or a number of a range.
    private(set) var filters: [ValueFilter] = []
    /// The conditions that say so.
    private(set) var sought: [BoundExpression] = []
    /// What is still to be looked at for each row: times are seen to by whoever reads.
    private(set) var conditions: [BoundExpression] = []

    init(_ scan: Scan, _ conditions: [BoundExpression]) {
        eventTypes = scan.eventTypes?.map { ExactText($0) }
        var range = Int64.min..<Int64.max
        for condition in conditions {
            if let times = ScanPruning.times(condition, scan) {
                range = range.clamped(to: times)
                continue
            }
            self.conditions.append(condition)
            if let filter = ScanPruning.range(condition, scan) {
                filters.append(filter)
                sought.append(condition)
                continue
            }
            guard let (field, values) = ScanPruning.values(condition, scan) else { continue }
            switch field {
            case .type:
                let names = values.compactMap { value in
                    if case .text(let name) = value { ExactText(name) } else { nil }
                }
                eventTypes = eventTypes.map { known in known.filter(names.contains) } ?? names
            case .attribute(let name):
                guard let filter = ScanPruning.filter(name, values) else { continue }
                filters.append(filter)
                sought.append(condition)
            case .time, .sequence, .weight: break
            }
        }
        if range != Int64.min..<Int64.max { times = TimeRanges([range]) }
    }

    /// Whether rows of some of these types are wanted.
    func mayHave(_ typeNames: [String]) -> Bool {
        guard let eventTypes else { return true }
        return typeNames.contains { eventTypes.contains(ExactText($0)) }
    }

    /// What is to be looked at for rows of these types: the scan's own types among it.
    func conditions(for typeNames: [String], _ scan: Scan) -> [BoundExpression] {
        guard let wanted = scan.eventTypes,
            !typeNames.allSatisfy({ name in wanted.contains { ExactText($0) == ExactText(name) } }),
            let index = scan.fields.firstIndex(of: .type)
        else { return conditions }
        let type = BoundExpression(.column(index), .text, .none)
        let isWanted = BoundExpression(.among(type, wanted.map { .text($0) }), .bool, .none)
        return [isWanted] + conditions
    }

    /// The times that a condition of the time alone allows.
    private static func times(_ condition: BoundExpression, _ scan: Scan) -> Range<Int64>? {
        if case .all(let parts) = condition.form {
            var range = Int64.min..<Int64.max
            for part in parts {
                guard let times = times(part, scan) else { return nil }
                range = range.clamped(to: times)
            }
            return range
        }
        guard case .compare(let comparison, let left, let right) = condition.form else {
            return nil
        }
        if isTime(left, scan), case .instant(let time)? = right.constant {
            return times(comparison, time)
        }
        if isTime(right, scan), case .instant(let time)? = left.constant {
            return times(comparison.swapped, time)
        }
        return nil
    }

    private static func isTime(_ expression: BoundExpression, _ scan: Scan) -> Bool {
        guard case .column(let index) = expression.form else { return false }
        return scan.fields[index] == .time
    }

    private static func times(_ comparison: Comparison, _ time: Int64) -> Range<Int64>? {
        guard time < Int64.max else { return nil }
        switch comparison {
        case .equal: return time..<time + 1
        case .less: return Int64.min..<time
        case .lessEqual: return Int64.min..<time + 1
        case .greater: return time + 1..<Int64.max
        case .greaterEqual: return time..<Int64.max
        case .notEqual: return nil
        }
    }

    /// A filter of the numbers that an attribute must have; nil for a condition of another kind.
    private static func range(_ condition: BoundExpression, _ scan: Scan) -> ValueFilter? {
        guard case .compare(var comparison, var left, var right) = condition.form else {
            return nil
        }
        if left.constant != nil { (comparison, left, right) = (comparison.swapped, right, left) }
        if case .cast(let part, _) = left.form, part.type == .int64, left.type == .float64 {
            left = part
        }
        guard case .column(let index) = left.form, case .attribute(let name) = scan.fields[index],
            left.type == .int64 || left.type == .float64,
            let bound = right.constant?.double, !bound.isNaN
        else { return nil }
        switch comparison {
        case .less, .lessEqual: return ValueFilter(name, in: -.infinity...bound)
        case .greater, .greaterEqual: return ValueFilter(name, in: bound...(.infinity))
        case .equal, .notEqual: return nil
        }
    }

    /// The values one of which a column must have.
    private static func values(
        _ condition: BoundExpression, _ scan: Scan
    ) -> (Scan.Field, [Value])? {
        switch condition.form {
        case .compare(.equal, let left, let right):
            let (column, constant) = left.constant == nil ? (left, right) : (right, left)
            guard case .column(let index) = column.form, let value = constant.constant else {
                return nil
            }
            return (scan.fields[index], [value])
        case .among(let column, let values):
            guard case .column(let index) = column.form else { return nil }
            return (scan.fields[index], values)
        default: return nil
        }
    }

    /// A filter of all attribute values that a query's value may stand for; nil if it is none that is
    /// looked for.
    private static func filter(_ name: String, _ values: [Value]) -> ValueFilter? {
        var wanted: [AttributeValue] = []
        for value in values {
            switch value {
            case .null: continue
            case .int64(let value): wanted.append(.int64(value))
            case .uuid(let value): wanted.append(.uuid(value))
            case .text(let text):
                wanted += CountQuery.Filter(attribute: name, text: text).values
                // A value of another type whose text it is.
                wanted.append(.bool(false))
            default: return nil
            }
        }
        return ValueFilter(name, wanted)
    }
}
