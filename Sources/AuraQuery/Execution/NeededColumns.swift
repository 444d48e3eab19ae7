/// Which columns of rows somebody looks at; the others are not computed.
struct NeededColumns: Sendable {
    private(set) var columns: Set<Int>

    init(_ columns: Set<Int>) {
        self.columns = columns
    }

    /// All of a plan.
    init(allOf plan: Plan) {
        columns = Set(plan.columns.indices)
    }

    /// Those that expressions look at.
    init(for expressions: [BoundExpression]) {
        columns = expressions.reduce(into: []) { $0.formUnion($1.columns) }
    }

    /// Those, and what expressions look at.
    func adding(_ expressions: [BoundExpression]) -> NeededColumns {
        NeededColumns(columns.union(NeededColumns(for: expressions).columns))
    }

    /// Those of the first columns.
    func first(_ count: Int) -> NeededColumns {
        NeededColumns(columns.filter { $0 < count })
    }

    /// Those behind the first columns, numbered from there.
    func behind(_ count: Int) -> NeededColumns {
        NeededColumns(Set(columns.filter { $0 >= count }.map { $0 - count }))
    }
}

extension Plan {
    /// Which columns of its inputs' rows are looked at so that some of its own are known.
    func needs(_ needed: NeededColumns) -> [NeededColumns] {
        switch node {
        case .scan, .rows, .shared, .explained: []
        case .filter(_, let conditions): [needed.adding(conditions)]
        case .project(_, let expressions):
            [NeededColumns(for: needed.columns.map { expressions[$0] })]
        case .aggregate(_, let aggregation): [NeededColumns(for: aggregation.expressions)]
        case .fill(_, let filling):
            [NeededColumns(needed.columns.union([filling.bucket] + filling.others))]
        case .distinct(_, let keys): [needed.adding(keys)]
        case .sort(_, let keys, _): [needed.adding(keys.map(\.expression))]
        case .limit: [needed]
        case .join(let join): join.needs(needed)
        case .window(let input, let calls):
            [needed.first(input.columns.count).adding(calls.flatMap(\.expressions))]
        case .union(let parts): parts.map { _ in needed }
        case .unnest(_, let lists): [NeededColumns(needed.columns.union(lists))]
        }
    }
}

extension Join {
    /// Of the left, and of the right.
    fileprivate func needs(_ needed: NeededColumns) -> [NeededColumns] {
        let needed = needed.adding(conditions)
        let width = left.columns.count
        return [
            needed.first(width).adding(leftExpressions),
            needed.behind(width).adding(rightExpressions),
        ]
    }
}

extension Aggregation {
    /// All that it computes of the rows.
    var expressions: [BoundExpression] {
        keys
            + calls.flatMap { call in
                call.arguments + call.order.map(\.expression) + [call.filter].compactMap(\.self)
            }
    }
}

extension WindowCall {
    /// All that it computes of the rows.
    var expressions: [BoundExpression] {
        var all = arguments + partition + order.map(\.expression)
        if case .aggregate(let call) = function {
            all += call.arguments + call.order.map(\.expression)
            all += [call.filter].compactMap(\.self)
        }
        for bound in [frame.start, frame.end] {
            switch bound {
            case .preceding(let distance), .following(let distance): all.append(distance)
            default: break
            }
        }
        return all
    }
}
