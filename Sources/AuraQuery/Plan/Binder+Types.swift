import AuraCore

/// Casts that happen by themselves.
extension Binder {
    /// An expression as one of another type.
    func coerced(
        _ expression: BoundExpression, to type: ValueType
    ) throws(TextError) -> BoundExpression {
        if expression.type == type { return expression }
        return try folded(
            BoundExpression(.cast(expression, isTried: false), type, expression.place),
            throwing: true)
    }

    /// The type that expressions have in common: texts in the query take that of the others.
    func commonType(_ expressions: [BoundExpression]) -> ValueType? {
        var type = ValueType.null
        for expression in expressions where !expression.isTextLiteral {
            guard let joined = type.joined(with: expression.type) else { return nil }
            type = joined
        }
        if type == .null, expressions.contains(where: \.isTextLiteral) { return .text }
        return type
    }

    /// Expressions cast to the type that they have in common.
    func unified(
        _ expressions: [BoundExpression], _ what: String
    ) throws(TextError) -> (type: ValueType, expressions: [BoundExpression]) {
        guard let type = commonType(expressions) else {
            let names = expressions.map(\.type.name)
            let other = expressions.first { $0.type.joined(with: expressions[0].type) == nil }
            throw TextError(
                "\(what) of \(names[0]) and \((other ?? expressions[0]).type.name)",
                at: (other ?? expressions[0]).place, hint: "cast one of them to the other's type")
        }
        var unified: [BoundExpression] = []
        for expression in expressions { unified.append(try coerced(expression, to: type)) }
        return (type, unified)
    }

    /// Expressions that one may be made of which a query has written once, at most.
    private static let repeatedLimit = 100_000

    /// Refuses an expression that stands in several places of another, and is so large that this must
    /// not happen again and again.
    func check(_ expression: BoundExpression, usedTimes times: Int) throws(TextError) {
        var count = 0
        let isTooLarge = expression.contains { _ in
            count += times
            return count > Binder.repeatedLimit
        }
        guard isTooLarge else { return }
        throw TextError(
            "BETWEEN, CASE or nullif repeat more than \(Binder.repeatedLimit) expressions",
            at: expression.place, hint: "compute what is compared in a subquery, which does it once"
        )
    }

    /// The value instead of an expression that has the same for all rows.
    ///
    /// - Parameter throwing: Whether what cannot be computed is an error at once.
    func folded(
        _ expression: BoundExpression, throwing: Bool = false
    ) throws(TextError) -> BoundExpression {
        guard expression.constant == nil, expression.parts.allSatisfy({ $0.constant != nil }) else {
            return expression
        }
        switch expression.form {
        case .column, .value, .exists, .aggregate, .window, .unnested, .outer, .amongRows:
            return expression
        case .call(let function, _) where function.function.isVolatile: return expression
        default: break
        }
        let evaluator = Evaluator(casting: casting)
        do {
            let result = try evaluator.evaluate(expression, RowBatch([], count: 1))
            return BoundExpression(result.value(0), expression.type, expression.place)
        } catch .text(let error) {
            if throwing { throw error }
        } catch {}
        return expression
    }
}

extension BoundExpression {
    /// Whether it is a text in the query, which takes the type that is wanted.
    var isTextLiteral: Bool {
        guard case .constant(.text) = form else { return false }
        return type == .text
    }

    var argumentType: ArgumentType { ArgumentType(type: type, isLiteral: isTextLiteral) }
}
