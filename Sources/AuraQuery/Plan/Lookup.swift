import AuraCore

/// A query in an expression that names columns of the rows around it, which gives each of them one value.
struct Lookup {
    enum Use: Hashable {
        /// Its one value.
        case value
        /// Whether it has rows.
        case exists
        /// Whether a value of the rows around is among its rows.
        case among(BoundExpression)
    }

    /// As it was written: an item that a name stands for is bound once more.
    let query: Query?
    let plan: Plan
    let use: Use
    let place: Place

    /// The columns of the rows around that it depends on.
    var namedColumns: Set<Int> {
        var named: Set<Int> = []
        if case .among(let value) = use { named = value.columns }
        _ = plan.contains { part in
            if case .outer(let index) = part.form { named.insert(index) }
            return false
        }
        return named
    }

    var type: ValueType { use == .value ? plan.columns[0].type : .bool }

    /// Rows with the value as a column behind theirs.
    ///
    /// - Parameters:
    ///   - outer: The rows around, maybe with further columns.
    ///   - rows: The rows around, or more, for which the query is answered.
    func joined(
        to outer: Plan, around rows: Plan, _ binder: Binder
    ) throws(TextError) -> Plan {
        let decorrelation = Decorrelation(of: plan, around: rows, place)
        switch use {
        case .value: return try value(outer, decorrelation, binder)
        case .exists: return try existence(outer, decorrelation)
        case .among(let value): return try membership(of: value, outer, decorrelation)
        }
    }

    private func made(_ form: BoundExpression.Form, _ type: ValueType = .bool) -> BoundExpression {
        BoundExpression(form, type, place)
    }

    private func choice(
        _ branches: [(BoundExpression, BoundExpression)], otherwise: BoundExpression
    ) -> BoundExpression {
        let branches = branches.map { BoundExpression.Branch(condition: $0, result: $1) }
        return made(.choice(branches, otherwise: otherwise), otherwise.type)
    }

    // MARK: One value

    private func value(
        _ outer: Plan, _ decorrelation: Decorrelation, _ binder: Binder
    ) throws(TextError) -> Plan {
        if let totals = try decorrelation.totals(of: plan) {
            // Of no rows there is a total, too, which the rows around without any have.
            binder.subqueries.append(
                Binder.Subquery(query: nil, plan: plan.ofNoRows, use: .value, place: place))
            let none = made(.value(binder.subqueries.count - 1), type)
            return outer.joined(to: totals) { isThere, columns in
                choice([(isThere, columns[0])], otherwise: none)
            }
        }
        let rows = try decorrelation.rows(of: plan)
        let first = AggregateFunction(
            kind: .first(skipsNulls: false), arguments: [type], result: type)
        let totals = rows.totals([AggregateCall(function: first, arguments: rows.columns), .count])
        return outer.joined(to: totals) { _, columns in single(columns) }
    }

    /// The first of two columns, if the second says that it is the value of one row.
    private func single(_ columns: [BoundExpression]) -> BoundExpression {
        let function = ScalarFunction(
            [type, .int64], type,
            .nullable { values throws(ComputationError) in
                if case .int64(let count) = values[1], count > 1 {
                    throw ComputationError(
                        "this query has \(count) rows, and one value is wanted",
                        hint: "add LIMIT 1, or an aggregate")
                }
                return values[0]
            })
        return made(.call(BoundFunction(name: "single", function: function), columns), type)
    }

    // MARK: Rows

    private func existence(
        _ outer: Plan, _ decorrelation: Decorrelation
    ) throws(TextError) -> Plan {
        let (plan, bound) = plan.ofWhichRowsExist.withoutBound
        let rows = try decorrelation.rows(of: plan)
        guard let bound else { return outer.joined(to: rows.distinct) { isThere, _ in isThere } }
        // Of a key the nearest row to any bound is the least or the greatest.
        let nearest = AggregateFunction(
            kind: bound.isUpper ? .least : .greatest, arguments: [bound.inner.type],
            result: bound.inner.type)
        let totals = rows.totals([AggregateCall(function: nearest, arguments: [bound.inner])])
        return outer.joined(to: totals) { isThere, columns in
            let holds = made(.compare(bound.comparison, columns[0], bound.outer))
            return made(.all([isThere, made(.coalesce([holds, made(.constant(.bool(false)))]))]))
        }
    }

