import AuraCore

/// Expressions: names become columns, and each gets a type.
extension SelectBinder {
    /// An expression of a clause.
    func bind(_ expression: Expression, _ clause: Clause) throws(TextError) -> BoundExpression {
        let place = expression.place
        if !openAliases.isEmpty { try countAliased(place) }
        func constant(_ value: Value, _ type: ValueType) -> BoundExpression {
            BoundExpression(value, type, place)
        }
        switch expression.form {
        case .null: return constant(.null, .null)
        case .bool(let value): return constant(.bool(value), .bool)
        case .float(let value): return constant(.float64(value), .float64)
        case .text(let value): return constant(.text(value), .text)
        case .integer(let value):
            return Int64(exactly: value).map { constant(.int64($0), .int64) }
                ?? constant(.int128(value), .int128)
        case .parameter(let name): return try parameter(name, place)
        case .interval(let amount, let unit): return try interval(amount, unit, place, clause)
        case .list(let items):
            let (type, parts) = try binder.unified(try bind(items, clause), "a list")
            return try binder.folded(BoundExpression(.list(parts), .list(type), place))
        case .column(let name): return try column(name, place, clause)
        case .unary(let sign, let value): return try unary(sign, value, place, clause)
        case .binary(let sign, let left, let right):
            return try binary(sign, left, right, place, clause)
        case .test(let value, let test, let isNegated):
            return try self.test(value, test, isNegated, place, clause)
        case .distinct(let left, let right, let isNegated):
            let (_, sides) = try binder.unified(
                [try bind(left, clause), try bind(right, clause)], "a comparison")
            let alike = BoundExpression(.alike(sides[0], sides[1]), .bool, place)
            return try binder.folded(isNegated ? alike : not(alike))
        case .between(let value, let low, let high, let isNegated):
            let (_, parts) = try binder.unified(
                try bind([value, low, high], clause), "a comparison")
            try binder.check(parts[0], usedTimes: 2)
            let bounds = [
                try binder.folded(
                    BoundExpression(.compare(.greaterEqual, parts[0], parts[1]), .bool, place)),
                try binder.folded(
                    BoundExpression(.compare(.lessEqual, parts[0], parts[2]), .bool, place)),
            ]
            let all = try binder.folded(BoundExpression(.all(bounds), .bool, place))
            return isNegated ? try binder.folded(not(all)) : all
        case .among(let value, let items, let isNegated):
            let among = try among(value, items, place, clause)
            return isNegated ? try binder.folded(not(among)) : among
        case .amongRows(let value, let query, let isNegated):
            let among = try amongRows(try bind(value, clause), query, place, clause)
            return isNegated ? not(among) : among
        case .like(let pattern): return try like(pattern, place, clause)
        case .choice(let choice): return try self.choice(choice, place, clause)
        case .cast(let value, let name, let isTried):
            return try cast(try bind(value, clause), name, isTried, place)
        case .call(let call): return try self.call(call, place, clause)
        case .element(let list, let index):
            let parts = [try bind(list, clause), try bind(index, clause)]
            return try function("list_extract", parts, place, place)
        case .value(let query):
            return try subquery(query, .value, place, clause)
        case .exists(let query):
            return try subquery(query, .exists, place, clause)
        }
    }

    func bind(
        _ expressions: [Expression], _ clause: Clause
    ) throws(TextError) -> [BoundExpression] {
        var bound: [BoundExpression] = []
        for expression in expressions { bound.append(try bind(expression, clause)) }
        return bound
    }

    func not(_ expression: BoundExpression) -> BoundExpression {
        BoundExpression(.not(expression), .bool, expression.place)
    }

    // MARK: Names

    private func parameter(_ name: String, _ place: Place) throws(TextError) -> BoundExpression {
        guard let value = binder.settings.parameters[name] else {
            throw TextError(
                "the parameter '$\(name)' has no value", at: place,
                hint: "give one with --parameter \(name)=VALUE, or in the shell \\set \(name) VALUE"
            )
        }
        return BoundExpression(value, value.type, place)
    }

    private func column(
        _ name: Expression.ColumnName, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        if clause.prefersAliases, let alias = try alias(name, clause) { return alias }
        if let column = try scope.column(name, place) { return column }
        if let alias = try alias(name, clause) { return alias }
        if let special = try special(name, place) { return special }
        if let column = try outerColumn(name, place) { return column }
        let text = name.parts.map(\.text).joined(separator: ".")
        var names = scope.columnNames + aliases.map(\.name.text).filter { $0 != text }
        names += scope.tables.flatMap { table in
            table.name.map { name in table.columns.map { name + "." + $0.name } } ?? []
        }
        let hint =
            nearest(to: text, among: names).map { "did you mean '\($0)'?" }
            ?? (name.parts[0].isQuoted
                ? "a text stands between single quotes"
                : scope.tables.isEmpty
                    ? "there is no table here; add FROM events"
                    : "DESCRIBE events lists all columns")
        throw TextError("there is no column '\(text)'", at: place, hint: hint)
    }

