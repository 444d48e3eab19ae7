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
