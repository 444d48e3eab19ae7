import AuraCore

/// Answers a query in an expression for all rows around it at once: what it asks of them becomes keys
/// by which its rows are joined with them.
///
/// Equalities with columns around become keys by themselves. For anything else the query's rows are put
/// together with the *domain*: the different values that the columns around have.
///
/// Source: T. Neumann and A. Kemper, "Unnesting Arbitrary Queries" (2015).
struct Decorrelation {
    /// Where the query stands.
    let place: Place
    /// The columns around that it names.
    let named: [Int]
    /// A row for each of their combinations.
    let domain: Plan

    /// Rows of a query that needs no others, with keys behind its columns.
    struct Rows {
        var plan: Plan
        /// What each key must be equal to, of a row around.
        var keys: [BoundExpression] = []
        /// Whether the keys are the domain's columns, which may be NULL.
        var hasDomain = false

        var width: Int { plan.columns.count - keys.count }
        var columns: [BoundExpression] { Array(plan.allColumns.prefix(width)) }
        var keyColumns: [BoundExpression] { Array(plan.allColumns.suffix(keys.count)) }
    }

    /// - Parameters:
    ///   - query: What names columns of the rows around.
    ///   - outer: The rows around.
    init(of query: Plan, around outer: Plan, _ place: Place) {
        self.place = place
        var named: Set<Int> = []
        _ = query.contains { part in
            if case .outer(let index) = part.form { named.insert(index) }
            return false
        }
        self.named = named.sorted()
        let columns = self.named.map { outer.columns[$0] }
        let values = Plan(
            node: .project(outer, self.named.map { outer.allColumns[$0] }), columns: columns)
        domain = Plan(node: .distinct(values, on: values.allColumns), columns: columns)
    }

    /// The rows of a plan, for all rows around.
    func rows(of plan: Plan) throws(TextError) -> Rows {
        guard plan.contains(\.isOuter) else { return Rows(plan: plan) }
        switch plan.node {
        case .filter(let input, let conditions):
            return filtered(try rows(of: input), conditions)
        case .project(let input, let expressions):
            let rows = knowing(expressions, try rows(of: input))
            return rows.mapped(expressions.map { known($0, rows) }, plan.columns)
        case .aggregate(let input, let aggregation):
            return try groups(
                try rows(of: input), aggregation, plan.columns, completing: true)
        case .distinct(let input, let keys):
            var rows = knowing(keys, try rows(of: input))
            let all = keys.map { known($0, rows) } + rows.keyColumns
            rows.plan = Plan(node: .distinct(rows.plan, on: all), columns: rows.plan.columns)
            return rows
        case .sort(let input, let keys, let limit):
            var rows = knowing(keys.map(\.expression), try rows(of: input))
            let keys = keys.map { $0.mapExpression { known($0, rows) } }
            if limit != RowLimit() { return self.limited(rows, keys, limit) }
            rows.plan = Plan(
                node: .sort(rows.plan, keys, limit: limit), columns: rows.plan.columns)
            return rows
        case .limit(let input, let limit): return limited(try rows(of: input), [], limit)
        case .window(let input, let calls): return windows(try rows(of: input), calls, plan.columns)
        case .join(let join): return try pairs(join, plan.columns)
        case .union(let parts):
            var all: [Rows] = []
            for part in parts { all.append(withDomain(try rows(of: part))) }
            var rows = all[0]
            rows.plan = Plan(
                node: .union(all.map(\.plan)),
                columns: plan.columns + rows.plan.columns.suffix(rows.keys.count))
            return rows
        case .unnest(let input, let lists):
            var rows = try rows(of: input)
            let keys = rows.plan.columns.suffix(rows.keys.count)
            rows.plan = Plan(node: .unnest(rows.plan, lists), columns: plan.columns + keys)
            return rows
        case .scan, .rows, .fill, .shared, .explained:
            throw TextError(
                "this query cannot name columns of the one around it", at: place,
                hint: Decorrelation.hint)
        }
    }

    static let hint = "write a JOIN instead"

    // MARK: The domain

