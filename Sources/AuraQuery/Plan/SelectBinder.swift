import AuraCore

/// Binds one SELECT: its tables, then what is computed of their rows.
final class SelectBinder {
    let binder: Binder
    var scope: Scope
    /// The items of SELECT that have a name, which other clauses may use.
    var aliases: [(name: Expression.Name, expression: Expression)] = []
    var windowNames: [Select.NamedWindow] = []
    /// Aggregates and window functions that were met.
    var aggregates: [AggregateCall] = []
    var windows: [WindowCall] = []
    /// What must hold of all rows, by WHERE.
    var conditions: [BoundExpression] = []
    /// The buckets of time that rows are grouped by.
    private(set) var series: BucketSeries?
    /// Aliases that are being looked at, lest one names itself.
    var openAliases: [String] = []
    /// How much was bound of what aliases stand for.
    var aliasedParts = 0
    /// What UNNEST has met: the lists that become rows.
    var unnested: [BoundExpression] = []
    /// Queries in expressions that name columns of the rows, each of which is a column behind those.
    var lookups: [Lookup] = []
    /// Whether there are rows that such columns can stand behind.
    private(set) var takesLookups = false

    /// More are refused: some lists of columns are searched again and again.
    static let columnLimit = 10_000
    /// Sets of keys that rows are grouped by, at most.
    private static let setLimit = 1_000

    /// Where an expression stands, which says what it may contain.
    enum Clause: String {
        case constant = "LIMIT"
        case condition = "WHERE"
        case join = "ON"
        case group = "GROUP BY"
        case item = "SELECT"
        case having = "HAVING"
        case qualify = "QUALIFY"
        case order = "ORDER BY"
        case aggregate = "an aggregate"
        case window = "a window"

        var allowsAggregates: Bool {
            switch self {
            case .item, .having, .qualify, .order, .window: true
            default: false
            }
        }

        var allowsWindows: Bool { [.item, .qualify, .order].contains(self) }
        /// Whether an item's name comes before a column's.
        var prefersAliases: Bool { self == .order || self == .having || self == .qualify }
    }

    init(_ binder: Binder, _ scope: Scope = Scope()) {
        self.binder = binder
        self.scope = scope
    }

    /// What an item is, and its name in the answer.
    private struct Item {
        var expression: BoundExpression
        let name: String
    }

    // MARK: The whole

    /// The plan of a SELECT.
    ///
    /// - Parameter query: ORDER BY and LIMIT; nil where it is a part of a UNION.
    func plan(_ select: Select, _ query: Query?) throws(TextError) -> Plan {
        var plan = Plan(node: .rows([], count: 1), columns: [])
        if let table = select.from { plan = try self.from(table) }
        takesLookups = true
        windowNames = select.windows
        for case .expression(let expression, let alias?) in select.items {
            aliases.append((alias, expression))
        }
        if let filter = select.filter { plan = try filtered(plan, by: filter) }
        series = try bucketSeries(select)
        var items = try bind(select.items)
        var (keys, sets) = try groupings(select, items.map(\.expression))
        var having = try select.having.map { expression throws(TextError) in
            try condition(expression, .having)
        }
        var qualify = try select.qualify.map { expression throws(TextError) in
            try condition(expression, .qualify)
        }
        var order = try orderKeys(query, items.map(\.expression))
        var distinct = try distinctKeys(select)
        plan = try joiningLookups(plan)
        addLookups(to: &keys, &sets)

        if !keys.isEmpty || !aggregates.isEmpty || having != nil || !select.groupings.isEmpty {
            plan = try grouped(plan, Aggregation(keys: keys, sets: sets, calls: aggregates))
            let rewrite = Regrouping(keys: keys)
            for index in items.indices {
                items[index].expression = try rewrite.applied(to: items[index].expression)
            }
            having = try having.map { expression throws(TextError) in
                try rewrite.applied(to: expression)
            }
            qualify = try qualify.map { expression throws(TextError) in
                try rewrite.applied(to: expression)
            }
            for index in order.indices {
                order[index].expression = try rewrite.applied(to: order[index].expression)
            }
            for index in distinct.indices {
                distinct[index] = try rewrite.applied(to: distinct[index])
            }
            for index in windows.indices {
                windows[index] = try windows[index].mapExpressions { expression throws(TextError) in
                    try rewrite.applied(to: expression)
                }
            }
            if let having { plan = plan.filtered(by: having.conjuncts) }
        }
        if !windows.isEmpty {
            plan = plan.withSomeColumn
            let start = plan.columns.count
            plan = Plan(window: plan, windows)
            let rewrite = { (expression: BoundExpression) in
                expression.windowsAsColumns(from: start)
            }
            for index in items.indices {
                items[index].expression = rewrite(items[index].expression)
            }
            for index in order.indices {
                order[index].expression = rewrite(order[index].expression)
            }
            distinct = distinct.map(rewrite)
            if let qualify { plan = plan.filtered(by: rewrite(qualify).conjuncts) }
        } else if let qualify {
            throw TextError(
                "QUALIFY needs a window function", at: qualify.place, hint: "use WHERE or HAVING")
        }
        if !unnested.isEmpty { plan = unnesting(plan, &items, &order) }
        return try finished(plan, items, order, distinct, select, query)
    }

