/// Queries.
extension Parser {
    /// Whether a query begins here.
    var seesQuery: Bool { ["SELECT", "WITH", "FROM"].contains { sees($0) } }

    /// Whether what stands here goes on with a query that ended in a parenthesis.
    var continuesQuery: Bool {
        ["UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET"].contains { sees($0) }
    }

    mutating func query() throws(TextError) -> Query {
        try nested { parser throws(TextError) in
            var named: [Query.Named] = []
            if parser.take("WITH") {
                guard !parser.sees("RECURSIVE") else {
                    throw TextError("recursive queries are not supported", at: parser.next.place)
                }
                named = try parser.list { parser throws(TextError) in try parser.namedQuery() }
            }
            let first = try parser.term()
            return try parser.query(named, first)
        }
    }

    /// The query that begins with one that stood in parentheses.
    mutating func query(after first: Query) throws(TextError) -> Query {
        try query([], .query(first))
    }

    private mutating func query(
        _ named: [Query.Named], _ first: Query.Body
    ) throws(TextError) -> Query {
        var query = Query(named: named, body: try combined(first))
        if take(["ORDER", "BY"]) {
            let place = next.place
            query.ordersByAll = take("ALL")
            query.order =
                query.ordersByAll
                ? [orderItem(Expression(form: .null, place: place))] : try orderItems()
        }
        // In either order, as DuckDB takes them.
        while true {
            if query.limit == nil, take("LIMIT") {
                if !take("ALL") { query.limit = try expression() }
            } else if query.offset == nil, take("OFFSET") {
                query.offset = try expression()
                _ = take("ROWS") || take("ROW")
            } else {
                return query
            }
        }
    }

    private mutating func namedQuery() throws(TextError) -> Query.Named {
        let name = try name("a name for the query")
        let columns = try columnNames()
        try expect("AS")
        _ = take(["NOT", "MATERIALIZED"]) || take("MATERIALIZED")
        try expect(.leftParenthesis)
        let query = try query()
        try expect(.rightParenthesis)
        // The next may name it.
        try grow(by: 4, "queries", hint: "ask for less at once")
        return Query.Named(name: name, columns: columns, query: query)
    }

    /// Names in parentheses, or none.
    private mutating func columnNames() throws(TextError) -> [Expression.Name] {
        guard take(.leftParenthesis) else { return [] }
        let names = try list { parser throws(TextError) in try parser.name("the name of a column") }
        try expect(.rightParenthesis)
        return names
    }

    /// What begins with a query, and others put together with it, from left to right.
    private mutating func combined(_ first: Query.Body) throws(TextError) -> Query.Body {
        var body = try intersected(first)
        while let kind: Query.Combined.Kind =
            take("UNION") ? .union : take("EXCEPT") ? .difference : nil
        {
            let isAll = takeAll()
            body = .combined(
                Query.Combined(
                    kind: kind, isAll: isAll, left: body, right: try intersected(try term())))
            try growCombined(isPlain: isAll && kind == .union)
        }
        return body
    }

    /// The same of INTERSECT, which binds them closer.
    private mutating func intersected(_ first: Query.Body) throws(TextError) -> Query.Body {
        var body = first
        while take("INTERSECT") {
            let isAll = takeAll()
            body = .combined(
                Query.Combined(kind: .intersection, isAll: isAll, left: body, right: try term()))
            try growCombined(isPlain: false)
        }
        return body
    }

    private mutating func takeAll() -> Bool {
        let isAll = take("ALL")
        if !isAll { _ = take("DISTINCT") }
        return isAll
    }

    private mutating func growCombined(isPlain: Bool) throws(TextError) {
        try grow(
            by: isPlain ? 1 : 4, "queries", hint: "IN or OR in a condition may say it shorter")
    }

    private mutating func term() throws(TextError) -> Query.Body {
        if take(.leftParenthesis) {
            let query = try query()
            try expect(.rightParenthesis)
            return .query(query)
        }
        return .select(try select())
    }

    private mutating func select() throws(TextError) -> Select {
        // FROM may come first, and stand alone.
        if take("FROM") {
            var select = Select(items: [.all(of: nil, excluding: [], place: place)])
            select.from = try tables()
            if take("SELECT") { try readItems(&select) }
            try readClauses(&select)
            return select
        }
        try expect("SELECT")
        var select = Select(items: [])
        try readItems(&select)
        if take("FROM") { select.from = try tables() }
        try readClauses(&select)
        return select
    }

