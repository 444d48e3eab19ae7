import AuraCore

/// Joins: events are read only as far as they may belong to rows of the other side, where those are few.
///
/// Bernstein and Chiu, "Using Semi-Joins to Solve Relational Queries", 1981.
extension Execution {
    /// Rows that are few.
    private static let fewRows = 1 << 18
    /// Keys that are so few are looked for where events are stored.
    private static let fewKeys = 16

    /// The morsels of the left side, each row with those of the right that belong to it.
    ///
    /// - Parameter needs: The columns of both sides that are looked at.
    func joined(_ join: Join, _ needs: [NeededColumns]) throws(QueryFailure) -> [Morsel] {
        if join.right.isOfEvents, !join.left.isOfEvents { return try joinedEvents(join, needs) }
        var join = join
        let right = try rows(of: join.right, needs[1])
        let count = right.first?.count ?? 0
        if join.left.isOfEvents, !join.keepsLeft, count <= Self.fewRows {
            let conditions = try JoinedConditions(join, ofLeft: true)
                .conditions(RowBatch(right, count: count), self)
            join.left = join.left.filtered(by: conditions)
        }
        let side = try JoinSide(join, right, evaluator)
        return try morsels(of: join.left, needs[0]).map { $0.then(.join(side)) }
    }

    /// The same of a right side of events, and a left of others.
    private func joinedEvents(
        _ join: Join, _ needs: [NeededColumns]
    ) throws(QueryFailure) -> [Morsel] {
        var join = join
        var left = try morsels(of: join.left, needs[0])
        if left.allSatisfy(\.isKnown), left.reduce(0, { $0 + $1.size }) <= Self.fewRows {
            let types = join.left.types
            let rows = try fold(left) { CollectedRows(types, needs[0]) }
            let columns = rows.columns()
            left = Execution.morsels(of: columns, rows.count)
            let conditions = try JoinedConditions(join, ofLeft: false)
                .conditions(RowBatch(columns, count: rows.count), self)
            join.right = join.right.filtered(by: conditions)
        }
        let side = try JoinSide(join, rows(of: join.right, needs[1]), evaluator)
        return left.map { $0.then(.join(side)) }
    }

    /// Whether a value is one of those of a column.
    fileprivate func isAmong(_ column: Vector, _ part: BoundExpression) -> BoundExpression {
        let answer = SubqueryAnswer(column)
        let distinct = answer.distinct
        guard distinct.count > Self.fewKeys else {
            return BoundExpression(
                .among(part, distinct.values(0..<distinct.count)), .bool, part.place)
        }
        return BoundExpression(.amongRows(part, add(answer)), .bool, part.place)
    }
}

/// What must hold of the rows of one side of a join alone, so that they may belong to rows of the other.
private struct JoinedConditions {
    private let keys: [(known: BoundExpression, sought: BoundExpression)]
    /// Of an expression of the rows that are known, and one of those that are sought.
    private let comparisons: [(known: BoundExpression, Comparison, sought: BoundExpression)]

    /// - Parameter ofLeft: Whether those of the left are sought.
    init(_ join: Join, ofLeft: Bool) {
        let width = join.left.columns.count
        // Where NULL has a partner, too, no key is left out.
        keys =
            join.matchesNulls
            ? [] : join.keys.map { ofLeft ? ($0.right, $0.left) : ($0.left, $0.right) }
        comparisons = join.conditions.flatMap(\.conjuncts).compactMap { condition in
            guard case .compare(let comparison, let first, let second) = condition.form,
                !condition.contains(\.isVolatileCall)
            else { return nil }
            for (one, comparison, other) in [
                (first, comparison, second), (second, comparison.swapped, first),
            ] {
                let (left, right) = ofLeft ? (other, one) : (one, other)
                guard !left.columns.isEmpty, left.columns.allSatisfy({ $0 < width }),
                    !right.columns.isEmpty, right.columns.allSatisfy({ $0 >= width })
                else { continue }
                let shifted = right.shifted(by: -width)
                let sought = ofLeft ? left : shifted
                // What can fail is asked of no row that has no partner.
                return sought.canFail ? nil : (ofLeft ? shifted : left, comparison, sought)
            }
            return nil
        }
    }

    /// - Parameter rows: All that are known.
    func conditions(
        _ rows: RowBatch, _ execution: Execution
    ) throws(QueryFailure) -> [BoundExpression] {
        var conditions: [BoundExpression] = []
        for (known, comparison, sought) in comparisons {
            guard let column = try execution.evaluator.tried(known, rows) else { continue }
            func bound(_ comparison: Comparison, isLeast: Bool) throws(QueryFailure) {
                let value = try column.extreme(isLeast: isLeast, execution.shouldStop)
                let constant = BoundExpression(value, known.type, known.place)
                conditions.append(
                    BoundExpression(.compare(comparison, sought, constant), .bool, sought.place))
            }
            switch comparison {
            case .less, .lessEqual: try bound(comparison.swapped, isLeast: true)
            case .greater, .greaterEqual: try bound(comparison.swapped, isLeast: false)
            case .equal:
                try bound(.greaterEqual, isLeast: true)
                try bound(.lessEqual, isLeast: false)
            case .notEqual: break
            }
        }
        for (known, sought) in keys {
            let column = try execution.evaluator.evaluate(known, rows)
            conditions.append(execution.isAmong(column, sought))
        }
        return conditions
    }
}

extension Evaluator {
    /// The values of an expression; nil if one of them cannot be computed.
    fileprivate func tried(
        _ expression: BoundExpression, _ rows: RowBatch
    ) throws(QueryFailure) -> Vector? {
        do throws(QueryFailure) { return try evaluate(expression, rows) } catch {
            if case .text = error { return nil }
            throw error
        }
    }
}

extension Vector {
    /// The least or the greatest value; NULL if there is none.
    fileprivate func extreme(
        isLeast: Bool, _ shouldStop: @escaping () -> Bool
    ) throws(QueryFailure) -> Value {
        let key = SortKey(
            expression: BoundExpression(.column(0), type, .none), isDescending: !isLeast,
            hasNullsFirst: false)
        let first = try SortOrder([self], [key]).rows(count: count, upTo: 1, shouldStop)
        return first.first.map { value(Int($0)) } ?? .null
    }
}

extension Plan {
    /// Whether rows are events, each made of one: conditions of them reach those.
    fileprivate var isOfEvents: Bool {
        switch node {
        case .scan(let scan): scan.cells == nil
        case .filter(let input, _), .project(let input, _): input.isOfEvents
        case .union(let parts): parts.allSatisfy(\.isOfEvents)
        default: false
        }
    }
}

extension Morsel {
    /// Whether its rows are known, or made of as many that are.
    fileprivate var isKnown: Bool {
        guard case .rows = source else { return false }
        return steps.allSatisfy { step in
            switch step {
            case .filter, .project, .count: true
            case .join, .unnest: false
            }
        }
    }
}
