import AuraCore

/// What expressions begin with: constants, columns, calls and what stands in parentheses.
extension Parser {
    mutating func primary() throws(TextError) -> Expression {
        let start = next.place
        func made(_ form: Expression.Form, _ end: Place) -> Expression {
            Expression(form: form, place: start.through(end))
        }
        switch next.kind {
        case .integer(let value):
            advance()
            return made(.integer(value), start)
        case .float(let value):
            advance()
            return made(.float(value), start)
        case .text(let text):
            advance()
            return made(.text(text), start)
        case .parameter(let name):
            advance()
            if name.isEmpty { unnamedParameters += 1 }
            return made(.parameter(name.isEmpty ? String(unnamedParameters) : name), start)
        case .sign(.leftParenthesis):
            advance()
            var inner = try parenthesised()
            try expect(.rightParenthesis)
            inner.place = start.through(place)
            return inner
        case .sign(.leftBracket):
            advance()
            let items = sees(.rightBracket) ? [] : try expressions()
            try expect(.rightBracket)
            return made(.list(items), place)
        case .word:
            if let special = try special() { return made(special, place) }
            return try columnOrCall()
        case .quoted: return try columnOrCall()
        default: throw unexpected("an expression")
        }
    }

    /// What stands in parentheses, the first of which was taken: an expression, or a query.
    private mutating func parenthesised() throws(TextError) -> Expression {
        let start = next.place
        if seesQuery { return Expression(form: .value(try query()), place: start.through(place)) }
        let inner = try expression()
        // A query in parentheses of its own may be the first of several.
        if case .value(let first) = inner.form, continuesQuery {
            let query = try query(after: first)
            return Expression(form: .value(query), place: start.through(place))
        }
        guard !sees(.comma) else {
            throw TextError(
                "rows of values are not supported", at: next.place,
                hint: "compare the columns one by one")
        }
        return inner
    }

    /// What begins with a keyword; nil for any other word.
    private mutating func special() throws(TextError) -> Expression.Form? {
        if take("NULL") { return .null }
        if take("TRUE") { return .bool(true) }
        if take("FALSE") { return .bool(false) }
        if take("CASE") { return .choice(try choice()) }
        if take("EXISTS") {
            try expect(.leftParenthesis)
            let query = try query()
            try expect(.rightParenthesis)
            return .exists(query)
        }
        let hasParenthesis = sees(.leftParenthesis, after: 1)
        if hasParenthesis, sees("CAST") || sees("TRY_CAST") {
            let isTried = sees("TRY_CAST")
            advance()
            advance()
            let value = try expression()
            try expect("AS")
            let type = try typeName()
            try expect(.rightParenthesis)
            return .cast(value, type, isTried: isTried)
        }
        if hasParenthesis, take("EXTRACT") { return .call(try extraction()) }
        if hasParenthesis, sees("SUBSTRING") || sees("TRIM") || sees("POSITION") {
            return try wordyCall()
        }
        if sees("INTERVAL") { return try interval() }
        return try typedText()
    }

    /// `TIMESTAMP '…'` and the like.
    private mutating func typedText() throws(TextError) -> Expression.Form? {
        let start = next.place
        for type in ["TIMESTAMP", "TIMESTAMPTZ", "DATE", "UUID"] where sees(type) {
            guard case .text(let text) = token(after: 1).kind else { return nil }
            let name = Expression.TypeName(text: type, place: start)
            advance()
            let place = next.place
            advance()
            return .cast(Expression(form: .text(text), place: place), name, isTried: false)
        }
        return nil
    }

    /// `INTERVAL '1 hour'`, `INTERVAL 1 HOUR`, `INTERVAL (n) DAY`.
    private mutating func interval() throws(TextError) -> Expression.Form? {
        switch token(after: 1).kind {
        case .text, .integer, .float, .parameter, .sign(.leftParenthesis): break
        default: return nil
        }
        advance()
        let amount = try primary()
        if case .word(let word) = next.kind, let unit = Parser.unit(word) {
            advance()
            return .interval(amount: amount, unit: unit)
        }
        guard case .text = amount.form else {
            throw unexpected("a unit of time, such as HOUR")
        }
        return .interval(amount: amount, unit: "")
    }

    /// The unit of time that a word names, in lower case and without the s of many.
    private static func unit(_ word: String) -> String? {
        let lower = word.lowercased()
        let single = lower.hasSuffix("s") ? String(lower.dropLast()) : lower
        return units.contains(single) ? single : nil
    }

    static let units: Set<String> = [
        "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter",
        "year", "decade", "century",
    ]

    private mutating func choice() throws(TextError) -> Expression.Choice {
        var choice = Expression.Choice(branches: [])
        if !sees("WHEN") { choice.subject = try expression() }
        while take("WHEN") {
            let condition = try expression()
            try expect("THEN")
            choice.branches.append(
                Expression.Choice.Branch(condition: condition, result: try expression()))
        }
        guard !choice.branches.isEmpty else { throw unexpected("WHEN") }
        if take("ELSE") { choice.otherwise = try expression() }
        try expect("END")
        return choice
    }

    /// The name of a type: words, a precision that says nothing here, `[]` for lists.
    mutating func typeName() throws(TextError) -> Expression.TypeName {
        let start = next.place
        guard case .word(let first) = next.kind else { throw unexpected("the name of a type") }
        advance()
        var words = [first.uppercased()]
        if words[0] == "DOUBLE", take("PRECISION") { words.append("PRECISION") }
        if words[0] == "CHARACTER", take("VARYING") { words.append("VARYING") }
        if take(.leftParenthesis) {
            while case .integer = next.kind {
                advance()
                if !take(.comma) { break }
            }
            try expect(.rightParenthesis)
        }
        if words[0] == "TIMESTAMP" || words[0] == "TIME" {
            if take(["WITH", "TIME", "ZONE"]) {
                words.append("WITH TIME ZONE")
            } else {
                _ = take(["WITHOUT", "TIME", "ZONE"])
            }
        }
        while sees(.leftBracket), sees(.rightBracket, after: 1) {
            advance()
            advance()
            words[words.count - 1] += "[]"
        }
        return Expression.TypeName(
            text: words.joined(separator: " "), place: start.through(place))
    }

    private mutating func columnOrCall() throws(TextError) -> Expression {
        let start = next.place
        // Some keywords name functions.
        if case .word(let word) = next.kind, sees(.leftParenthesis, after: 1),
            seesName || Parser.functionKeywords.contains(word.uppercased())
        {
            advance()
            return try call(word.lowercased(), start)
        }
        let parts = try path("an expression")
        return Expression(
            form: .column(Expression.ColumnName(parts: parts)), place: start.through(place))
    }

    private static let functionKeywords: Set<String> = ["LEFT", "RIGHT", "GLOB"]
}