    private mutating func readItems(_ select: inout Select) throws(TextError) {
        if take("DISTINCT") {
            select.distinct = .all
            if take("ON") {
                try expect(.leftParenthesis)
                select.distinct = .on(try expressions())
                try expect(.rightParenthesis)
            }
        } else {
            _ = take("ALL")
        }
        select.items = [try item()]
        while take(.comma) {
            // A comma behind the last item is not held against anyone.
            if sees("FROM") || next.kind == .end { break }
            select.items.append(try item())
        }
    }

    private mutating func item() throws(TextError) -> Select.Item {
        let start = next.place
        if take(.star) { return .all(of: nil, excluding: try excluded(), place: start) }
        if seesName, sees(.dot, after: 1), sees(.star, after: 2) {
            let table = try name("a table")
            advance()
            advance()
            return .all(of: table, excluding: try excluded(), place: start)
        }
        let expression = try expression()
        return .expression(expression, alias: try alias())
    }

    private mutating func excluded() throws(TextError) -> [Expression.Name] {
        guard take("EXCLUDE") else { return [] }
        guard take(.leftParenthesis) else { return [try name("the name of a column")] }
        let names = try list { parser throws(TextError) in try parser.name("the name of a column") }
        try expect(.rightParenthesis)
        return names
    }

    private mutating func readClauses(_ select: inout Select) throws(TextError) {
        if take("WHERE") { select.filter = try expression() }
        if take(["GROUP", "BY"]) {
            if take("ALL") {
                select.groupsByAll = true
            } else {
                select.groupings = try list { parser throws(TextError) in try parser.grouping() }
            }
        }
        if take("HAVING") { select.having = try expression() }
        if take("WINDOW") {
            select.windows = try list { parser throws(TextError) in
                let name = try parser.name("a name for the window")
                try parser.expect("AS")
                try parser.expect(.leftParenthesis)
                let window = try parser.windowSpecification()
                return Select.NamedWindow(name: name, specification: window)
            }
        }
        if take("QUALIFY") { select.qualify = try expression() }
    }

    private mutating func grouping() throws(TextError) -> Select.Grouping {
        if sees("ROLLUP"), sees(.leftParenthesis, after: 1) {
            advance()
            return .rollup(try expressionsInParentheses())
        }
        if sees("CUBE"), sees(.leftParenthesis, after: 1) {
            advance()
            return .cube(try expressionsInParentheses())
        }
        guard take(["GROUPING", "SETS"]) else { return .expression(try expression()) }
        try expect(.leftParenthesis)
        let sets = try nested { parser throws(TextError) in
            try parser.list { parser throws(TextError) in try parser.groupingSet() }
        }
        try expect(.rightParenthesis)
        return .sets(sets)
    }

    private mutating func groupingSet() throws(TextError) -> Select.Grouping {
        if sees(.leftParenthesis) { return .together(try expressionsInParentheses()) }
        let grouping = try grouping()
        if case .expression(let expression) = grouping { return .together([expression]) }
        return grouping
    }

    private mutating func expressionsInParentheses() throws(TextError) -> [Expression] {
        try expect(.leftParenthesis)
        if take(.rightParenthesis) { return [] }
        let items = try expressions()
        try expect(.rightParenthesis)
        return items
    }

    // MARK: Tables

    private mutating func tables() throws(TextError) -> Table {
        var table = try joined()
        while take(.comma) {
            let place = place
            table = .join(
                Table.Join(
                    left: table, right: try joined(), kind: .cross, condition: .none, place: place))
            try grow(by: 4, "tables", hint: "ask for less at once")
        }
        return table
    }

    private mutating func joined() throws(TextError) -> Table {
        var table = try table()
        while let (kind, words) = seenJoin {
            for _ in 0..<words { advance() }
            let place = place
            let right = try self.table()
            var condition = Table.JoinCondition.none
            if kind != .cross {
                if take("USING") {
                    condition = .using(try columnNames())
                } else {
                    guard take("ON") else { throw unexpected("ON or USING") }
                    condition = .on(try expression())
                }
            }
            table = .join(
                Table.Join(
                    left: table, right: right, kind: kind, condition: condition, place: place))
            try grow(by: 4, "tables", hint: "ask for less at once")
        }
        return table
    }

    private mutating func table() throws(TextError) -> Table {
        let start = next.place
        if take(.leftParenthesis) {
            let query = try query()
            try expect(.rightParenthesis)
            let alias = seenJoin == nil ? try alias() : nil
            return .query(
                query, alias: alias, columns: alias == nil ? [] : try columnNames(), place: start)
        }
        if case .text = next.kind {
            throw TextError(
                "files cannot be queried", at: start, hint: "aura ingest FILE brings events in")
        }
        let path = try path("a table")
        guard !sees(.leftParenthesis) else {
            throw TextError("functions that make tables are not supported", at: start)
        }
        return .named(path, alias: seenJoin == nil ? try alias() : nil)
    }
}