    /// What an item of SELECT is called.
    private func alias(
        _ name: Expression.ColumnName, _ clause: Clause
    ) throws(TextError) -> BoundExpression? {
        guard name.parts.count == 1 else { return nil }
        let text = name.parts[0].text
        guard
            let alias = aliases.first(where: { $0.name.text == text })
                ?? aliases.first(where: { $0.name.text.lowercased() == text.lowercased() }),
            !openAliases.contains(alias.name.text)
        else { return nil }
        guard openAliases.count < SelectBinder.aliasLimit else {
            throw TextError(
                "more than \(SelectBinder.aliasLimit) names of items stand for each other",
                at: name.parts[0].place, hint: SelectBinder.aliasHint)
        }
        openAliases.append(alias.name.text)
        defer { openAliases.removeLast() }
        return try bind(alias.expression, clause)
    }

    /// Names of items that may lie in what others stand for: each takes a part of the stack.
    private static let aliasLimit = 50
    /// Expressions that names of items may stand for, in one SELECT: each name used twice doubles them.
    private static let aliasedLimit = 100_000
    private static let aliasHint = "compute the first ones in a subquery, which does it once"

    private func countAliased(_ place: Place) throws(TextError) {
        aliasedParts += 1
        guard aliasedParts <= SelectBinder.aliasedLimit else {
            throw TextError(
                "names of items stand for more than \(SelectBinder.aliasedLimit) expressions",
                at: place, hint: SelectBinder.aliasHint)
        }
    }

    /// Words that are no columns and no calls.
    private func special(
        _ name: Expression.ColumnName, _ place: Place
    ) throws(TextError) -> BoundExpression? {
        guard name.parts.count == 1, !name.parts[0].isQuoted else { return nil }
        switch name.parts[0].text.lowercased() {
        case "current_timestamp", "current_date":
            return try function(name.parts[0].text.lowercased(), [], place, place)
        default: return nil
        }
    }

    // MARK: Operators

    private func unary(
        _ sign: Expression.UnaryOperator, _ value: Expression, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        switch sign {
        case .not: return try binder.folded(not(try condition(value, clause)))
        case .minus:
            let bound = try bind(value, clause)
            if let wide = bound.constant?.integer, let narrow = Int64(exactly: 0 &- wide) {
                return BoundExpression(.int64(narrow), .int64, place)
            }
            return try function("-", [bound], place, place)
        case .plus:
            let bound = try bind(value, clause)
            guard bound.type.isNumber || bound.type == .null else {
                throw TextError("+ takes a number, not a \(bound.type.name)", at: place)
            }
            return bound
        }
    }

    private func binary(
        _ sign: Expression.BinaryOperator, _ left: Expression, _ right: Expression, _ place: Place,
        _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        switch sign {
        case .or, .and:
            var parts: [BoundExpression] = []
            for side in [left, right] {
                let part = try condition(side, clause)
                switch (sign, part.form) {
                case (.or, .any(let inner)), (.and, .all(let inner)): parts += inner
                default: parts.append(part)
                }
            }
            return try binder.folded(
                BoundExpression(sign == .or ? .any(parts) : .all(parts), .bool, place))
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            let parts = [try bind(left, clause), try bind(right, clause)]
            guard let comparison = Comparison(rawValue: sign.rawValue) else {
                preconditionFailure("a comparison without a sign")
            }
            return try compare(comparison, parts, place)
        case .matches, .matchesNot, .matchesAnyCase, .matchesNotAnyCase:
            var parts = [try bind(left, clause), try bind(right, clause)]
            if sign == .matchesAnyCase || sign == .matchesNotAnyCase {
                parts.append(BoundExpression(.text("i"), .text, place))
            }
            let match = try function("regexp_matches", parts, place, place)
            let isNegated = sign == .matchesNot || sign == .matchesNotAnyCase
            return isNegated ? try binder.folded(not(match)) : match
        default:
            let parts = [try bind(left, clause), try bind(right, clause)]
            return try function(sign.rawValue, parts, place, place)
        }
    }

    func compare(
        _ comparison: Comparison, _ parts: [BoundExpression], _ place: Place
    ) throws(TextError) -> BoundExpression {
        let (_, sides) = try binder.unified(parts, "a comparison")
        return try binder.folded(
            BoundExpression(.compare(comparison, sides[0], sides[1]), .bool, place))
    }

    private func test(
        _ value: Expression, _ test: Expression.Test, _ isNegated: Bool, _ place: Place,
        _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        let result: BoundExpression
        switch test {
        case .null: result = BoundExpression(.isNull(try bind(value, clause)), .bool, place)
        case .isTrue, .isFalse:
            let condition = try condition(value, clause)
            let wanted = BoundExpression(.bool(test == .isTrue), .bool, place)
            result = BoundExpression(.alike(condition, wanted), .bool, place)
        }
        return try binder.folded(isNegated ? not(binder.folded(result)) : result)
    }

