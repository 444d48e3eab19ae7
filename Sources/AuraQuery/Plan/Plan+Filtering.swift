import AuraCore

/// Conditions go where rows come from: what is left out early is not joined, grouped or computed.
extension Plan {
    /// The rows for which all conditions hold.
    func filtered(by conditions: [BoundExpression]) -> Plan {
        if conditions.isEmpty { return self }
        switch node {
        case .filter(let plan, let known):
            return with(.filter(plan, known + conditions))
        case .join(let join): return filtered(join, conditions)
        case .project(let plan, let expressions): return filtered(plan, expressions, conditions)
        case .aggregate(let plan, let aggregation):
            return filtered(plan, aggregation, conditions)
        case .union(let parts):
            return with(.union(parts.map { $0.filtered(by: conditions) }))
        case .scan, .rows, .fill, .distinct, .sort, .limit, .window, .shared, .unnest, .explained:
            return Plan(node: .filter(self, conditions), columns: columns)
        }
    }

    private func with(_ node: Node) -> Plan {
        var plan = self
        plan.node = node
        return plan
    }

    private func keeping(_ plan: Plan, _ conditions: [BoundExpression]) -> Plan {
        conditions.isEmpty ? plan : Plan(node: .filter(plan, conditions), columns: columns)
    }

    private func filtered(_ join: Join, _ conditions: [BoundExpression]) -> Plan {
        var join = join
        let width = join.left.columns.count
        var left: [BoundExpression] = []
        var right: [BoundExpression] = []
        var rest: [BoundExpression] = []
        for condition in conditions {
            let needed = condition.columns
            if join.keepsLeft, let column = condition.columnThatIsThere, column >= width {
                // Then no row without a match stays.
                join.keepsLeft = false
                if join.right.isNeverNull(column - width) { continue }
            }
            if needed.isEmpty || condition.contains(\.isVolatileCall) {
                rest.append(condition)
            } else if needed.allSatisfy({ $0 < width }) {
                left.append(condition)
            } else if join.keepsLeft || join.nearest != nil {
                rest.append(condition)
            } else if needed.allSatisfy({ $0 >= width }) {
                right.append(condition.shifted(by: -width))
            } else if let key = condition.equality(splitAt: width) {
                join.keys.append(key)
            } else {
                join.conditions.append(condition)
            }
        }
        join.left = join.left.filtered(by: left)
        join.right = join.right.filtered(by: right)
        return keeping(Plan(node: .join(join), columns: columns), rest)
    }

    private func filtered(
        _ plan: Plan, _ expressions: [BoundExpression], _ conditions: [BoundExpression]
    ) -> Plan {
        guard !expressions.contains(where: { $0.contains(\.isVolatileCall) }) else {
            return keeping(self, conditions)
        }
        let below = conditions.map { condition in
            condition.mapColumns { index, _ in expressions[index] }
        }.flatMap(\.conjuncts)
        return with(.project(plan.filtered(by: below), expressions))
    }

    /// Conditions of keys alone leave out whole groups.
    private func filtered(
        _ plan: Plan, _ aggregation: Aggregation, _ conditions: [BoundExpression]
    ) -> Plan {
        guard aggregation.sets.count == 1, !aggregation.keys.isEmpty else {
            return keeping(self, conditions)
        }
        var below: [BoundExpression] = []
        var rest: [BoundExpression] = []
        for condition in conditions {
            let needed = condition.columns
            if !needed.isEmpty, needed.allSatisfy({ $0 < aggregation.keys.count }) {
                below.append(condition.mapColumns { index, _ in aggregation.keys[index] })
            } else {
                rest.append(condition)
            }
        }
        let node = Node.aggregate(plan.filtered(by: below), aggregation)
        return keeping(Plan(node: node, columns: columns), rest)
    }
}

extension Plan {
    /// Whether a column is the same for all rows, and not NULL.
    fileprivate func isNeverNull(_ column: Int) -> Bool {
        guard case .project(_, let expressions) = node else { return false }
        return expressions[column].constant.map { !$0.isNull } ?? false
    }
}

extension BoundExpression {
    /// The column of which it says that it is not NULL.
    fileprivate var columnThatIsThere: Int? {
        guard case .not(let part) = form, case .isNull(let value) = part.form,
            case .column(let index) = value.form
        else { return nil }
        return index
    }
}