    /// IN: NULL where the value is, and where it is not there and NULL is.
    private func membership(
        of value: BoundExpression, _ outer: Plan, _ decorrelation: Decorrelation
    ) throws(TextError) -> Plan {
        let rows = try decorrelation.rows(of: plan)
        let isNull = made(.isNull(rows.columns[0]))
        let hasNull = AggregateFunction(kind: .anyHolds, arguments: [.bool], result: .bool)
        let totals = rows.totals([AggregateCall(function: hasNull, arguments: [isNull])])
        let (yes, no, null) = (
            made(.constant(.bool(true))), made(.constant(.bool(false))), made(.constant(.null))
        )
        // NULL if there are no rows at all.
        let known = outer.joined(to: totals) { _, columns in columns[0] }
        let isKnown = made(.column(outer.columns.count))
        var equal = rows
        equal.plan = rows.plan.filtered(by: [made(.not(isNull))])
        equal.keys.insert(value, at: 0)
        let found = known.joined(to: equal.distinct) { isThere, _ in
            choice(
                [
                    (made(.isNull(isKnown)), no), (isThere, yes),
                    (made(.any([made(.isNull(value)), isKnown])), null),
                ], otherwise: no)
        }
        let place = outer.columns.count + 1
        return Plan(
            node: .project(found, outer.allColumns + [found.allColumns[place]]),
            columns: outer.columns + [found.columns[place]])
    }
}

extension Plan {
    /// The rows with a column behind theirs, which is made of at most one row that their keys find.
    ///
    /// - Parameter body: Gives the column, from whether there is one, and its columns.
    fileprivate func joined(
        to rows: Decorrelation.Rows,
        _ body: (BoundExpression, [BoundExpression]) -> BoundExpression
    ) -> Plan {
        let mark = BoundExpression(.bool(true), .bool, .none)
        let right = rows.mapped(
            rows.columns + [mark],
            rows.plan.columns.prefix(rows.width) + [Plan.Column(name: "", type: .bool)])
        let keys = zip(rows.keys, right.keyColumns).map { (left: $0, right: $1) }
        let joined = Plan(
            node: .join(
                Join(
                    left: self, right: right.plan, keepsLeft: true, keys: keys,
                    matchesNulls: rows.hasDomain, conditions: [])),
            columns: columns + right.plan.columns)
        let found = Array(joined.allColumns[columns.count...].prefix(right.width))
        let isMissing = BoundExpression(.isNull(found[rows.width]), .bool, .none)
        let column = body(BoundExpression(.not(isMissing), .bool, .none), found)
        return Plan(
            node: .project(joined, allColumns + [column]),
            columns: columns + [Column(name: "", type: column.type)])
    }

    /// What comes of it if no rows go into its only group.
    fileprivate var ofNoRows: Plan {
        guard case .aggregate(let input, let aggregation) = node else {
            return mappingInputs(\.ofNoRows)
        }
        let empty = Plan(node: .aggregate(Plan(input.columns, []), aggregation), columns: columns)
        return empty.mappingExpressions { expression in
            expression.mapOuter { BoundExpression(.null, $1.type, $1.place) }
        }
    }

    /// Rows that are there if and only if it has some.
    fileprivate var ofWhichRowsExist: Plan {
        switch node {
        case .project(let input, _), .distinct(let input, _), .window(let input, _):
            input.ofWhichRowsExist
        case .sort(let input, _, let limit), .limit(let input, let limit):
            limit.offset == 0 && limit.count != 0 ? input.ofWhichRowsExist : self
        case .aggregate(_, let aggregation) where aggregation.sets.contains([]):
            Plan(node: .rows([], count: 1), columns: [])
        default: self
        }
    }

    /// A condition that something of a row lies on one side of something of the row around it.
    fileprivate struct Bound {
        let comparison: Comparison
        let inner: BoundExpression
        /// Of the columns of the row around.
        let outer: BoundExpression

        /// Whether what is less lies on the right side.
        var isUpper: Bool { comparison == .less || comparison == .lessEqual }

        init?(_ condition: BoundExpression) {
            guard case .compare(let comparison, let left, let right) = condition.form,
                comparison != .equal, comparison != .notEqual
            else { return nil }
            if !left.needsOuter, right.isOuterAlone {
                (self.comparison, inner, outer) = (comparison, left, right.ofOuterRows)
            } else if left.isOuterAlone, !right.needsOuter {
                (self.comparison, inner, outer) = (comparison.swapped, right, left.ofOuterRows)
            } else {
                return nil
            }
        }
    }

    /// The same without the one condition of its rows that is a bound, if all others are equalities or
    /// do not need the rows around.
    fileprivate var withoutBound: (plan: Plan, bound: Bound?) {
        guard case .filter(let input, let conditions) = node else { return (self, nil) }
        let others = conditions.filter { !$0.needsOuter || $0.correlatedEquality != nil }
        guard others.count == conditions.count - 1,
            let condition = conditions.first(where: {
                $0.needsOuter && $0.correlatedEquality == nil
            }), let bound = Bound(condition)
        else { return (self, nil) }
        return (input.filtered(by: others), bound)
    }
}

extension AggregateCall {
    /// How many rows there are.
    static let count = AggregateCall(
        function: AggregateFunction(kind: .count, arguments: [], result: .int64), arguments: [])
}
