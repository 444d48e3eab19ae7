/// Statements.
extension Parser {
    mutating func statement() throws(TextError) -> Statement {
        if take("EXPLAIN") {
            let isAnalyzed = take("ANALYZE")
            return .explain(try query(), isAnalyzed: isAnalyzed)
        }
        if take("SHOW") {
            let what = try namePart("what is to be shown, such as TYPES")
            return .show(what.text.lowercased(), what.place)
        }
        if take("DESCRIBE") || take("DESC") {
            if beginsQuery { return .describeQuery(try query()) }
            return .describe(try path("the name of a table or an event type"))
        }
        if take("SET") {
            let setting = try name("the name of a setting")
            guard take(.equal) || take("TO") else { throw unexpected("\"=\"") }
            return .set(setting, try settingValue())
        }
        if take("RESET") { return .reset(try name("the name of a setting")) }
        guard beginsQuery else {
            var hint: String?
            if case .word(let word) = next.kind,
                let near = Keywords.nearest(word, of: Parser.beginnings)
            {
                hint = "did you mean \(near)?"
            }
            throw unexpected("a query", hint: hint)
        }
        return .query(try query())
    }

    private static let beginnings = [
        "SELECT", "WITH", "FROM", "EXPLAIN", "SHOW", "DESCRIBE", "SET", "RESET",
    ]

    /// A value, or a word that stands for itself, such as `off`.
    private mutating func settingValue() throws(TextError) -> Expression {
        if case .word(let word) = next.kind, !sees("TRUE"), !sees("FALSE"), !sees("NULL") {
            let place = next.place
            advance()
            return Expression(form: .text(word), place: place)
        }
        return try expression()
    }

    /// Whether a query begins here, and be it in parentheses.
    private var beginsQuery: Bool { sees(.leftParenthesis) || seesQuery }
}
