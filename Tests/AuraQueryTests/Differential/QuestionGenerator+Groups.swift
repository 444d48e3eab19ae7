import AuraCore
import AuraTesting

@testable import AuraQuery

/// GROUP BY, aggregates and window functions.
extension QuestionGenerator {
    /// Groups rows: what can be used from then on are keys and aggregates.
    mutating func group(_ rows: inout Rows, isTyped: Bool) {
        let leaves = ExpressionGenerator.Leaves(rows.leaves)
        var keys: [Term] = []
        for _ in 0..<random.element(of: [0, 1, 1, 1, 2, 2, 3]) {
            let term = expressions.term(
                expressions.type(leaves), leaves, depth: random.chance(35) ? 2 : 0)
            let isKnown = keys.contains { $0.text == term.text }
            if !term.isConstant, !isKnown, !term.text.contains("(SELECT") { keys.append(term) }
        }
        let calls = aggregates(&rows, count: 1 + random.below(3))
        rows.leaves = keys + calls
        rows.items = keys + calls
        rows.count = keys.isEmpty ? 1 : min(rows.count, 60)
        rows.key = keys
        rows.tie = keys
        guard !keys.isEmpty else { return having(&rows) }
        let list = keys.map(\.text).joined(separator: ", ")
        if random.chance(15) {
            rows.clauses = " GROUP BY " + groupings(of: keys)
            rows.key = nil
            rows.tie = rows.leaves.allSatisfy { $0.precision < .rough } ? rows.leaves : nil
        } else if isTyped || random.chance(60) {
            rows.clauses = " GROUP BY " + list
        } else {
            // Places and ALL say which items are keys.
            rows.isFinal = true
            if random.chance(50) {
                rows.clauses = " GROUP BY ALL"
                // DuckDB finds the keys in no larger expression then.
                rows.leaves = []
                return
            }
            rows.clauses = " GROUP BY " + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ")
        }
        having(&rows)
    }

    /// Several sets of some keys.
    private mutating func groupings(of keys: [Term]) -> String {
        let list = keys.map(\.text).joined(separator: ", ")
        guard random.chance(50) else {
            return random.element(of: ["ROLLUP", "CUBE"]) + " (\(list))"
        }
        var sets = ["(\(list))"]
        for _ in 0..<1 + random.below(3) {
            let some = keys.filter { _ in random.chance(50) }.map(\.text).joined(separator: ", ")
            sets.append(
                random.element(of: ["", "", "ROLLUP ", "CUBE "].filter { some != "" || $0 == "" })
                    + "(\(some))")
        }
        return "GROUPING SETS (\(sets.joined(separator: ", ")))"
    }

    private mutating func having(_ rows: inout Rows) {
        guard random.chance(18) else { return }
        let leaves = ExpressionGenerator.Leaves(rows.leaves)
        rows.clauses += " HAVING " + expressions.condition(leaves, depth: 1).text
    }

    /// Calls of aggregates of rows.
    mutating func aggregates(_ rows: inout Rows, count: Int) -> [Term] {
        let leaves = ExpressionGenerator.Leaves(rows.leaves)
        return (0..<count).map { _ in
            var call = aggregate(leaves, rows.tie)
            if random.chance(20) {
                let condition = expressions.condition(leaves, depth: 1)
                call.text += " FILTER (WHERE \(condition.text))"
            }
            return call
        }
    }

    private mutating func aggregate(
        _ leaves: ExpressionGenerator.Leaves, _ tie: [Term]?, isWindow: Bool = false
    ) -> Term {
        expressions.callOrder = ""
        if let tie, !tie.isEmpty {
            var keys: [String] = []
            if random.chance(40) {
                let term = expressions.term(expressions.type(leaves), leaves, depth: 1)
                if !term.isConstant { keys.append(term.text + direction()) }
            }
            keys += tie.map { $0.text + direction() }
            expressions.callOrder = " ORDER BY " + keys.joined(separator: ", ")
        }
        var forms = ExpressionForm.aggregates.filter { !isWindow || $0.isWindowAggregate }
        if hasOwn { forms += ExpressionForm.ownAggregates }
        if hasOwn, isWindow { forms += ExpressionForm.ownScores }
        return call(forms, leaves, isOrdered: !expressions.callOrder.isEmpty)
    }

    /// A call of one of some functions of rows.
    private mutating func call(
        _ forms: [ExpressionForm], _ leaves: ExpressionGenerator.Leaves, isOrdered: Bool
    ) -> Term {
        let fitting = forms.filter { isOrdered || !$0.text.contains("{O}") }
        guard let form = expressions.form(among: fitting) else {
            return Term(text: "count(*)", type: .int64)
        }
        let type: ValueType =
            switch form.result {
            case .type(let type): type
            case .any: expressions.type(leaves)
            case .list: .list(random.chance(50) ? .int64 : .text)
            }
        var term = expressions.filled(form, type, leaves, depth: 2)
        term.isConstant = false
        term.isColumn = false
        return term
    }

