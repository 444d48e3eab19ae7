import AuraCore

/// FROM: tables, queries and joins.
extension SelectBinder {
    /// The plan of the tables, whose columns the scope has then.
    func from(_ table: Table) throws(TextError) -> Plan {
        switch table {
        case .named(let path, let alias):
            let plan = try binder.table(path)
            let name = alias?.text ?? path.map(\.text).joined(separator: ".")
            scope.add(name, plan.columns)
            return plan
        case .query(let query, let alias, let columns, _):
            var plan = try binder.plan(query)
            try binder.rename(&plan, columns)
            scope.add(alias?.text, plan.columns)
            return plan
        case .join(let join): return try self.join(join)
        }
    }

    private func join(_ join: Table.Join) throws(TextError) -> Plan {
        let start = scope.count
        let left = try from(join.left)
        let middle = scope.count
        let right = SelectBinder(binder)
        let rightPlan = try right.from(join.right)
        scope.add(right.scope)
        try SelectBinder.check(columns: scope.count)
        var keys: [(left: BoundExpression, right: BoundExpression)] = []
        var conditions: [BoundExpression] = []
        switch join.condition {
        case .none: break
        case .on(let expression):
            for condition in try condition(expression, .join).conjuncts {
                // Of this join's own columns, whatever stands before them.
                conditions.append(condition.shifted(by: -start))
            }
        case .using(let names):
            for name in names {
                let column = Expression.ColumnName(parts: [name])
                guard let first = try leftColumn(column, start..<middle, name.place),
                    let second = try right.scope.column(column, name.place)
                else {
                    throw TextError(
                        "USING takes columns of both tables, and '\(name.text)' is none",
                        at: name.place)
                }
                let (_, sides) = try binder.unified(
                    [first.shifted(by: -start), second], "a comparison")
                keys.append((sides[0], sides[1]))
                if case .column(let index) = second.form { scope.hide(middle + index) }
            }
        }
        let width = middle - start
        var rest: [BoundExpression] = []
        for condition in conditions {
            if let key = condition.equality(splitAt: width) {
                keys.append(key)
            } else {
                rest.append(condition)
            }
        }
        let node = Join(
            left: left, right: rightPlan, keepsLeft: join.kind == .left, keys: keys,
            conditions: rest)
        return Plan(node: .join(node), columns: left.columns + rightPlan.columns)
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

extension BoundExpression {
    /// The sides of an equality of something of the left columns and something of the right ones.
    func equality(splitAt width: Int) -> (left: BoundExpression, right: BoundExpression)? {
        guard case .compare(.equal, let first, let second) = form else { return nil }
        let (firstColumns, secondColumns) = (first.columns, second.columns)
        guard !firstColumns.isEmpty, !secondColumns.isEmpty, !contains(\.isVolatileCall) else {
            return nil
        }
        if firstColumns.allSatisfy({ $0 < width }), secondColumns.allSatisfy({ $0 >= width }) {
            return (first, second.shifted(by: -width))
        }
        if firstColumns.allSatisfy({ $0 >= width }), secondColumns.allSatisfy({ $0 < width }) {
            return (second, first.shifted(by: -width))
        }
        return nil
    }

    var isVolatileCall: Bool {
        if case .call(let function, _) = form { return function.function.isVolatile }
        return false
    }
}