    private func among(
        _ value: Expression, _ items: [Expression], _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        let (type, parts) = try binder.unified(try bind([value] + items, clause), "a comparison")
        let constants = parts.dropFirst().compactMap(\.constant)
        if constants.count == items.count, type != .null {
            return try binder.folded(BoundExpression(.among(parts[0], constants), .bool, place))
        }
        let equal = parts.dropFirst().map { item in
            BoundExpression(.compare(.equal, parts[0], item), .bool, place)
        }
        return try binder.folded(BoundExpression(.any(equal), .bool, place))
    }

    private func like(
        _ pattern: Expression.Pattern, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        var parts = try bind([pattern.value, pattern.pattern], clause)
        var name: String
        switch pattern.kind {
        case .like: name = "~~"
        case .ilike: name = "~~*"
        case .glob: name = "~~~"
        case .similar: name = "similar_to"
        }
        if let escape = pattern.escape {
            name = pattern.kind == .like ? "like_escape" : "ilike_escape"
            guard pattern.kind == .like || pattern.kind == .ilike else {
                throw TextError("\(pattern.kind.rawValue) takes no ESCAPE", at: escape.place)
            }
            parts.append(try bind(escape, clause))
        }
        let match = try function(name, parts, place, place)
        return pattern.isNegated ? try binder.folded(not(match)) : match
    }

    private func choice(
        _ choice: Expression.Choice, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        var conditions: [BoundExpression] = []
        let subject = try choice.subject.map { value throws(TextError) in try bind(value, clause) }
        if let subject { try binder.check(subject, usedTimes: choice.branches.count) }
        for branch in choice.branches {
            if let subject {
                let wanted = try bind(branch.condition, clause)
                conditions.append(try compare(.equal, [subject, wanted], branch.condition.place))
            } else {
                conditions.append(try condition(branch.condition, clause))
            }
        }
        var results = try bind(choice.branches.map(\.result), clause)
        results.append(
            try choice.otherwise.map { value throws(TextError) in try bind(value, clause) }
                ?? BoundExpression(.null, .null, place))
        return try self.choice(conditions, results, place)
    }

    /// - Parameter results: Those of the conditions, and behind them that of no condition.
    func choice(
        _ conditions: [BoundExpression], _ results: [BoundExpression], _ place: Place
    ) throws(TextError) -> BoundExpression {
        let (type, unified) = try binder.unified(results, "results of CASE")
        let branches = zip(conditions, unified).map {
            BoundExpression.Branch(condition: $0, result: $1)
        }
        return try binder.folded(
            BoundExpression(
                .choice(branches, otherwise: unified[conditions.count]), type, place))
    }

    func cast(
        _ value: BoundExpression, _ name: Expression.TypeName, _ isTried: Bool, _ place: Place
    ) throws(TextError) -> BoundExpression {
        guard let type = ValueType(name: name.text) else {
            let names = ["BIGINT", "HUGEINT", "DOUBLE", "VARCHAR", "BOOLEAN", "TIMESTAMP", "DATE"]
            throw TextError(
                "there is no type '\(name.text)'", at: name.place,
                hint: nearest(to: name.text, among: names).map { "did you mean \($0)?" }
                    ?? "types are \(names.joined(separator: ", ")), TIMESTAMPTZ, INTERVAL, UUID")
        }
        guard Casting.isPossible(value.type, type) else {
            throw TextError("\(value.type.name) cannot be cast to \(type.name)", at: place)
        }
        return try binder.folded(BoundExpression(.cast(value, isTried: isTried), type, place))
    }

    private func interval(
        _ amount: Expression, _ unit: String, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        var value = try bind(amount, clause)
        if unit.isEmpty { return try binder.coerced(value, to: .interval) }
        let whole =
            ["second", "millisecond", "microsecond"].contains(unit) ? ValueType.float64 : .int64
        if value.type == .text || value.type == .float64 || value.type == .int64 {
            value = try binder.coerced(
                value, to: unit == "second" || unit == "millisecond" ? whole : .int64)
        }
        let name = unit == "century" ? "to_centuries" : "to_\(unit)s"
        return try function(name, [value], place, place)
    }
}

extension Value {
    /// The type it is of by itself.
    var type: ValueType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int64: .int64
        case .int128: .int128
        case .float64: .float64
        case .text: .text
        case .timestamp: .timestamp
        case .instant: .instant
        case .date: .date
        case .interval: .interval
        case .uuid: .uuid
        case .list(let items): .list(items.first { !$0.isNull }?.type ?? .null)
        }
    }
}

extension Expression {
    /// What a column of it is called.
    var columnName: String {
        switch form {
        case .column(let name): name.parts.last?.text ?? ""
        case .call(let call) where call.window == nil:
            call.isOfRows ? "\(call.name)(*)" : description
        default: description
        }
    }
}
