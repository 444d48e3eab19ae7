/// Expressions, by precedence: `Formats/query.md`, "Operators".
extension Parser {
    mutating func expression() throws(TextError) -> Expression {
        try nested { parser throws(TextError) in try parser.expression(above: 0) }
    }

    mutating func expressions() throws(TextError) -> [Expression] {
        try list { parser throws(TextError) in try parser.expression() }
    }

    /// One without AND, IN and what binds less tightly, which mean something else where it stands.
    mutating func expressionAboveMembership() throws(TextError) -> Expression {
        try deeper(Level.membership)
    }

    /// How tightly operators bind.
    private enum Level {
        static let or = 1
        static let and = 2
        static let not = 3
        static let test = 4
        static let comparison = 5
        static let membership = 6
        static let other = 7
        static let sum = 8
        static let product = 9
        static let power = 10
        static let zone = 11
        static let sign = 12
        static let suffix = 13
    }

    private static let operators: [Token.Sign: (Expression.BinaryOperator, level: Int)] = [
        .equal: (.equal, Level.comparison), .doubleEqual: (.equal, Level.comparison),
        .notEqual: (.notEqual, Level.comparison), .exclamationEqual: (.notEqual, Level.comparison),
        .less: (.less, Level.comparison), .lessEqual: (.lessEqual, Level.comparison),
        .greater: (.greater, Level.comparison), .greaterEqual: (.greaterEqual, Level.comparison),
        .concatenation: (.concatenate, Level.other), .matches: (.matches, Level.other),
        .matchesNot: (.matchesNot, Level.other),
        .matchesAnyCase: (.matchesAnyCase, Level.other),
        .matchesNotAnyCase: (.matchesNotAnyCase, Level.other), .and: (.bitAnd, Level.other),
        .or: (.bitOr, Level.other), .shiftLeft: (.shiftLeft, Level.other),
        .shiftRight: (.shiftRight, Level.other), .plus: (.plus, Level.sum),
        .minus: (.minus, Level.sum), .star: (.times, Level.product),
        .slash: (.divided, Level.product), .doubleSlash: (.dividedWhole, Level.product),
        .percent: (.modulo, Level.product), .caret: (.power, Level.power),
        .doubleStar: (.power, Level.power),
    ]

    /// Reads what binds more tightly than a level.
    private mutating func expression(above level: Int) throws(TextError) -> Expression {
        var left = try prefixed()
        var wasCompared = false
        while true {
            var levels = 1
            if let (operation, operatorLevel) = binaryOperator, operatorLevel > level {
                guard !wasCompared || operatorLevel != Level.comparison else {
                    throw TextError(
                        "comparisons in a row", at: next.place, hint: "join them with AND")
                }
                wasCompared = operatorLevel == Level.comparison
                advance()
                let right = try deeper(operatorLevel)
                left =
                    operation == .and || operation == .or
                    ? try chain(operation, [left, right], operatorLevel)
                    : joined(.binary(operation, left, right), left, right.place)
            } else if let suffixed = try suffix(left, above: level) {
                left = suffixed
                wasCompared = false
                // It may be more than one of what is computed.
                levels = 3
            } else {
                return left
            }
            try grow(by: levels, "operators", hint: "WITH, a list or a subquery may say it shorter")
        }
    }

    /// The conditions of a chain of AND or OR, the first of which were read.
    ///
    /// Halves are joined, as it does not matter which: a long chain lies in few others.
    private mutating func chain(
        _ operation: Expression.BinaryOperator, _ first: [Expression], _ level: Int
    ) throws(TextError) -> Expression {
        var parts = first
        while take(operation.rawValue) { parts.append(try deeper(level)) }
        while parts.count > 1 {
            try grow("operators", hint: "WITH, a list or a subquery may say it shorter")
            parts = stride(from: 0, to: parts.count, by: 2).map { index in
                guard index + 1 < parts.count else { return parts[index] }
                let (left, right) = (parts[index], parts[index + 1])
                return joined(.binary(operation, left, right), left, right.place)
            }
        }
        return parts[0]
    }

    private mutating func deeper(_ level: Int) throws(TextError) -> Expression {
        try nested { parser throws(TextError) in try parser.expression(above: level) }
    }

    private func joined(
        _ form: Expression.Form, _ first: Expression, _ end: Place
    ) -> Expression {
        Expression(form: form, place: first.place.through(end))
    }

    private var binaryOperator: (Expression.BinaryOperator, level: Int)? {
        if case .sign(let sign) = next.kind { return Parser.operators[sign] }
        if sees("AND") { return (.and, Level.and) }
        return sees("OR") ? (.or, Level.or) : nil
    }

