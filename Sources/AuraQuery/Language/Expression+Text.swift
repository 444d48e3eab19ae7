import AuraCore

/// Text that parses to the same expression, everything in parentheses that could be misread.
extension Expression: CustomStringConvertible {
    var description: String { text }

    var text: String {
        switch form {
        case .null: "NULL"
        case .bool(let value): value ? "TRUE" : "FALSE"
        case .integer(let value): value < 0 ? "(\(value))" : "\(value)"
        case .float(let value): Expression.text(value)
        case .text(let text): Expression.quoted(text, "'")
        case .interval(let amount, let unit):
            unit.isEmpty ? "INTERVAL \(amount.text)" : "INTERVAL (\(amount.text)) \(unit)"
        case .list(let items): "[\(Expression.list(items))]"
        case .parameter(let name): "$" + name
        case .column(let name): name.text
        case .unary(let operation, let value):
            operation == .not ? "(NOT \(value.text))" : "(\(operation.rawValue) \(value.text))"
        case .binary(let operation, let left, let right):
            "(\(left.text) \(operation.rawValue) \(right.text))"
        case .test(let value, let test, let isNegated):
            "(\(value.text) IS \(isNegated ? "NOT " : "")\(test.rawValue))"
        case .distinct(let left, let right, let isNegated):
            "(\(left.text) IS \(isNegated ? "NOT " : "")DISTINCT FROM \(right.text))"
        case .between(let value, let least, let greatest, let isNegated):
            "(\(value.text) \(isNegated ? "NOT " : "")BETWEEN \(least.text) AND \(greatest.text))"
        case .among(let value, let items, let isNegated):
            "(\(value.text) \(isNegated ? "NOT " : "")IN (\(Expression.list(items))))"
        case .amongRows(let value, let query, let isNegated):
            "(\(value.text) \(isNegated ? "NOT " : "")IN (\(query.text)))"
        case .like(let pattern): pattern.text
        case .choice(let choice): choice.text
        case .cast(let value, let type, let isTried):
            "\(isTried ? "TRY_CAST" : "CAST")(\(value.text) AS \(type.text))"
        case .call(let call): call.text
        case .element(let list, let index): "(\(list.text))[\(index.text)]"
        case .value(let query): "(\(query.text))"
        case .exists(let query): "EXISTS (\(query.text))"
        }
    }

    /// A number that is read back as a float.
    private static func text(_ value: Double) -> String {
        let text = "\(value.magnitude)"
        let written = text.contains("e") || text.contains(".") ? text : text + ".0"
        return value.sign == .minus ? "(- \(written))" : written
    }

    static func quoted(_ text: String, _ mark: Character) -> String {
        var quoted = String(mark)
        for character in text.unicodeScalars {
            quoted.unicodeScalars.append(character)
            if Character(character) == mark { quoted.unicodeScalars.append(character) }
        }
        quoted.append(mark)
        return quoted
    }

    static func list(_ items: [Expression]) -> String {
        items.map(\.text).joined(separator: ", ")
    }
}

extension Expression.Name {
    /// The name with double quotes where it would be read as something else.
    var written: String { isQuoted ? Expression.quoted(text, "\"") : text }
}

extension Expression.ColumnName {
    var text: String { parts.map(\.written).joined(separator: ".") }
}

extension Expression.Pattern {
    fileprivate var text: String {
        let end = escape.map { " ESCAPE \($0.text)" } ?? ""
        return "(\(value.text) \(isNegated ? "NOT " : "")\(kind.rawValue) \(pattern.text)\(end))"
    }
}

extension Expression.Choice {
    fileprivate var text: String {
        var words = ["CASE"]
        if let subject { words.append(subject.text) }
        for branch in branches {
            words.append("WHEN \(branch.condition.text) THEN \(branch.result.text)")
        }
        if let otherwise { words.append("ELSE \(otherwise.text)") }
        return (words + ["END"]).joined(separator: " ")
    }
}

extension Expression.Call {
    fileprivate var text: String {
        var inner = isOfRows ? "*" : arguments.map(\.text).joined(separator: ", ")
        if isDistinct { inner = "DISTINCT " + inner }
        if !order.isEmpty { inner += " ORDER BY " + order.text }
        if ignoresNulls { inner += " IGNORE NULLS" }
        var text = "\(name)(\(inner))"
        if !groupOrder.isEmpty { text += " WITHIN GROUP (ORDER BY \(groupOrder.text))" }
        if let filter { text += " FILTER (WHERE \(filter.text))" }
        switch window {
        case nil: break
        case .named(let name): text += " OVER \(name.written)"
        case .here(let window): text += " OVER (\(window.text))"
        }
        return text
    }
}

extension Expression.Argument {
    fileprivate var text: String { name.map { "\($0) := \(value.text)" } ?? value.text }
}

extension [OrderItem] {
    var text: String {
        map { $0.expression.text + $0.directionText }.joined(separator: ", ")
    }
}

extension OrderItem {
    var directionText: String {
        (isDescending ? " DESC" : "")
            + (hasNullsFirst.map { $0 ? " NULLS FIRST" : " NULLS LAST" } ?? "")
    }
}

extension WindowSpecification {
    var text: String {
        var words: [String] = []
        if let base { words.append(base.written) }
        if !partition.isEmpty { words.append("PARTITION BY " + Expression.list(partition)) }
        if !order.isEmpty { words.append("ORDER BY " + order.text) }
        if let frame {
            words.append("\(frame.unit.rawValue) BETWEEN \(frame.start.text) AND \(frame.end.text)")
        }
        return words.joined(separator: " ")
    }
}

extension WindowFrame.Bound {
    fileprivate var text: String {
        switch self {
        case .unboundedPreceding: "UNBOUNDED PRECEDING"
        case .preceding(let distance): "\(distance.text) PRECEDING"
        case .currentRow: "CURRENT ROW"
        case .following(let distance): "\(distance.text) FOLLOWING"
        case .unboundedFollowing: "UNBOUNDED FOLLOWING"
        }
    }
}
