import AuraCore
import AuraTesting

@testable import AuraQuery

/// Queries in expressions that name columns of the query around them.
extension QuestionGenerator {
    /// A query that has one value, which may depend on the row around it.
    mutating func scalarQuery(_ outer: Source, depth: Int) -> Term {
        let source = self.source(depth: depth - 1)
        var rows = Rows(
            leaves: source.columns, key: source.key, tie: source.tie, count: source.rows)
        let calls = aggregates(&rows, count: 1)
        var conditions: [String] = []
        if random.chance(50) { conditions += correlation(source, outer).map { [$0] } ?? [] }
        if random.chance(30) { conditions.append(filter(source, depth: 0)) }
        var term = calls[0]
        term.text =
            "(SELECT \(calls[0].text) FROM \(source.text)"
            + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")) + ")"
        if random.chance(10), let key = source.key?.first, key.type == .int64 {
            // The first of some rows.
            let leaves = ExpressionGenerator.Leaves(source.columns)
            term = expressions.term(expressions.type(leaves), leaves, depth: 1)
            let condition = conditions.isEmpty ? "" : " WHERE " + conditions[0]
            term.text =
                "(SELECT \(term.text) FROM \(source.text)\(condition) ORDER BY \(key.text)"
                + "\(direction()) LIMIT 1)"
        }
        term.isColumn = false
        term.isConstant = false
        return term
    }

    /// A condition of rows that others are looked for which belong to them; nil if none can.
    mutating func correlatedCondition(_ outer: Source, depth: Int) -> String? {
        let source = self.source(depth: depth - 1)
        guard let correlation = correlation(source, outer) else { return nil }
        var rest = " FROM \(source.text) WHERE \(correlation)"
        if random.chance(40) { rest += " AND " + filter(source, depth: 0) }
        let not = random.chance(40) ? "NOT " : ""
        guard random.chance(30) else { return "\(not)EXISTS (SELECT 1\(rest))" }
        let inner = ExpressionGenerator.Leaves(source.columns)
        let type = expressions.type(inner)
        let value = expressions.term(type, ExpressionGenerator.Leaves(outer.columns), depth: 0)
        let other = expressions.term(type, inner, depth: random.below(2))
        return "(\(value.text) \(not)IN (SELECT \(other.text)\(rest)))"
    }

    /// A condition of rows of a source and of those around it; nil if the latter cannot be named.
    private mutating func correlation(_ source: Source, _ outer: Source) -> String? {
        var around = outer
        // What has a table's name before it is nothing else within.
        around.columns = outer.columns.filter {
            $0.isColumn && !$0.text.hasPrefix("\"") && $0.text.contains(".")
        }
        guard !around.columns.isEmpty, source.rows * outer.rows <= 50_000 else { return nil }
        let both = ExpressionGenerator.Leaves(source.columns + around.columns)
        if random.chance(10), source.rows * outer.rows < 5_000 {
            return "(\(expressions.condition(both, depth: 1).text))"
        }
        guard let equality = equality(source, around) else { return nil }
        let type = random.element(of: around.columns).type
        guard random.chance(40), !type.isList else { return equality }
        let sides = [source, around].map { side in
            expressions.term(type, ExpressionGenerator.Leaves(side.columns), depth: 0).text
        }
        let bound = sides.joined(separator: " \(random.element(of: ["<", "<=", ">", ">="])) ")
        return random.chance(20) ? bound : equality + " AND " + bound
    }
}