    /// The items, DISTINCT, ORDER BY and LIMIT.
    private func finished(
        _ plan: Plan, _ items: [Item], _ order: [SortKey], _ distinct: [BoundExpression],
        _ select: Select, _ query: Query?
    ) throws(TextError) -> Plan {
        var expressions = items.map(\.expression)
        var columns = items.map { Plan.Column(name: $0.name, type: $0.expression.type) }
        // What rows are ordered by stands behind the items, unless it is one.
        func place(_ expression: BoundExpression) -> BoundExpression {
            let index: Int
            if let known = expressions.firstIndex(of: expression) {
                index = known
            } else {
                index = expressions.count
                expressions.append(expression)
                columns.append(Plan.Column(name: "", type: expression.type))
            }
            return BoundExpression(.column(index), expression.type, expression.place)
        }
        let keys = order.map {
            SortKey(
                expression: place($0.expression), isDescending: $0.isDescending,
                hasNullsFirst: $0.hasNullsFirst)
        }
        let distinct = distinct.map { place($0) }
        var plan = Plan(node: .project(plan, expressions), columns: columns)
        switch select.distinct {
        case .no: break
        case .all:
            if let hidden = order.first(where: { key in
                !items.contains { $0.expression == key.expression }
            }) {
                throw TextError(
                    "with SELECT DISTINCT, ORDER BY can have its items only",
                    at: hidden.expression.place)
            }
            plan = Plan(
                node: .distinct(plan, on: Array(plan.allColumns.prefix(items.count))),
                columns: columns)
        case .on:
            // The first of each, in the order asked for.
            if !keys.isEmpty {
                plan = Plan(node: .sort(plan, keys, limit: RowLimit()), columns: columns)
            }
            plan = Plan(node: .distinct(plan, on: distinct), columns: columns)
        }
        if let query { plan = try binder.limited(plan, keys, query) }
        if columns.count == items.count { return plan }
        return Plan(
            node: .project(plan, Array(plan.allColumns.prefix(items.count))),
            columns: Array(columns.prefix(items.count)))
    }

    // MARK: Clauses

    private func bind(_ items: [Select.Item]) throws(TextError) -> [Item] {
        var bound: [Item] = []
        for item in items {
            switch item {
            case .expression(let expression, let alias):
                bound.append(
                    Item(
                        expression: try bind(expression, .item),
                        name: alias?.text ?? expression.columnName))
            case .all(let table, let excluded, let place):
                bound += try all(of: table, excluded, place)
            }
            try SelectBinder.check(columns: bound.count)
        }
        return bound
    }

    static func check(columns: Int) throws(TextError) {
        guard columns <= columnLimit else {
            throw TextError(
                "more than \(columnLimit) columns", at: .none,
                hint: "name those that are wanted instead of *, or make rows of them")
        }
    }

    private func all(
        of table: Expression.Name?, _ excluded: [Expression.Name], _ place: Place
    ) throws(TextError) -> [Item] {
        guard !scope.tables.isEmpty else {
            throw TextError("there is no table to take all columns of", at: place)
        }
        var items: [Item] = []
        var isKnown = table == nil
        for candidate in scope.tables {
            if let table {
                guard let name = candidate.name, name.lowercased() == table.text.lowercased() else {
                    continue
                }
                isKnown = true
            }
            for (index, column) in candidate.columns.enumerated()
            where !candidate.hidden.contains(index) && !column.name.hasPrefix("$") {
                if excluded.contains(where: { $0.text.lowercased() == column.name.lowercased() }) {
                    continue
                }
                let expression = BoundExpression(
                    .column(candidate.start + index), column.type, place)
                items.append(Item(expression: expression, name: column.name))
            }
        }
        guard isKnown else {
            throw TextError(
                "there is no table '\(table?.text ?? "")' here", at: table?.place ?? place)
        }
        for name in excluded
        where !scope.columnNames.contains(where: { $0.lowercased() == name.text.lowercased() }) {
            throw TextError("there is no column '\(name.text)' to exclude", at: name.place)
        }
        return items
    }

