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
        let isLeft = random.chance(45)
        let kind = isLeft ? random.element(of: [" LEFT JOIN ", " LEFT OUTER JOIN "]) : " JOIN "
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
