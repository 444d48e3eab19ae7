/// A plan as EXPLAIN shows it: what is done last stands first.
struct PlanText {
    private(set) var lines: [String] = []

    init(_ plan: Plan) {
        add(plan, depth: 0)
    }

    private mutating func add(_ plan: Plan, depth: Int) {
        let (step, inputs) = PlanText.step(plan)
        lines.append(String(repeating: "  ", count: depth) + step)
        for input in inputs { add(input, depth: depth + 1) }
    }

    private static func step(_ plan: Plan) -> (String, [Plan]) {
        switch plan.node {
        case .scan(let scan):
            let types = scan.eventTypes.map { " of " + $0.joined(separator: ", ") } ?? ""
            guard let cells = scan.cells else { return ("scan events\(types)", []) }
            let kind = cells.isByType ? "event types" : "events"
            return ("scan counts of \(kind) by \(cells.resolution)\(types)", [])
        case .rows(_, let count): return ("\(count) known rows", [])
        case .filter(let input, let conditions):
            return ("filter by \(conditions.count) conditions", [input])
        case .project(let input, let expressions):
            return ("compute \(expressions.count) columns", [input])
        case .aggregate(let input, let aggregation):
            let sets = aggregation.sets.count > 1 ? " in \(aggregation.sets.count) sets" : ""
            return (
                "group by \(aggregation.keys.count) keys\(sets), \(aggregation.calls.count) aggregates",
                [input]
            )
        case .fill(let input, let filling):
            return ("fill in buckets without rows, by \(filling.others.count) other keys", [input])
        case .distinct(let input, let keys): return ("distinct rows by \(keys.count) keys", [input])
        case .sort(let input, let keys, let limit):
            return ("order by \(keys.count) keys" + text(limit), [input])
        case .limit(let input, let limit): return ("limit" + text(limit), [input])
        case .join(let join):
            let kind = join.keepsLeft ? "left join" : "join"
            return ("\(kind) by \(join.keys.count) keys", [join.left, join.right])
        case .window(let input, let calls): return ("\(calls.count) window functions", [input])
        case .union(let parts): return ("union", parts)
        case .shared(let number): return ("rows of query \(number + 1) of WITH", [])
        case .unnest(let input, _): return ("items of lists", [input])
        }
    }

    private static func text(_ limit: RowLimit) -> String {
        (limit.count.map { ", first \($0)" } ?? "")
            + (limit.offset > 0 ? " after \(limit.offset)" : "")
    }
}
