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
