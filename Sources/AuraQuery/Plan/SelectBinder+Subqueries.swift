import AuraCore

/// Queries in expressions.
extension SelectBinder {
    /// The value of a query, or whether it has rows.
    func subquery(
        _ query: Query, _ use: Binder.Subquery.Use, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        func number(_ number: Int) -> BoundExpression {
            use == .exists
                ? BoundExpression(.exists(number), .bool, place)
                : BoundExpression(
                    .value(number), binder.subqueries[number].plan.columns[0].type, place)
        }
        if let known = binder.subquery(query, use, place) { return number(known) }
        let lookup: Lookup.Use = use == .exists ? .exists : .value
        if let known = self.lookup(query, place) { return known }
        let plan = try self.plan(query, place, isOneColumn: use != .exists)
        if plan.contains(\.isOuter) {
            return try add(Lookup(query: query, plan: plan, use: lookup, place: place), clause)
        }
        binder.subqueries.append(
            Binder.Subquery(query: query, plan: plan, use: use, place: place))
        return number(binder.subqueries.count - 1)
    }

    /// IN.
    func amongRows(
        _ value: BoundExpression, _ query: Query, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        if let known = binder.subquery(query, .rows, place) {
            let value = try binder.coerced(value, to: binder.subqueries[known].plan.types[0])
            return BoundExpression(.amongRows(value, known), .bool, place)
        }
        if let known = lookup(query, place) { return known }
        let plan = try self.plan(query, place, isOneColumn: true)
        let column = plan.columns[0]
        guard let type = binder.commonType([value, plan.allColumns[0]]) else {
            throw TextError(
                "a comparison of \(value.type.name) and \(column.type.name)", at: place,
                hint: "cast one of them to the other's type")
        }
        let cast = try plan.cast(to: [Plan.Column(name: column.name, type: type)], binder)
        let value = try binder.coerced(value, to: type)
        if plan.contains(\.isOuter) {
            guard !value.contains({ $0.isAggregate || $0.isWindow }) else {
                throw TextError(
                    "an aggregate is looked for in a query that names columns of the one around it",
                    at: place, hint: "aggregate in a subquery of FROM first")
            }
            return try add(
                Lookup(query: query, plan: cast, use: .among(value), place: place), clause)
        }
        binder.subqueries.append(
            Binder.Subquery(query: query, plan: cast, use: .rows, place: place))
        return BoundExpression(.amongRows(value, binder.subqueries.count - 1), .bool, place)
    }

    private func plan(
        _ query: Query, _ place: Place, isOneColumn: Bool
    ) throws(TextError) -> Plan {
        binder.outerScopes.append(scope)
        defer { binder.outerScopes.removeLast() }
        let plan = try binder.plan(query)
        guard plan.columns.count == 1 || !isOneColumn else {
            throw TextError(
                "this query has \(plan.columns.count) columns, and one is wanted", at: place)
        }
        return plan
    }

    // MARK: Columns of the query around

    /// The column of that name of the rows around the query; nil if there is none.
    func outerColumn(
        _ name: Expression.ColumnName, _ place: Place
    ) throws(TextError) -> BoundExpression? {
        for (distance, outer) in binder.outerScopes.reversed().enumerated() {
            guard let column = try outer.column(name, place), case .column(let index) = column.form
            else { continue }
            if distance == 0 { return BoundExpression(.outer(index), column.type, place) }
            let text = name.parts.map(\.text).joined(separator: ".")
            throw TextError(
                "'\(text)' is a column of a query further out than the one around this one",
                at: place, hint: Decorrelation.hint)
        }
        return nil
    }

    /// The column of a query that was met before.
    private func lookup(_ query: Query, _ place: Place) -> BoundExpression? {
        let known = lookups.firstIndex { $0.place.bytes == place.bytes && $0.query == query }
        return known.map { column(ofLookup: $0) }
    }

    private func column(ofLookup number: Int) -> BoundExpression {
        BoundExpression(
            .column(scope.count + number), lookups[number].type, lookups[number].place)
    }

    private func add(_ lookup: Lookup, _ clause: Clause) throws(TextError) -> BoundExpression {
        guard takesLookups, clause != .join else {
            throw TextError(
                "a query in \(clause.rawValue) cannot name columns of the one around it here",
                at: lookup.place, hint: "compute it in a subquery of FROM first")
        }
        lookups.append(lookup)
        return column(ofLookup: lookups.count - 1)
    }

    /// The rows with the columns of queries that were met since the last time.
    func joiningLookups(_ plan: Plan) throws(TextError) -> Plan {
        let new = plan.columns.count - scope.count..<lookups.count
        if new.isEmpty { return plan }
        let rows = binder.repeatable(plan)
        var joined = rows
        for number in new {
            joined = try lookups[number].joined(to: joined, around: rows, binder)
        }
        return joined
    }

    /// The rows for which the condition of WHERE holds.
    func filtered(_ plan: Plan, by filter: Expression) throws(TextError) -> Plan {
        conditions = try condition(filter, .condition).conjuncts
        // What needs no other rows leaves out those that others are looked for.
        let isOwn = { (condition: BoundExpression) in
            condition.columns.allSatisfy { $0 < self.scope.count }
        }
        return try joiningLookups(plan.filtered(by: conditions.filter(isOwn)))
            .filtered(by: conditions.filter { !isOwn($0) })
    }

    /// Adds to keys what queries give for all that they name of the rows if it is among them: that is the
    /// same for all rows of a group.
    func addLookups(to keys: inout [BoundExpression], _ sets: inout [[Int]]) {
        guard sets.count == 1, sets[0].count == keys.count else { return }
        let columns = Set(
            keys.compactMap { key in
                if case .column(let index) = key.form { index } else { nil }
            })
        for number in lookups.indices where lookups[number].namedColumns.isSubset(of: columns) {
            let column = column(ofLookup: number)
            if !keys.contains(column) { keys.append(column) }
        }
        sets = [Array(keys.indices)]
    }
}
