import AuraCore
import AuraTesting

@testable import AuraQuery

/// SELECT in all its forms.
extension QuestionGenerator {
    /// What becomes of the rows of a SELECT.
    private enum Shape {
        case plain, grouped, windows, distinct, distinctOn, unnest
    }

    private static let shapes: [Shape] =
        Array(repeating: .plain, count: 6) + Array(repeating: .grouped, count: 8)
        + Array(repeating: .windows, count: 4) + [.distinct, .distinct, .distinctOn, .unnest]

    /// What the items of a SELECT can be made of, and the clauses that this takes.
    struct Rows {
        var leaves: [Term]
        var clauses = ""
        /// What tells rows apart; nil if that is not known.
        var key: [Term]?
        /// By what rows can be ordered so that only equal ones change places.
        var tie: [Term]?
        var count: Int
        /// Items that must be there.
        var items: [Term] = []
        /// Whether no other items may be.
        var isFinal = false
    }

    /// - Parameter isPart: Whether it is a side of UNION and the like: without an order.
    mutating func select(
        depth: Int, types: [ValueType]? = nil, isPart: Bool = false
    ) -> Selection {
        let source = self.source(depth: depth)
        var shape = random.element(of: Self.shapes)
        if source.columns.isEmpty || types != nil && shape == .unnest { shape = .plain }
        var rows = Rows(
            leaves: source.columns, key: source.key, tie: source.tie, count: source.rows)
        var start = " FROM " + source.text
        if random.chance(40) { start += " WHERE " + filter(source, depth: depth) }
        if depth > 0, random.chance(14) { rows.leaves.append(scalarQuery(source, depth: depth)) }
        if shape == .grouped { group(&rows, isTyped: types != nil) }
        let plain = rows.leaves
        if shape == .windows || shape == .grouped && !rows.isFinal && random.chance(15) {
            addWindows(&rows)
        }
        var items = items(&rows, shape, types, isPart: isPart)
        if shape == .unnest { items.append(unnested(source)) }
        let columns = items.map { $0.named(name("x")) }
        let list = zip(items, columns).map { "\($0.text) AS \($1.text)" }.joined(separator: ", ")
        var query = Selection(text: "", columns: columns, key: nil, rows: rows.count)
        query.key = outputKey(of: rows, items, columns, shape)
        let outputs = columns.allSatisfy { $0.precision < .rough } ? columns : nil
        let body = list + start + rows.clauses
        switch shape {
        case .distinct:
            query.text = "SELECT DISTINCT " + body
            if !isPart { order(&query, leaves: [], tie: outputs) }
        case .distinctOn:
            distinctOn(&query, body, rows, outputs, isPart: isPart)
        case .unnest:
            query.text = "SELECT " + body
            query.rows *= 3
            if !isPart { order(&query, leaves: [], tie: outputs) }
        case .plain, .grouped, .windows:
            query.text = "SELECT " + body
            if !isPart { order(&query, leaves: plain, tie: rows.tie ?? outputs) }
        }
        return query
    }

    private mutating func items(
        _ rows: inout Rows, _ shape: Shape, _ types: [ValueType]?, isPart: Bool
    ) -> [Term] {
        if rows.isFinal { return rows.items }
        let isRough = !isPart && shape != .distinct && shape != .distinctOn
        let leaves = ExpressionGenerator.Leaves(rows.leaves, isRough ? .rough : .fixed)
        if let types { return types.map { expressions.term($0, leaves, depth: 2) } }
        var items = random.chance(50) ? rows.items : []
        for _ in 0..<1 + random.below(3) {
            // What was computed for this is shown more often than not.
            let special = rows.leaves.filter { !$0.isColumn && $0.precision <= leaves.precision }
            items.append(
                !special.isEmpty && random.chance(60)
                    ? random.element(of: special)
                    : expressions.term(expressions.type(leaves), leaves, depth: 2))
        }
        if let tie = rows.tie, tie.count < 4, random.chance(30) { items += tie }
        return items
    }

    /// The names of what tells rows apart, if all of it is among the items.
    private func outputKey(
        of rows: Rows, _ items: [Term], _ columns: [Term], _ shape: Shape
    ) -> [Term]? {
        guard shape != .unnest, let key = rows.key else { return nil }
        var names: [Term] = []
        for term in key {
            guard let place = items.firstIndex(where: { $0.text == term.text }) else { return nil }
            names.append(columns[place])
        }
        return names
    }

    private mutating func distinctOn(
        _ query: inout Selection, _ body: String, _ rows: Rows, _ outputs: [Term]?, isPart: Bool
    ) {
        let leaves = ExpressionGenerator.Leaves(rows.leaves)
        let term = expressions.term(expressions.type(leaves), leaves, depth: 1)
        guard let tie = rows.tie ?? outputs, !term.isConstant, !isPart else {
            query.text = "SELECT " + body
            return
        }
        query.text = "SELECT DISTINCT ON (\(term.text)) " + body
        query.key = nil
        order(&query, leaves: rows.leaves, tie: tie, first: [term.text])
    }

    /// Lists that become rows.
    private mutating func unnested(_ source: Source) -> Term {
        let leaves = ExpressionGenerator.Leaves(source.columns)
        let item: ValueType = random.chance(50) ? .int64 : .text
        let list = expressions.term(.list(item), leaves, depth: 1)
        return Term(text: "unnest(\(list.text))", type: item)
    }
}
