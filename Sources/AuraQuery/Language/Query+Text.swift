/// Text that parses to the same query.
extension Query {
    var text: String {
        var words: [String] = []
        if !named.isEmpty { words.append("WITH " + named.map(\.text).joined(separator: ", ")) }
        words.append(body.text)
        if !order.isEmpty { words.append("ORDER BY " + orderText) }
        if let limit { words.append("LIMIT " + limit.text) }
        if let offset { words.append("OFFSET " + offset.text) }
        return words.joined(separator: " ")
    }
}

extension Query {
    private var orderText: String {
        guard ordersByAll, let item = order.first else { return order.text }
        return "ALL" + item.directionText
    }
}

extension Query.Named {
    fileprivate var text: String {
        "\(name.written)\(columns.inParentheses) AS (\(query.text))"
    }
}

extension Query.Body {
    fileprivate var text: String {
        switch self {
        case .select(let select): select.text
        case .query(let query): "(\(query.text))"
        case .combined(let combined):
            "\(combined.left.text) \(combined.kind.rawValue) \(combined.isAll ? "ALL " : "")"
                + combined.right.text
        }
    }
}

extension [Expression.Name] {
    /// The names of columns, or nothing where there are none.
    fileprivate var inParentheses: String {
        isEmpty ? "" : "(\(map(\.written).joined(separator: ", ")))"
    }
}

extension Select {
    fileprivate var text: String {
        var words = ["SELECT"]
        switch distinct {
        case .no: break
        case .all: words.append("DISTINCT")
        case .on(let keys): words.append("DISTINCT ON (\(Expression.list(keys)))")
        }
        words.append(items.map(\.text).joined(separator: ", "))
        if let from { words.append("FROM " + from.text) }
        if let filter { words.append("WHERE " + filter.text) }
        if groupsByAll { words.append("GROUP BY ALL") }
        if !groupings.isEmpty {
            words.append("GROUP BY " + groupings.map(\.text).joined(separator: ", "))
        }
        if let having { words.append("HAVING " + having.text) }
        if !windows.isEmpty {
            let windows = windows.map { "\($0.name.written) AS (\($0.specification.text))" }
            words.append("WINDOW " + windows.joined(separator: ", "))
        }
        if let qualify { words.append("QUALIFY " + qualify.text) }
        return words.joined(separator: " ")
    }
}

extension Select.Item {
    fileprivate var text: String {
        switch self {
        case .expression(let expression, let alias):
            expression.text + (alias.map { " AS " + $0.written } ?? "")
        case .all(let table, let excluding, _):
            (table.map { $0.written + ".*" } ?? "*")
                + (excluding.isEmpty ? "" : " EXCLUDE " + excluding.inParentheses)
        }
    }
}

extension Select.Grouping {
    fileprivate var text: String {
        switch self {
        case .expression(let expression): expression.text
        case .together(let items): "(\(Expression.list(items)))"
        case .rollup(let items): "ROLLUP (\(Expression.list(items)))"
        case .cube(let items): "CUBE (\(Expression.list(items)))"
        case .sets(let parts):
            "GROUPING SETS (\(parts.map(\.text).joined(separator: ", ")))"
        }
    }
}

extension Table {
    fileprivate var text: String {
        switch self {
        case .named(let path, let alias):
            path.map(\.written).joined(separator: ".") + (alias.map { " AS " + $0.written } ?? "")
        case .query(let query, let alias, let columns, _):
            "(\(query.text))" + (alias.map { " AS " + $0.written } ?? "") + columns.inParentheses
        case .join(let join): join.text
        }
    }
}

extension Table.Join {
    fileprivate var text: String {
        let tables = "\(left.text) \(kind.rawValue) \(right.text)"
        return switch condition {
        case .none: tables
        case .on(let expression): "\(tables) ON \(expression.text)"
        case .using(let names): "\(tables) USING \(names.inParentheses)"
        }
    }
}
