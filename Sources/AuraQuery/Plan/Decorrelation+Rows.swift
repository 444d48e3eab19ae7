import AuraCore

extension Decorrelation.Rows {
    /// Other columns of the rows, and the keys.
    func mapped(
        _ expressions: [BoundExpression], _ columns: some Sequence<Plan.Column>
    ) -> Decorrelation.Rows {
        var copy = self
        copy.plan = Plan(
            node: .project(plan, expressions + keyColumns),
            columns: columns + plan.columns.suffix(keys.count))
        return copy
    }

    /// Groups of the rows, apart for each combination of keys.
    func grouped(_ aggregation: Aggregation, _ columns: [Plan.Column]) -> Decorrelation.Rows {
        let count = aggregation.keys.count
        let ends = count + keys.count
        var whole = aggregation
        whole.keys += keyColumns
        whole.sets = whole.sets.map { $0 + Array(count..<ends) }
        let groups = Plan(aggregate: plan, whole)
        let all = groups.allColumns
        var copy = self
        copy.plan = Plan(
            node: .project(groups, Array(all[..<count] + all[ends...] + all[count..<ends])),
            columns: columns + plan.columns.suffix(keys.count))
        return copy
    }

    /// One row for each combination of keys: what aggregates make of its rows.
    func totals(_ calls: [AggregateCall]) -> Decorrelation.Rows {
        grouped(
            Aggregation(keys: [], sets: [[]], calls: calls),
            calls.map { Plan.Column(name: "", type: $0.function.result) })
    }

    /// One row for each combination of keys, of nothing else.
    var distinct: Decorrelation.Rows {
        var copy = mapped([], [])
        copy.plan.node =
            keys.isEmpty
            ? .limit(copy.plan, RowLimit(count: 1)) : .distinct(copy.plan, on: copy.keyColumns)
        return copy
    }
}

extension BoundExpression {
    /// What must be equal of a row and of the row around it, as an expression of the columns of that.
    var correlatedEquality: (inner: BoundExpression, outer: BoundExpression)? {
        guard case .compare(.equal, let first, let second) = form else { return nil }
        for (inner, outer) in [(first, second), (second, first)]
        where !inner.needsOuter && !inner.columns.isEmpty && outer.isOuterAlone {
            return (inner, outer.ofOuterRows)
        }
        return nil
    }

    /// Whether it needs rows around the query, and none else.
    var isOuterAlone: Bool {
        needsOuter && columns.isEmpty && !contains(\.isVolatileCall)
    }

    /// The same as an expression of the rows around the query.
    var ofOuterRows: BoundExpression {
        mapOuter { BoundExpression(.column($0), $1.type, $1.place) }
    }
}