    /// The same rows for each combination of the columns around, which are the keys then.
    func withDomain(_ rows: Rows) -> Rows {
        if rows.hasDomain { return rows }
        let width = rows.plan.columns.count
        let keys = zip(rows.keyColumns, rows.keys).map { column, key in
            (
                left: column,
                right: key.mapColumns { index, column in
                    BoundExpression(.column(place(of: index)), column.type, column.place)
                }
            )
        }
        let joined = Plan(
            node: .join(
                Join(left: rows.plan, right: domain, keepsLeft: false, keys: keys, conditions: [])),
            columns: rows.plan.columns + domain.columns)
        let kept = rows.columns + joined.allColumns.suffix(from: width)
        let columns = Array(rows.plan.columns.prefix(rows.width)) + domain.columns
        return Rows(
            plan: Plan(node: .project(joined, kept), columns: columns),
            keys: zip(named, domain.columns).map { index, column in
                BoundExpression(.column(index), column.type, place)
            }, hasDomain: true)
    }

    /// Where a column around stands in the domain.
    private func place(of index: Int) -> Int { named.firstIndex(of: index) ?? 0 }

    /// The rows with the domain, if some expressions of them need it.
    private func knowing(_ expressions: [BoundExpression], _ rows: Rows) -> Rows {
        expressions.contains(where: \.needsOuter) ? withDomain(rows) : rows
    }

    /// An expression of rows that have the domain, if it needs it.
    private func known(_ expression: BoundExpression, _ rows: Rows) -> BoundExpression {
        expression.mapOuter { index, column in
            BoundExpression(.column(rows.width + place(of: index)), column.type, column.place)
        }
    }

    // MARK: Steps

    /// The rows for which conditions hold.
    func filtered(_ rows: Rows, _ conditions: [BoundExpression]) -> Rows {
        var rows = rows
        let own = conditions.filter { !$0.needsOuter }
        rows.plan = rows.plan.filtered(by: own)
        var rest: [BoundExpression] = []
        for condition in conditions where condition.needsOuter {
            guard !rows.hasDomain, let (inner, outer) = condition.correlatedEquality else {
                rest.append(condition)
                continue
            }
            rows.plan = Plan(
                node: .project(rows.plan, rows.plan.allColumns + [inner]),
                columns: rows.plan.columns + [Plan.Column(name: "", type: inner.type)])
            rows.keys.append(outer)
        }
        if rest.isEmpty { return rows }
        rows = withDomain(rows)
        rows.plan = rows.plan.filtered(by: rest.map { known($0, rows) })
        return rows
    }

    /// - Parameter completing: Whether combinations of the columns around without rows have a total, too.
    private func groups(
        _ input: Rows, _ aggregation: Aggregation, _ columns: [Plan.Column], completing: Bool
    ) throws(TextError) -> Rows {
        var rows = knowing(aggregation.expressions, input)
        var known = aggregation
        known.keys = aggregation.keys.map { self.known($0, rows) }
        known.calls = aggregation.calls.map { $0.mapExpressions { self.known($0, rows) } }
        if completing, aggregation.sets.contains([]) {
            guard aggregation.sets.count == 1 else {
                throw TextError(
                    "a total beside groups in a query that names columns of the one around it",
                    at: place, hint: Decorrelation.hint)
            }
            (rows, known) = completed(withDomain(rows), known)
        }
        return rows.grouped(known, columns)
    }

    /// The totals of a query of which there is one for all rows; nil if it is none.
    func totals(of plan: Plan) throws(TextError) -> Rows? {
        switch plan.node {
        case .project(let input, let expressions):
            guard !expressions.contains(where: \.needsOuter) else { return nil }
            return try totals(of: input)?.mapped(expressions, plan.columns)
        case .aggregate(let input, let aggregation):
            guard aggregation.sets == [[]] else { return nil }
            return try groups(try rows(of: input), aggregation, plan.columns, completing: false)
        default: return nil
        }
    }

    /// Rows that have the domain, and one of NULLs for each of its rows that has none, which aggregates
    /// do not see.
    private func completed(_ rows: Rows, _ aggregation: Aggregation) -> (Rows, Aggregation) {
        let mark = BoundExpression(.bool(true), .bool, place)
        let marked = rows.mapped(
            rows.columns + [mark],
            rows.plan.columns.prefix(rows.width) + [Plan.Column(name: "", type: .bool)])
        let keys = zip(domain.allColumns, marked.keyColumns).map { (left: $0, right: $1) }
        let joined = Plan(
            node: .join(
                Join(
                    left: domain, right: marked.plan, keepsLeft: true, keys: keys,
                    matchesNulls: true, conditions: [])),
            columns: domain.columns + marked.plan.columns)
        let all = joined.allColumns
        let start = domain.columns.count
        var completed = marked
        completed.plan = Plan(
            node: .project(joined, Array(all[start..<start + marked.width] + all[..<start])),
            columns: marked.plan.columns)
        var aggregation = aggregation
        for index in aggregation.calls.indices {
            let filters = [aggregation.calls[index].filter].compactMap(\.self)
            aggregation.calls[index].filter = BoundExpression(
                .all([completed.plan.allColumns[rows.width]] + filters), .bool, place)
        }
        return (completed, aggregation)
    }