    /// What follows an expression and belongs to it; nil if nothing does.
    private mutating func suffix(
        _ left: Expression, above level: Int
    ) throws(TextError) -> Expression? {
        if Level.suffix > level, let found = try cast(left) { return found }
        if Level.zone > level, take(["AT", "TIME", "ZONE"]) {
            let zone = try deeper(Level.zone)
            let arguments = [zone, left].map { Expression.Argument(value: $0) }
            let call = Expression.Call(
                name: "timezone", namePlace: zone.place, arguments: arguments)
            return joined(.call(call), left, zone.place)
        }
        if Level.membership > level, let found = try membership(left) { return found }
        if Level.test > level { return try test(left) }
        return nil
    }

    private mutating func cast(_ left: Expression) throws(TextError) -> Expression? {
        if take(.castTo) {
            let type = try typeName()
            return joined(.cast(left, type, isTried: false), left, place)
        }
        if take(.leftBracket) {
            let index = try expression()
            try expect(.rightBracket)
            return joined(.element(left, index), left, place)
        }
        return nil
    }

    /// BETWEEN, IN, LIKE and their kin, with or without NOT.
    private mutating func membership(_ left: Expression) throws(TextError) -> Expression? {
        let words = ["BETWEEN", "IN", "LIKE", "ILIKE", "SIMILAR", "GLOB"]
        let isNegated = sees("NOT")
        guard words.contains(where: { sees($0, after: isNegated ? 1 : 0) }) else { return nil }
        if isNegated { advance() }
        if take("BETWEEN") {
            let least = try deeper(Level.membership)
            try expect("AND")
            let greatest = try deeper(Level.membership)
            return joined(
                .between(left, least, greatest, isNegated: isNegated), left, greatest.place)
        }
        if take("IN") { return try membersIn(left, isNegated) }
        var kind = Expression.Pattern.Kind.like
        if take("ILIKE") {
            kind = .ilike
        } else if take("GLOB") {
            kind = .glob
        } else if take("SIMILAR") {
            try expect("TO")
            kind = .similar
        } else {
            try expect("LIKE")
        }
        let pattern = try deeper(Level.membership)
        let escape = take("ESCAPE") ? try deeper(Level.membership) : nil
        return joined(
            .like(
                Expression.Pattern(
                    kind: kind, value: left, pattern: pattern, escape: escape,
                    isNegated: isNegated)), left, place)
    }

    private mutating func membersIn(
        _ left: Expression, _ isNegated: Bool
    ) throws(TextError) -> Expression {
        try expect(.leftParenthesis)
        let form: Expression.Form
        if seesQuery {
            form = .amongRows(left, try query(), isNegated: isNegated)
        } else {
            let items = try expressions()
            if items.count == 1, case .value(let first) = items[0].form, continuesQuery {
                form = .amongRows(left, try query(after: first), isNegated: isNegated)
            } else {
                form = .among(left, items, isNegated: isNegated)
            }
        }
        try expect(.rightParenthesis)
        return joined(form, left, place)
    }

    /// IS and what it asks.
    private mutating func test(_ left: Expression) throws(TextError) -> Expression? {
        if take("ISNULL") { return joined(.test(left, .null, isNegated: false), left, place) }
        if take("NOTNULL") || take(["NOT", "NULL"]) {
            return joined(.test(left, .null, isNegated: true), left, place)
        }
        guard take("IS") else { return nil }
        let isNegated = take("NOT")
        if take(["DISTINCT", "FROM"]) {
            let right = try deeper(Level.test)
            return joined(.distinct(left, right, isNegated: isNegated), left, right.place)
        }
        for test in Expression.Test.allCases where take(test.rawValue) {
            return joined(.test(left, test, isNegated: isNegated), left, place)
        }
        throw unexpected("NULL, TRUE, FALSE or DISTINCT FROM")
    }

    /// NOT and signs, and what they stand before.
    private mutating func prefixed() throws(TextError) -> Expression {
        let start = next.place
        if sees("NOT"), !sees("EXISTS", after: 1) {
            advance()
            let value = try deeper(Level.not)
            return Expression(form: .unary(.not, value), place: start.through(value.place))
        }
        if take("NOT") {
            let value = try primary()
            return Expression(form: .unary(.not, value), place: start.through(value.place))
        }
        for (sign, operation) in [
            (Token.Sign.minus, Expression.UnaryOperator.minus), (.plus, .plus),
        ]
        where take(sign) {
            let value = try deeper(Level.sign)
            return Expression(form: .unary(operation, value), place: start.through(value.place))
        }
        return try primary()
    }
}