    /// A condition, which must be BOOLEAN.
    func condition(_ expression: Expression, _ clause: Clause) throws(TextError) -> BoundExpression
    {
        let bound = try bind(expression, clause)
        if bound.type == .bool { return bound }
        guard bound.type == .null || bound.type.isNumber || bound.isTextLiteral else {
            throw TextError(
                "\(clause.rawValue) takes a condition, not a \(bound.type.name)",
                at: expression.place)
        }
        return try binder.coerced(bound, to: .bool)
    }

    private func distinctKeys(_ select: Select) throws(TextError) -> [BoundExpression] {
        guard case .on(let expressions) = select.distinct else { return [] }
        var keys: [BoundExpression] = []
        for expression in expressions { keys.append(try bind(expression, .order)) }
        return keys
    }

    /// What rows are ordered by.
    func orderKeys(
        _ query: Query?, _ items: [BoundExpression]
    ) throws(TextError) -> [SortKey] {
        var keys: [SortKey] = []
        for item in query?.order ?? [] {
            if query?.ordersByAll == true {
                keys += items.map { key(item, $0) }
            } else {
                keys.append(key(item, try positioned(item.expression, items, .order)))
            }
        }
        return keys
    }

    func key(_ item: OrderItem, _ expression: BoundExpression) -> SortKey {
        SortKey(
            expression: expression, isDescending: item.isDescending,
            hasNullsFirst: item.hasNullsFirst ?? false)
    }

    /// An expression, or the item that a whole number means.
    func positioned(
        _ expression: Expression, _ items: [BoundExpression], _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        guard case .integer(let number) = expression.form else {
            return try bind(expression, clause)
        }
        guard let index = Int(exactly: number), items.indices.contains(index - 1) else {
            throw TextError(
                "there is no item \(number); there are \(items.count)", at: expression.place)
        }
        return items[index - 1]
    }

    /// What rows are grouped by, and the sets of these that ROLLUP, CUBE and GROUPING SETS mean.
    private func groupings(
        _ select: Select, _ items: [BoundExpression]
    ) throws(TextError) -> (keys: [BoundExpression], sets: [[Int]]) {
        var keys: [BoundExpression] = []
        func add(_ expression: BoundExpression) -> Int {
            if let known = keys.firstIndex(of: expression) { return known }
            keys.append(expression)
            return keys.count - 1
        }
        if select.groupsByAll {
            for item in items where !item.contains({ $0.isAggregate || $0.isWindow }) {
                _ = add(item)
            }
            return (keys, [Array(keys.indices)])
        }
        var sets: [[Int]] = [[]]
        for grouping in select.groupings {
            guard
                sets.count * grouping.setCount(upTo: SelectBinder.setLimit + 1)
                    <= SelectBinder.setLimit
            else {
                throw TextError(
                    "GROUP BY makes more than \(SelectBinder.setLimit) groupings",
                    at: grouping.expressions.first?.place ?? .none, hint: "name fewer keys in it")
            }
            var parts: [[Int]] = []
            for expressions in grouping.sets {
                var part: [Int] = []
                for expression in expressions {
                    part.append(add(try groupKey(expression, items)))
                }
                parts.append(part)
            }
            sets = sets.flatMap { set in parts.map { set + $0 } }
        }
        return (keys, sets)
    }

    private func groupKey(
        _ expression: Expression, _ items: [BoundExpression]
    ) throws(TextError) -> BoundExpression {
        let key = try positioned(expression, items, .group)
        guard !key.contains({ $0.isAggregate || $0.isWindow }) else {
            throw TextError("GROUP BY cannot have an aggregate", at: expression.place)
        }
        return key
    }

    // MARK: UNNEST

    /// Lists of items become rows.
    private func unnesting(
        _ plan: Plan, _ items: inout [Item], _ order: inout [SortKey]
    ) -> Plan {
        let start = plan.columns.count
        let base = Plan(
            node: .project(plan, plan.allColumns + unnested),
            columns: plan.columns + unnested.map { Plan.Column(name: "", type: $0.type) })
        var columns = base.columns
        for index in unnested.indices {
            if case .list(let item) = unnested[index].type { columns[start + index].type = item }
        }
        let numbers = Array(start..<start + unnested.count)
        for index in items.indices {
            items[index].expression = items[index].expression.replacingUnnested(from: start)
        }
        for index in order.indices {
            order[index].expression = order[index].expression.replacingUnnested(from: start)
        }
        return Plan(node: .unnest(base, numbers), columns: columns)
    }
}