    /// Of each combination of keys some rows, in an order.
    private func limited(_ rows: Rows, _ order: [SortKey], _ limit: RowLimit) -> Rows {
        let number = WindowCall(
            function: .ranking(.rowNumber), arguments: [], ignoresNulls: false,
            partition: rows.keyColumns, order: order,
            frame: WindowCall.Frame(unit: .range, start: .unboundedPreceding, end: .currentRow),
            type: .int64)
        let numbered = Plan(window: rows.plan, [number])
        let place = BoundExpression(.column(rows.plan.columns.count), .int64, self.place)
        func constant(_ number: Int) -> BoundExpression {
            BoundExpression(.int64(Int64(number)), .int64, self.place)
        }
        var conditions = [
            BoundExpression(.compare(.greater, place, constant(limit.offset)), .bool, self.place)
        ]
        if let end = limit.end {
            conditions.append(
                BoundExpression(.compare(.lessEqual, place, constant(end)), .bool, self.place))
        }
        var limited = rows
        limited.plan = Plan(
            node: .project(numbered.filtered(by: conditions), rows.plan.allColumns),
            columns: rows.plan.columns)
        return limited
    }

    private func windows(
        _ input: Rows, _ calls: [WindowCall], _ columns: [Plan.Column]
    ) -> Rows {
        var rows = knowing(calls.flatMap(\.expressions), input)
        let calls = calls.map { call in
            var call = call.mapExpressions { known($0, rows) }
            call.partition += rows.keyColumns
            return call
        }
        let computed = Plan(window: rows.plan, calls)
        let all = computed.allColumns
        let end = rows.plan.columns.count
        rows.plan = Plan(
            node: .project(computed, Array(all[..<rows.width] + all[end...] + rows.keyColumns)),
            columns: columns + rows.plan.columns.suffix(rows.keys.count))
        return rows
    }

    private func pairs(_ join: Join, _ columns: [Plan.Column]) throws(TextError) -> Rows {
        var left = try rows(of: join.left)
        var right = try rows(of: join.right)
        let equalities = join.keys.map { key in
            let other = key.right.shifted(by: join.left.columns.count)
            return BoundExpression(.compare(.equal, key.left, other), .bool, place)
        }
        let conditions = equalities + join.conditions
        if join.keepsLeft || join.nearest != nil {
            guard right.keys.isEmpty,
                !(conditions + join.leftExpressions).contains(where: \.needsOuter)
            else {
                throw TextError(
                    "the right side of this join cannot name columns of the query around it",
                    at: place, hint: Decorrelation.hint)
            }
        }
        if left.hasDomain || right.hasDomain {
            (left, right) = (withDomain(left), withDomain(right))
        }
        let (width, shift) = (left.width, left.keys.count)
        // The keys of the left stand between the columns.
        func shifted(_ expression: BoundExpression) -> BoundExpression {
            expression.mapColumns { index, column in
                let place = index < width ? index : index + shift
                return BoundExpression(.column(place), column.type, column.place)
            }
        }
        var joined = join
        joined.left = left.plan
        joined.right = right.plan
        joined.keys = join.keys.filter { !$0.left.needsOuter && !$0.right.needsOuter }
        joined.conditions = join.conditions.filter { !$0.needsOuter }.map(shifted)
        let rightKeys = right.keyColumns.map { $0.shifted(by: left.plan.columns.count) }
        if left.hasDomain {
            joined.conditions += zip(left.keyColumns, rightKeys).map {
                BoundExpression(.alike($0, $1), .bool, place)
            }
        }
        let pairs = Plan(node: .join(joined), columns: left.plan.columns + right.plan.columns)
        let all = pairs.allColumns
        let start = left.plan.columns.count
        var rows = left
        if !left.hasDomain { rows.keys += right.keys }
        rows.plan = Plan(
            node: .project(
                pairs,
                all[..<width] + all[start..<start + right.width] + left.keyColumns
                    + (left.hasDomain ? [] : rightKeys)),
            columns: columns + rows.keys.map { Plan.Column(name: "", type: $0.type) })
        return filtered(rows, conditions.filter(\.needsOuter))
    }
}
