import AuraCore

/// UNION, INTERSECT and EXCEPT.
extension Binder {
    /// The rows of two queries, put together as said.
    func plan(_ combined: Query.Combined) throws(TextError) -> Plan {
        let sides = try [plan(combined.left), plan(combined.right)]
        let columns = try self.columns(of: combined.kind, sides[0], sides[1])
        var parts: [Plan] = []
        for side in sides { parts.append(try side.cast(to: columns, self)) }
        guard combined.kind == .union else { return try compared(parts, combined, columns) }
        let union = Plan(
            node: .union(
                parts.flatMap { part in
                    if case .union(let inner) = part.node { inner } else { [part] }
                }), columns: columns)
        if combined.isAll { return union }
        return Plan(node: .distinct(union, on: union.allColumns), columns: columns)
    }

    private func columns(
        of kind: Query.Combined.Kind, _ left: Plan, _ right: Plan
    ) throws(TextError) -> [Plan.Column] {
        guard left.columns.count == right.columns.count else {
            throw TextError(
                "\(kind.rawValue) of \(left.columns.count) and \(right.columns.count) columns",
                at: .none, hint: "both sides must have as many")
        }
        var columns: [Plan.Column] = []
        for (first, second) in zip(left.columns, right.columns) {
            guard let type = first.type.joined(with: second.type) else {
                throw TextError(
                    "column '\(first.name)' of \(kind.rawValue) is \(first.type.name) here and "
                        + "\(second.type.name) there", at: .none, hint: "cast one of them")
            }
            columns.append(Plan.Column(name: first.name, type: type))
        }
        return columns
    }

    /// INTERSECT and EXCEPT: equal rows of both sides are counted, and stay as often as that says.
    private func compared(
        _ sides: [Plan], _ combined: Query.Combined, _ columns: [Plan.Column]
    ) throws(TextError) -> Plan {
        let width = columns.count
        let isRight = BoundExpression(.column(width), .bool, .none)
        let marked = columns + [Plan.Column(name: "", type: .bool)]
        let rows = Plan(
            node: .union(
                sides.enumerated().map { number, side in
                    let mark = BoundExpression(.bool(number == 1), .bool, .none)
                    return Plan(node: .project(side, side.allColumns + [mark]), columns: marked)
                }), columns: marked)
        let calls = [BoundExpression(.not(isRight), .bool, .none), isRight].map { side in
            AggregateCall(
                function: AggregateFunction(kind: .count, arguments: [], result: .int64),
                arguments: [], filter: side)
        }
        let groups = Plan(
            aggregate: rows,
            Aggregation(
                keys: Array(rows.allColumns.prefix(width)), sets: [Array(0..<width)], calls: calls))
        let (left, right) = (groups.allColumns[width], groups.allColumns[width + 1])
        let binder = SelectBinder(self)
        func call(_ name: String, _ parts: [BoundExpression]) throws(TextError) -> BoundExpression {
            try binder.function(name, parts, .none, .none)
        }
        let (zero, one) = (
            BoundExpression(.int64(0), .int64, .none), BoundExpression(.int64(1), .int64, .none)
        )
        func exceeds(_ number: BoundExpression, _ other: BoundExpression) -> BoundExpression {
            BoundExpression(.compare(.greater, number, other), .bool, .none)
        }
        let keys = Array(groups.allColumns.prefix(width))
        guard combined.isAll else {
            let has = exceeds(right, zero)
            let isKept =
                combined.kind == .intersection ? has : BoundExpression(.not(has), .bool, .none)
            let kept = Plan(
                node: .filter(groups, [exceeds(left, zero), isKept]), columns: groups.columns)
            return Plan(node: .project(kept, keys), columns: columns)
        }
        let often =
            combined.kind == .intersection
            ? try call("least", [left, right]) : try call("-", [left, right])
        let kept = Plan(node: .filter(groups, [exceeds(often, zero)]), columns: groups.columns)
        let numbers = try call("generate_series", [one, often])
        let listed = columns + [Plan.Column(name: "", type: numbers.type)]
        let repeated = Plan(
            node: .unnest(
                Plan(node: .project(kept, keys + [numbers]), columns: listed), [width]),
            columns: columns + [Plan.Column(name: "", type: .int64)])
        return Plan(
            node: .project(repeated, Array(repeated.allColumns.prefix(width))), columns: columns)
    }
}
