import AuraCore

/// Makes expressions of a query's rows ones of its groups.
struct Regrouping {
    let keys: [BoundExpression]

    /// The expression with columns of the groups: keys first, then aggregates.
    func applied(to expression: BoundExpression) throws(TextError) -> BoundExpression {
        if let index = keys.firstIndex(of: expression) {
            return BoundExpression(.column(index), expression.type, expression.place)
        }
        var expression = expression
        switch expression.form {
        case .all(let parts): expression.form = .all(joiningKeys(parts, isAnd: true))
        case .any(let parts): expression.form = .any(joiningKeys(parts, isAnd: false))
        default: break
        }
        switch expression.form {
        case .aggregate(let number):
            return BoundExpression(.column(keys.count + number), expression.type, expression.place)
        case .column:
            throw TextError(
                "this column is neither grouped by nor in an aggregate", at: expression.place,
                hint: "add it to GROUP BY, or take any_value() of it")
        default:
            return try expression.mapParts { part throws(TextError) in try applied(to: part) }
        }
    }

    /// The same with a key in the place of its parts, where these are some of a longer AND or OR.
    private func joiningKeys(_ parts: [BoundExpression], isAnd: Bool) -> [BoundExpression] {
        var parts = parts
        for key in keys {
            switch (key.form, isAnd) {
            case (.all(let inner), true), (.any(let inner), false):
                while let range = parts.firstRange(of: inner) {
                    parts.replaceSubrange(range, with: [key])
                }
            default: break
            }
        }
        return parts
    }
}

extension BoundExpression {
    var isAggregate: Bool {
        if case .aggregate = form { return true }
        return false
    }

    var isWindow: Bool {
        if case .window = form { return true }
        return false
    }

    /// The same with columns for window functions.
    func windowsAsColumns(from start: Int) -> BoundExpression {
        if case .window(let number) = form {
            return BoundExpression(.column(start + number), type, place)
        }
        return mapParts { $0.windowsAsColumns(from: start) }
    }

    /// The same with columns for the items of lists.
    func replacingUnnested(from start: Int) -> BoundExpression {
        if case .unnested(let number) = form {
            return BoundExpression(.column(start + number), type, place)
        }
        return mapParts { $0.replacingUnnested(from: start) }
    }

    /// The parts that must all hold.
    var conjuncts: [BoundExpression] {
        if case .all(let parts) = form { return parts.flatMap(\.conjuncts) }
        return [self]
    }

    /// The columns that it needs.
    var columns: Set<Int> {
        var columns: Set<Int> = []
        var open = [self]
        while let next = open.popLast() {
            if case .column(let index) = next.form { columns.insert(index) }
            open += next.parts
        }
        return columns
    }

    /// The same of other columns.
    func mapColumns(
        _ body: @escaping (Int, BoundExpression) -> BoundExpression
    ) -> BoundExpression {
        ColumnMapping(body).applied(to: self)
    }

    /// The same of columns that stand so much further.
    func shifted(by distance: Int) -> BoundExpression {
        mapColumns { BoundExpression(.column($0 + distance), $1.type, $1.place) }
    }
}

extension SortKey {
    func mapExpression<Failure: Error>(
        _ body: (BoundExpression) throws(Failure) -> BoundExpression
    ) throws(Failure) -> SortKey {
        SortKey(
            expression: try body(expression), isDescending: isDescending,
            hasNullsFirst: hasNullsFirst)
    }
}

extension AggregateCall {
    func mapExpressions<Failure: Error>(
        _ body: (BoundExpression) throws(Failure) -> BoundExpression
    ) throws(Failure) -> AggregateCall {
        var copy = self
        copy.arguments = []
        for argument in arguments { copy.arguments.append(try body(argument)) }
        copy.order = []
        for key in order { copy.order.append(try key.mapExpression(body)) }
        if let filter { copy.filter = try body(filter) }
        return copy
    }
}

extension WindowCall {
    func mapExpressions<Failure: Error>(
        _ body: (BoundExpression) throws(Failure) -> BoundExpression
    ) throws(Failure) -> WindowCall {
        var copy = self
        if case .aggregate(let call) = function {
            copy.function = .aggregate(try call.mapExpressions(body))
        }
        copy.arguments = []
        for argument in arguments { copy.arguments.append(try body(argument)) }
        copy.partition = []
        for expression in partition { copy.partition.append(try body(expression)) }
        copy.order = []
        for key in order { copy.order.append(try key.mapExpression(body)) }
        return copy
    }
}

extension Plan {
    /// Groups of another's rows.
    init(aggregate plan: Plan, _ aggregation: Aggregation) {
        let keys = aggregation.keys.map { Column(name: "", type: $0.type) }
        let calls = aggregation.calls.map { Column(name: "", type: $0.function.result) }
        self.init(node: .aggregate(plan, aggregation), columns: keys + calls)
    }

    /// The same rows with a column, for what has none has nothing that its rows are counted by.
    var withSomeColumn: Plan {
        guard columns.isEmpty else { return self }
        let column = BoundExpression(.bool(true), .bool, .none)
        return Plan(
            node: .project(self, [column]), columns: [Column(name: "", type: column.type)])
    }

    /// Another's rows with window functions behind them.
    init(window plan: Plan, _ calls: [WindowCall]) {
        let columns = calls.map { Column(name: "", type: $0.type) }
        self.init(node: .window(plan, calls), columns: plan.columns + columns)
    }
}

/// Puts expressions in the place of columns.
private final class ColumnMapping {
    private let body: (Int, BoundExpression) -> BoundExpression

    init(_ body: @escaping (Int, BoundExpression) -> BoundExpression) {
        self.body = body
    }

    func applied(to expression: BoundExpression) -> BoundExpression {
        if case .column(let index) = expression.form { return body(index, expression) }
        return expression.mapParts { applied(to: $0) }
    }
}
