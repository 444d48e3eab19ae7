/// Calls of functions, aggregates and window functions.
extension Parser {
    /// What follows the name of a function.
    mutating func call(_ name: String, _ start: Place) throws(TextError) -> Expression {
        var call = Expression.Call(name: name, namePlace: start, arguments: [])
        try expect(.leftParenthesis)
        if take(.star) {
            call.isOfRows = true
        } else if !sees(.rightParenthesis) {
            call.isDistinct = take("DISTINCT")
            if !call.isDistinct { _ = take("ALL") }
            call.arguments = try list { parser throws(TextError) in try parser.argument() }
            if take(["ORDER", "BY"]) { call.order = try orderItems() }
            if take(["IGNORE", "NULLS"]) { call.ignoresNulls = true }
            _ = take(["RESPECT", "NULLS"])
        }
        try expect(.rightParenthesis)
        if take(["WITHIN", "GROUP"]) {
            try expect(.leftParenthesis)
            try expect("ORDER")
            try expect("BY")
            call.groupOrder = try orderItems()
            try expect(.rightParenthesis)
        }
        // Behind the parenthesis it belongs to a window; else to the call around this one.
        if sees("OVER", after: 2) {
            if take(["IGNORE", "NULLS"]) { call.ignoresNulls = true }
            _ = take(["RESPECT", "NULLS"])
        }
        if take("FILTER") {
            try expect(.leftParenthesis)
            _ = take("WHERE")
            call.filter = try expression()
            try expect(.rightParenthesis)
        }
        if take("OVER") {
            if take(.leftParenthesis) {
                call.window = .here(try windowSpecification())
            } else {
                call.window = .named(try self.name("the name of a window, or \"(\""))
            }
        }
        return Expression(form: .call(call), place: start.through(place))
    }

    private mutating func argument() throws(TextError) -> Expression.Argument {
        if seesName, sees(.named, after: 1) || sees(.arrow, after: 1) {
            let name = try name("the name of an argument")
            advance()
            return Expression.Argument(name: name.text.lowercased(), value: try expression())
        }
        return Expression.Argument(value: try expression())
    }

    mutating func orderItems() throws(TextError) -> [OrderItem] {
        try list { parser throws(TextError) in
            parser.orderItem(try parser.expression())
        }
    }

    /// A term of ORDER BY, with the direction that stands behind it.
    mutating func orderItem(_ expression: Expression) -> OrderItem {
        var item = OrderItem(expression: expression)
        if take("DESC") { item.isDescending = true } else { _ = take("ASC") }
        if take(["NULLS", "FIRST"]) { item.hasNullsFirst = true }
        if take(["NULLS", "LAST"]) { item.hasNullsFirst = false }
        return item
    }

    /// What a window is, up to its closing parenthesis.
    mutating func windowSpecification() throws(TextError) -> WindowSpecification {
        var window = WindowSpecification()
        let isClause = ["PARTITION", "ORDER", "ROWS", "RANGE"].contains { sees($0) }
        if seesName, !isClause { window.base = try name("the name of a window") }
        if take(["PARTITION", "BY"]) { window.partition = try expressions() }
        if take(["ORDER", "BY"]) { window.order = try orderItems() }
        for unit in WindowFrame.Unit.allCases where take(unit.rawValue) {
            window.frame = try frame(unit)
        }
        guard !sees("GROUPS") else {
            throw TextError("frames of GROUPS are not supported", at: next.place)
        }
        try expect(.rightParenthesis)
        return window
    }

    private mutating func frame(_ unit: WindowFrame.Unit) throws(TextError) -> WindowFrame {
        guard take("BETWEEN") else {
            return WindowFrame(unit: unit, start: try bound(), end: .currentRow)
        }
        let start = try bound()
        try expect("AND")
        return WindowFrame(unit: unit, start: start, end: try bound())
    }

    private mutating func bound() throws(TextError) -> WindowFrame.Bound {
        if take(["UNBOUNDED", "PRECEDING"]) { return .unboundedPreceding }
        if take(["UNBOUNDED", "FOLLOWING"]) { return .unboundedFollowing }
        if take(["CURRENT", "ROW"]) { return .currentRow }
        // BETWEEN has no AND to give away.
        let distance = try expressionAboveMembership()
        if take("PRECEDING") { return .preceding(distance) }
        guard take("FOLLOWING") else { throw unexpected("PRECEDING or FOLLOWING") }
        return .following(distance)
    }

    // MARK: Calls with words in them

    /// `EXTRACT(hour FROM time)`, behind its name.
    mutating func extraction() throws(TextError) -> Expression.Call {
        let start = place
        try expect(.leftParenthesis)
        let part: Expression
        if case .text = next.kind {
            part = try primary()
        } else {
            let name = try namePart("a part of a time, such as hour")
            part = Expression(form: .text(name.text.lowercased()), place: name.place)
        }
        try expect("FROM")
        let value = try expression()
        try expect(.rightParenthesis)
        let arguments = [part, value].map { Expression.Argument(value: $0) }
        return Expression.Call(name: "date_part", namePlace: start, arguments: arguments)
    }

    /// `SUBSTRING(x FROM a FOR b)`, `TRIM(LEADING c FROM x)`, `POSITION(a IN x)`, or the same with commas.
    mutating func wordyCall() throws(TextError) -> Expression.Form {
        let start = next.place
        guard case .word(let word) = next.kind else { throw unexpected("a function") }
        advance()
        var name = word.lowercased()
        try expect(.leftParenthesis)
        var arguments: [Expression] = []
        if name == "trim" {
            if take("LEADING") {
                name = "ltrim"
            } else if take("TRAILING") {
                name = "rtrim"
            } else {
                _ = take("BOTH")
            }
            if !sees("FROM") { arguments.append(try expression()) }
            if take("FROM") { arguments.insert(try expression(), at: 0) }
        } else {
            arguments.append(try expressionAboveMembership())
            if name == "position", take("IN") { arguments.insert(try expression(), at: 0) }
            if name == "substring", take("FROM") { arguments.append(try expression()) }
            if name == "substring", take("FOR") {
                if arguments.count == 1 {
                    arguments.append(Expression(form: .integer(1), place: place))
                }
                arguments.append(try expression())
            }
        }
        while take(.comma) { arguments.append(try expression()) }
        try expect(.rightParenthesis)
        return .call(
            Expression.Call(
                name: name, namePlace: start,
                arguments: arguments.map { Expression.Argument(value: $0) }))
    }
}
