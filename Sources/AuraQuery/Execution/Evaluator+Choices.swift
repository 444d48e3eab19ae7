import AuraCore

/// CASE, COALESCE and TRY: expressions that look at some rows only.
extension Evaluator {
    func choice(
        _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression, _ type: ValueType,
        _ rows: RowBatch
    ) throws(QueryFailure) -> Vector {
        if let chosen = try constantChoice(branches, otherwise, type, rows) { return chosen }
        var open = (0..<UInt32(rows.count)).map { $0 }
        var parts: [(rows: [UInt32], values: Vector)] = []
        for branch in branches {
            if open.isEmpty { break }
            let asked = open.count == rows.count ? rows : rows.selecting(open)
            let condition = try evaluate(branch.condition, asked)
            var taken: [UInt32] = []
            var left: [UInt32] = []
            for index in 0..<asked.count {
                let place = condition.place(index)
                let holds = condition.bools[place] && condition.valid?[place] ?? true
                if holds { taken.append(open[index]) } else { left.append(open[index]) }
            }
            if !taken.isEmpty {
                parts.append((taken, try evaluate(branch.result, rows.selecting(taken))))
            }
            open = left
        }
        if !open.isEmpty {
            parts.append((open, try evaluate(otherwise, rows.selecting(open))))
        }
        return Evaluator.blended(parts, type, count: rows.count)
    }

    /// A choice between constants by conditions that can be asked of all rows; nil for any other.
    private func constantChoice(
        _ branches: [BoundExpression.Branch], _ otherwise: BoundExpression, _ type: ValueType,
        _ rows: RowBatch
    ) throws(QueryFailure) -> Vector? {
        guard let last = otherwise.constant else { return nil }
        var results = VectorBuilder(type)
        for branch in branches {
            guard let result = branch.result.constant, !branch.condition.canFail else { return nil }
            results.append(result)
        }
        results.append(last)
        var places = [UInt32](repeating: UInt32(branches.count), count: rows.count)
        for (number, branch) in branches.enumerated().reversed() {
            let condition = try evaluate(branch.condition, rows).expanded
            let (holds, valid) = (condition.bools, condition.valid)
            for row in places.indices where holds[row] && valid?[row] ?? true {
                places[row] = UInt32(number)
            }
        }
        return results.finish().rows(places)
    }

    func coalesced(
        _ parts: [BoundExpression], _ type: ValueType, _ rows: RowBatch
    ) throws(QueryFailure) -> Vector {
        var open = (0..<UInt32(rows.count)).map { $0 }
        var found: [(rows: [UInt32], values: Vector)] = []
        for (index, part) in parts.enumerated() {
            if open.isEmpty { break }
            let asked = open.count == rows.count ? rows : rows.selecting(open)
            let column = try evaluate(part, asked)
            if index == parts.count - 1 {
                found.append((open, column))
                break
            }
            if column.valid == nil, found.isEmpty { return column }
            var taken: [UInt32] = []
            var left: [UInt32] = []
            for row in 0..<UInt32(asked.count) {
                if column.isValid(Int(row)) { taken.append(row) } else { left.append(row) }
            }
            if !taken.isEmpty { found.append((open.at(taken), column.rows(taken))) }
            open = open.at(left)
        }
        return Evaluator.blended(found, type, count: rows.count)
    }

    /// One column of parts that have some of the rows each, and all of them together.
    private static func blended(
        _ parts: [(rows: [UInt32], values: Vector)], _ type: ValueType, count: Int
    ) -> Vector {
        // Each part stands for itself: constants stay what they are until their rows are known.
        var places = [UInt32](repeating: 0, count: count)
        var stored: [Vector] = []
        var start: UInt32 = 0
        for part in parts {
            let isConstant = part.values.isConstant
            let values = isConstant ? part.values.rows([0]).expanded : part.values
            for (index, row) in part.rows.enumerated() {
                places[Int(row)] = start + (isConstant ? 0 : UInt32(index))
            }
            stored.append(values)
            start += UInt32(values.count)
        }
        return Vector.joined(stored, type).rows(places)
    }

    /// Row by row where all together cannot be computed.
    func tried(_ part: BoundExpression, _ rows: RowBatch) throws(QueryFailure) -> Vector {
        do { return try evaluate(part, rows) } catch .text {}
        var builder = VectorBuilder(part.type)
        for row in 0..<UInt32(rows.count) {
            do {
                builder.append(try evaluate(part, rows.selecting([row])).value(0))
            } catch .text {
                builder.append(.null)
            }
        }
        return builder.finish()
    }
}

extension [BoundExpression] {
    /// Conditions that cannot fail before those that can, which stay in their order: what guards one of
    /// them is asked before it in any case.
    var cheapestFirst: [BoundExpression] {
        var costs: [(cost: Int, index: Int)] = []
        for (index, part) in enumerated() {
            costs.append((part.canFail ? .max : part.cost, index))
        }
        costs.sort { $0 < $1 }
        return costs.map { self[$0.index] }
    }
}

extension BoundExpression {
    /// How much work one that cannot fail is for each row: texts are several times as much as numbers,
    /// and sets as comparisons.
    fileprivate var cost: Int {
        let own =
            switch form {
            case .column: type == .text ? 4 : 1
            case .among, .amongRows: 4
            default: 1
            }
        return parts.reduce(own) { $0 + $1.cost }
    }

    /// Whether some values might have no result, so that it may be asked for no other rows than those
    /// that need it.
    var canFail: Bool {
        switch form {
        case .constant, .column, .value, .exists, .outer: false
        case .all, .any, .not, .compare, .alike, .isNull, .among, .amongRows, .coalesce, .choice:
            parts.contains(where: \.canFail)
        case .call, .cast, .list, .tried, .aggregate, .window, .unnested: true
        }
    }
}
