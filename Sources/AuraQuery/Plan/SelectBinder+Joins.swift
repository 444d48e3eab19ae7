import AuraCore

/// Joins of tables.
extension SelectBinder {
    /// The plan of a join, whose columns the scope has then.
    func join(_ join: Table.Join) throws(TextError) -> Plan {
        let start = scope.count
        let left = try from(join.left)
        let middle = scope.count
        let right = SelectBinder(binder)
        let rightPlan = try right.from(join.right)
        scope.add(right.scope)
        try SelectBinder.check(columns: scope.count)
        var conditions: [BoundExpression] = []
        switch join.condition {
        case .none: break
        case .on(let expression):
            for condition in try condition(expression, .join).conjuncts {
                // Of this join's own columns, whatever stands before them.
                conditions.append(condition.shifted(by: -start))
            }
        case .using(let names):
            guard join.kind != .right, join.kind != .full else {
                throw TextError(
                    "\(join.kind.rawValue) takes ON here, and no USING", at: join.place,
                    hint: "write ON, and coalesce() for the column of both")
            }
            for name in names {
                let column = Expression.ColumnName(parts: [name])
                guard let first = try leftColumn(column, start..<middle, name.place),
                    let second = try right.scope.column(column, name.place)
                else {
                    throw TextError(
                        "USING takes columns of both tables, and '\(name.text)' is none",
                        at: name.place)
                }
                let isBound = join.kind.isNearest && name == names.last
                conditions.append(
                    try compare(
                        isBound ? .greaterEqual : .equal,
                        [first.shifted(by: -start), second.shifted(by: middle - start)], name.place)
                )
                if case .column(let index) = second.form { scope.hide(middle + index) }
            }
        }
        let tables = JoinedTables(left: left, right: rightPlan, place: join.place)
        if join.kind == .semi || join.kind == .anti { scope.removeColumns(from: middle) }
        return try tables.plan(join.kind, conditions, binder)
    }

    /// The column of that name among those of a range.
    private func leftColumn(
        _ name: Expression.ColumnName, _ range: Range<Int>, _ place: Place
    ) throws(TextError) -> BoundExpression? {
        var left = Scope()
        for table in scope.tables where range.contains(table.start) || table.columns.isEmpty {
            left.add(table.name, table.columns)
            for index in table.hidden { left.hide(left.count - table.columns.count + index) }
        }
        return try left.column(name, place)?.shifted(by: range.lowerBound)
    }
}

extension Table.JoinKind {
    var isNearest: Bool { self == .nearest || self == .leftNearest }
}

/// Two tables that are joined.
private struct JoinedTables {
    let left: Plan
    let right: Plan
    let place: Place

    private var width: Int { left.columns.count }
    private var columns: [Plan.Column] { left.columns + right.columns }

    /// Their rows, by a kind of join and the conditions of the columns of both.
    func plan(
        _ kind: Table.JoinKind, _ conditions: [BoundExpression], _ binder: Binder
    ) throws(TextError) -> Plan {
        switch kind {
        case .inner, .cross: return joined(conditions, keepsLeft: false)
        case .left: return joined(conditions, keepsLeft: true)
        case .right:
            return turned.joined(turned(conditions), keepsLeft: true).columns(
                from: right.columns.count)
        case .full:
            let tables = JoinedTables(
                left: binder.repeatable(left), right: binder.repeatable(right), place: place)
            let alone = try tables.turned.matching(tables.turned(conditions), false, binder)
            let nulls = left.columns.map { BoundExpression(.null, $0.type, place) }
            let rest = Plan(node: .project(alone, nulls + alone.allColumns), columns: columns)
            let both = tables.joined(conditions, keepsLeft: true)
            return Plan(node: .union([both, rest]), columns: columns)
        case .semi: return try matching(conditions, true, binder)
        case .anti: return try matching(conditions, false, binder)
        case .nearest, .leftNearest:
            return try nearest(conditions, keepsLeft: kind == .leftNearest)
        }
    }

    /// The same with the sides exchanged.
    private var turned: JoinedTables { JoinedTables(left: right, right: left, place: place) }

    /// Conditions as those of the tables with the sides exchanged.
    private func turned(_ conditions: [BoundExpression]) -> [BoundExpression] {
        let (first, second) = (left.columns.count, right.columns.count)
        return conditions.map { condition in
            condition.mapColumns { index, column in
                let index = index < first ? index + second : index - first
                return BoundExpression(.column(index), column.type, column.place)
            }
        }
    }

    private func joined(
        _ conditions: [BoundExpression], keepsLeft: Bool, nearest: Join.Nearest? = nil
    ) -> Plan {
        var join = Join(
            left: left, right: right, keepsLeft: keepsLeft, keys: [], conditions: [],
            nearest: nearest)
        for condition in conditions {
            if let key = condition.equality(splitAt: width) {
                join.keys.append(key)
            } else {
                join.conditions.append(condition)
            }
        }
        return Plan(node: .join(join), columns: columns)
    }

    /// The rows of the left that have, or have not, a row of the right.
    private func matching(
        _ conditions: [BoundExpression], _ isWanted: Bool, _ binder: Binder
    ) throws(TextError) -> Plan {
        let around = conditions.map { condition in
            condition.mapColumns { index, column in
                BoundExpression(
                    index < width ? .outer(index) : .column(index - width), column.type,
                    column.place)
            }
        }
        let lookup = Lookup(
            query: nil, plan: Plan(node: .filter(right, around), columns: right.columns),
            use: .exists, place: place)
        let found = try lookup.joined(to: left, around: left, binder)
        let isThere = found.allColumns[width]
        let condition = isWanted ? isThere : BoundExpression(.not(isThere), .bool, place)
        return Plan(
            node: .project(found.filtered(by: [condition]), left.allColumns), columns: left.columns)
    }

    /// ASOF: equalities, and one comparison of which the nearest is wanted.
    private func nearest(
        _ conditions: [BoundExpression], keepsLeft: Bool
    ) throws(TextError) -> Plan {
        var equalities: [BoundExpression] = []
        var nearest: Join.Nearest?
        for condition in conditions {
            if condition.equality(splitAt: width) != nil {
                equalities.append(condition)
            } else if nearest == nil, let found = Join.Nearest(condition, splitAt: width) {
                nearest = found
            } else {
                throw TextError(
                    "ASOF JOIN takes equalities and one comparison of both tables",
                    at: condition.place, hint: "put what else must hold into a subquery of FROM")
            }
        }
        guard let nearest else {
            throw TextError(
                "ASOF JOIN takes a comparison of both tables", at: place,
                hint: "such as AND a.time >= b.time")
        }
        return joined(equalities, keepsLeft: keepsLeft, nearest: nearest)
    }
}

extension Join.Nearest {
    /// The comparison of something of the left columns and something of the right ones; nil if a
    /// condition is none.
    fileprivate init?(_ condition: BoundExpression, splitAt width: Int) {
        guard case .compare(let comparison, let first, let second) = condition.form,
            comparison != .equal, comparison != .notEqual,
            let sides = BoundExpression(
                .compare(.equal, first, second), .bool, .none
            ).equality(splitAt: width)
        else { return nil }
        let isTurned = first != sides.left
        self.init(
            comparison: isTurned ? comparison.swapped : comparison, left: sides.left,
            right: sides.right)
    }
}

extension Plan {
    /// The columns from one on, and behind them those before.
    fileprivate func columns(from start: Int) -> Plan {
        let all = allColumns
        return Plan(
            node: .project(self, Array(all[start...] + all[..<start])),
            columns: Array(columns[start...] + columns[..<start]))
    }
}
