import AuraCore
import AuraTesting

@testable import AuraQuery

/// What stands behind FROM: tables, queries and joins.
extension QuestionGenerator {
    mutating func source(depth: Int) -> Source {
        if depth > 0, random.chance(15) { return join(depth: depth) }
        return single(depth: depth, isAlone: true)
    }

    /// A table or a query.
    ///
    /// - Parameter isAlone: Whether its columns can be named without it.
    private mutating func single(depth: Int, isAlone: Bool) -> Source {
        if !named.isEmpty, random.chance(50) {
            return aliased(random.element(of: named))
        }
        if depth > 0, random.chance(30) {
            let query = self.query(depth: depth - 1)
            return aliased(
                Source(
                    text: "(\(query.text))", columns: query.columns, key: query.key,
                    rows: query.rows))
        }
        let table = random.chance(70) ? world.tables[0] : random.element(of: world.tables)
        let alias = isAlone && random.chance(50) ? nil : name("t")
        let columns = table.columns.map { Term($0, in: alias, isOdd: world.hasOddFloats) }
        return Source(
            text: Term.quoted(table.name) + (alias.map { " AS " + $0 } ?? ""), columns: columns,
            key: [columns[2]], rows: table.rows.count)
    }

    /// A source under a name of its own.
    private mutating func aliased(_ source: Source) -> Source {
        let alias = name("t")
        var copy = source
        copy.text += " AS " + alias
        copy.columns = source.columns.map { $0.named($0.text, in: alias) }
        copy.key = source.key.map { key in key.map { $0.named($0.text, in: alias) } }
        return copy
    }

    private mutating func join(depth: Int) -> Source {
        let left = single(depth: depth, isAlone: false)
        let right = single(depth: depth - 1, isAlone: false)
        guard left.rows * right.rows <= 50_000 else { return left }
        let both = left.columns + right.columns
        var joined = Source(text: left.text, columns: both, key: nil, rows: left.rows * right.rows)
        if let first = left.key, let second = right.key { joined.key = first + second }
        if random.chance(15), let nearest = nearest(left, right) { return nearest }
        let kind = " \(random.element(of: Self.joins)) "
        if let equality = equality(left, right), random.chance(85) {
            joined.rows = left.rows * max(1, right.rows / 4)
            joined.text += kind + right.text + " ON " + equality
            if random.chance(35) {
                let leaves = ExpressionGenerator.Leaves(both)
                joined.text += " AND " + expressions.condition(leaves, depth: 1).text
            }
        } else if left.rows * right.rows < 5_000, random.chance(60) {
            let leaves = ExpressionGenerator.Leaves(both)
            joined.text +=
                kind + right.text + " ON " + expressions.condition(leaves, depth: 1).text
        } else if left.rows * right.rows < 5_000 {
            joined.text += random.element(of: [", ", " CROSS JOIN "]) + right.text
        } else {
            return left
        }
        if kind.contains("SEMI") || kind.contains("ANTI"), joined.text.contains(kind) {
            (joined.columns, joined.key, joined.rows) = (left.columns, left.key, left.rows)
        }
        return joined
    }

    private static let joins = [
        "JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN",
        "FULL OUTER JOIN", "SEMI JOIN", "ANTI JOIN",
    ]

    /// Rows with the nearest ones of others, if it is known which of these that is.
    private mutating func nearest(_ left: Source, _ right: Source) -> Source? {
        guard let key = right.key, key.count == 1, key[0].type == .int64,
            let equality = equality(left, right)
        else { return nil }
        let leaves = ExpressionGenerator.Leaves(left.columns)
        let value = expressions.term(.int64, leaves, depth: random.below(2))
        guard !value.isConstant else { return nil }
        var joined = left
        joined.columns += right.columns
        joined.text +=
            " ASOF \(random.element(of: ["", "LEFT "]))JOIN \(right.text) ON \(equality) AND "
            + "\(value.text) \(random.element(of: ["<", "<=", ">", ">="])) \(key[0].text)"
        return joined
    }

    /// A condition that two expressions of the sides are equal.
    mutating func equality(_ left: Source, _ right: Source) -> String? {
        let first = ExpressionGenerator.Leaves(left.columns)
        let second = ExpressionGenerator.Leaves(right.columns)
        let types = Set(left.columns.map(\.type)).intersection(right.columns.map(\.type))
        let shared = left.columns.map(\.type).filter { types.contains($0) }
        guard !shared.isEmpty else { return nil }
        let type = random.element(of: shared)
        let depth = random.chance(20) ? 1 : 0
        let sides = [
            expressions.term(type, first, depth: depth), expressions.term(type, second, depth: 0),
        ]
        guard sides.allSatisfy({ !$0.isConstant }) else { return nil }
        return sides.map(\.text).joined(separator: " = ")
    }
}
