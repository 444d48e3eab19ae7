/// The expressions of plans, without those below.
extension Plan {
    /// What is computed of the rows of the plans below.
    var expressions: [BoundExpression] {
        switch node {
        case .scan, .rows, .fill, .limit, .union, .shared, .unnest, .explained: []
        case .filter(_, let conditions): conditions
        case .project(_, let expressions): expressions
        case .aggregate(_, let aggregation): aggregation.expressions
        case .distinct(_, let keys): keys
        case .sort(_, let keys, _): keys.map(\.expression)
        case .join(let join): join.leftExpressions + join.rightExpressions + join.conditions
        case .window(_, let calls): calls.flatMap(\.expressions)
        }
    }

    /// Whether an expression of it, or of a plan below, fulfils a condition.
    func contains(_ condition: (BoundExpression) -> Bool) -> Bool {
        expressions.contains { $0.contains(condition) }
            || inputs.contains { $0.contains(condition) }
    }

    /// The same with other expressions, also below.
    func mappingExpressions(_ body: (BoundExpression) -> BoundExpression) -> Plan {
        var copy = mappingInputs { $0.mappingExpressions(body) }
        switch copy.node {
        case .scan, .rows, .fill, .limit, .union, .shared, .unnest, .explained: break
        case .filter(let input, let conditions):
            copy.node = .filter(input, conditions.map(body))
        case .project(let input, let expressions):
            copy.node = .project(input, expressions.map(body))
        case .aggregate(let input, var aggregation):
            aggregation.keys = aggregation.keys.map(body)
            aggregation.calls = aggregation.calls.map { $0.mapExpressions(body) }
            copy.node = .aggregate(input, aggregation)
        case .distinct(let input, let keys): copy.node = .distinct(input, on: keys.map(body))
        case .sort(let input, let keys, let limit):
            copy.node = .sort(input, keys.map { $0.mapExpression(body) }, limit: limit)
        case .join(var join):
            join.keys = join.keys.map { (body($0.left), body($0.right)) }
            join.conditions = join.conditions.map(body)
            if let nearest = join.nearest {
                join.nearest?.left = body(nearest.left)
                join.nearest?.right = body(nearest.right)
            }
            copy.node = .join(join)
        case .window(let input, let calls):
            copy.node = .window(input, calls.map { $0.mapExpressions(body) })
        }
        return copy
    }
}

extension BoundExpression {
    /// Whether it is a column of the rows around the query.
    var isOuter: Bool {
        if case .outer = form { return true }
        return false
    }

    /// Whether it needs the rows around the query.
    var needsOuter: Bool { contains(\.isOuter) }

    /// The same of other columns in the place of those around the query.
    func mapOuter(_ body: (Int, BoundExpression) -> BoundExpression) -> BoundExpression {
        if case .outer(let index) = form { return body(index, self) }
        return mapParts { $0.mapOuter(body) }
    }
}
