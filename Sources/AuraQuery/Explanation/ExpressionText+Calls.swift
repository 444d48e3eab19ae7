import AuraCore

/// Sort keys, aggregates and window functions.
extension ExpressionText {
    func text(_ keys: [SortKey]) -> String {
        keys.map { key in
            text(key.expression) + (key.isDescending ? " DESC" : "")
                + (key.hasNullsFirst ? " NULLS FIRST" : "")
        }.joined(separator: ", ")
    }

    func text(_ call: AggregateCall) -> String {
        let (name, constants) = call.function.kind.words
        var inner = ([list(call.arguments)] + constants.map { self.constants([$0]) })
            .filter { !$0.isEmpty }.joined(separator: ", ")
        if inner.isEmpty { inner = "*" }
        if call.isDistinct { inner = "DISTINCT " + inner }
        if !call.order.isEmpty { inner += " ORDER BY " + text(call.order) }
        let filter = call.filter.map { " FILTER (WHERE \(text($0)))" } ?? ""
        return "\(name)(\(inner))\(filter)"
    }

    func text(_ call: WindowCall) -> String {
        let arguments = list(call.arguments) + (call.ignoresNulls ? " IGNORE NULLS" : "")
        let function =
            switch call.function {
            case .aggregate(let aggregate): text(aggregate)
            case .ranking(let ranking): "\(ranking.rawValue)(\(arguments))"
            case .series(let series): "\(series.rawValue)(\(arguments))"
            }
        var words: [String] = []
        if !call.partition.isEmpty { words.append("PARTITION BY \(list(call.partition))") }
        if !call.order.isEmpty { words.append("ORDER BY \(text(call.order))") }
        if !call.frame.isUsual(isOrdered: !call.order.isEmpty) {
            words.append(
                "\(call.frame.unit.rawValue) BETWEEN \(text(call.frame.start)) "
                    + "AND \(text(call.frame.end))")
        }
        return "\(function) OVER (\(words.joined(separator: " ")))"
    }

    private func text(_ bound: WindowCall.Bound) -> String {
        switch bound {
        case .unboundedPreceding: "UNBOUNDED PRECEDING"
        case .preceding(let distance): "\(text(distance)) PRECEDING"
        case .currentRow: "CURRENT ROW"
        case .following(let distance): "\(text(distance)) FOLLOWING"
        case .unboundedFollowing: "UNBOUNDED FOLLOWING"
        }
    }
}

extension WindowCall.Frame {
    /// Whether it is that of a window which says nothing of one.
    fileprivate func isUsual(isOrdered: Bool) -> Bool {
        unit == .range && start == .unboundedPreceding
            && end == (isOrdered ? .currentRow : .unboundedFollowing)
    }
}

extension AggregateFunction.Kind {
    /// The shortest name of each of those that have no arguments beside columns.
    private static let names: [Self: String] = Dictionary(
        AggregateFunction.simple.map { ($1, $0) },
        uniquingKeysWith: { ($0.utf8.count, $0) < ($1.utf8.count, $1) ? $0 : $1 })

    /// What it is called, and its constant arguments.
    fileprivate var words: (name: String, constants: [Value]) {
        func fractions(_ fractions: [Double], _ isList: Bool) -> [Value] {
            let values = fractions.map { Value.float64($0) }
            return isList ? [.list(values)] : values
        }
        switch self {
        case .count: return ("count", [])
        case .countIf: return ("count_if", [])
        case .sum, .eventCount: return ("sum", [])
        case .average: return ("avg", [])
        case .first(let skipsNulls): return (skipsNulls ? "any_value" : "first", [])
        case .last: return ("last", [])
        case .quantile(let values, let interpolation, let isList):
            let name = interpolation == .continuous ? "quantile_cont" : "quantile_disc"
            return (name, fractions(values, isList))
        case .approximateQuantile(let values, let isList):
            return ("approx_quantile", fractions(values, isList))
        case .top(let count): return ("approx_top_k", [.int64(Int64(count))])
        case .texts(let separator): return ("string_agg", [.text(separator)])
        case .funnel: return ("funnel", [])
        case .retention: return ("retention", [])
        default: return (Self.names[self] ?? "aggregate", [])
        }
    }
}