    // MARK: Windows

    /// Adds window functions to what items can be made of, and sometimes a QUALIFY of them.
    mutating func addWindows(_ rows: inout Rows) {
        let leaves = ExpressionGenerator.Leaves(rows.leaves)
        let usable = rows.leaves.filter { !$0.text.contains("(SELECT") }
        var windows: [Term] = []
        for _ in 0..<1 + random.below(3) {
            windows.append(window(ExpressionGenerator.Leaves(usable), rows.key))
        }
        rows.leaves += windows
        if random.chance(25) {
            let known = ExpressionGenerator.Leaves(windows + leaves.terms)
            var condition = expressions.condition(known, depth: 1).text
            // One must be in it.
            if !condition.contains(" OVER (") {
                let window = windows[0]
                guard window.precision < .rough else { return }
                condition =
                    "(\(condition) OR \(window.text) = \(expressions.literal(window.type).text))"
            }
            rows.clauses += " QUALIFY " + condition
        }
    }

    private mutating func window(_ leaves: ExpressionGenerator.Leaves, _ tie: [Term]?) -> Term {
        var parts: [String] = []
        if random.chance(60) {
            let keys = (0..<1 + random.below(2)).map { _ in
                expressions.term(expressions.type(leaves), leaves, depth: random.below(2)).text
            }
            parts.append("PARTITION BY " + keys.joined(separator: ", "))
        }
        var keys: [Term] = []
        for _ in 0..<random.below(3) {
            let term = expressions.term(expressions.type(leaves), leaves, depth: random.below(2))
            if !term.isConstant { keys.append(term) }
        }
        let tie = tie.flatMap { $0.isEmpty ? nil : $0 }
        let isUnique = tie != nil && random.chance(70)
        let all = keys.map(\.text) + (isUnique ? tie ?? [] : []).map(\.text)
        if !all.isEmpty {
            parts.append("ORDER BY " + all.map { $0 + direction() }.joined(separator: ", "))
        }
        if hasOwn, isUnique, random.chance(30) {
            var call = self.call(ExpressionForm.ownSeries, leaves, isOrdered: true)
            call.text += " OVER (" + parts.joined(separator: " ") + ")"
            return call
        }
        let isRanking = isUnique && random.chance(55)
        var call =
            isRanking
            ? self.call(ExpressionForm.rankings, leaves, isOrdered: true)
            : aggregate(leaves, tie, isWindow: true)
        if !isRanking {
            let condition = expressions.condition(leaves, depth: 1).text
            if random.chance(15) { call.text += " FILTER (WHERE \(condition))" }
        }
        if let frame = frame(all.count == 1 ? keys.first ?? tie?.first : nil, isUnique: isUnique) {
            if !all.isEmpty || isUnique { parts.append(frame) }
        }
        call.text += " OVER (" + parts.joined(separator: " ") + ")"
        return call
    }

    /// A frame: of rows only where their order is determined, of distances of a key.
    private mutating func frame(_ key: Term?, isUnique: Bool) -> String? {
        guard random.chance(60) else { return nil }
        if isUnique, random.chance(65) {
            return random.element(of: [
                "ROWS 2 PRECEDING", "ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING",
                "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
                "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                "ROWS BETWEEN 1 FOLLOWING AND 3 FOLLOWING",
                "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                "ROWS BETWEEN 2 PRECEDING AND UNBOUNDED FOLLOWING", "ROWS UNBOUNDED PRECEDING",
            ])
        }
        guard let key, random.chance(70) else {
            return random.element(of: [
                "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
                "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                "RANGE BETWEEN CURRENT ROW AND CURRENT ROW",
                "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
            ])
        }
        let distances: [String]
        switch key.type {
        case .int64 where key.bits < 40: distances = ["1", "3", "10"].map { $0 + "::BIGINT" }
        case .float64 where key.precision == .exact:
            distances = ["0.5", "4"].map { $0 + "::DOUBLE" }
        case .instant, .timestamp, .date:
            distances = ["1 day", "3 hours", "1 month"].map { "INTERVAL '\($0)'" }
        default: return nil
        }
        let (near, far) = (random.element(of: distances), random.element(of: distances))
        return random.element(of: [
            "RANGE BETWEEN \(near) PRECEDING AND CURRENT ROW",
            "RANGE BETWEEN \(near) PRECEDING AND \(far) FOLLOWING",
            "RANGE BETWEEN CURRENT ROW AND \(far) FOLLOWING",
            "RANGE BETWEEN UNBOUNDED PRECEDING AND \(near) PRECEDING",
            "RANGE BETWEEN \(near) FOLLOWING AND UNBOUNDED FOLLOWING",
        ])
    }
}
