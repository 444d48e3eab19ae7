import AuraCore

/// Computes expressions for the rows of batches.
struct Evaluator: Sendable {
    let casting: Casting
    /// What the subqueries of the query have answered, by their numbers.
    var subqueries: [SubqueryAnswer] = []
    /// Bytes that a column which a function makes may have.
    var memoryLimit = Int.max
    /// Whether nobody wants what is computed any more.
    var shouldStop: @Sendable () -> Bool = { false }

    /// The values of an expression, one for each row.
    func evaluate(
        _ expression: BoundExpression, _ rows: RowBatch
    ) throws(QueryFailure) -> Vector {
        if shouldStop() { throw .stopped }
        switch expression.form {
        case .constant(let value): return Vector(value, expression.type, count: rows.count)
        case .column(let index): return try rows.column(index)
        case .call(let function, let parts):
            let arguments = try evaluate(parts, rows)
            let column = try placed(expression.place) { () throws(ComputationError) in
                try function.function.kernel.evaluate(
                    arguments, expression.type, count: rows.count, shouldStop)
            }
            guard column.contentBytes <= memoryLimit else { throw .memory(memoryLimit) }
            return column
        case .cast(let part, let isTried):
            let column = try evaluate(part, rows)
            return try placed(expression.place) { () throws(ComputationError) in
                try casting.cast(column, to: expression.type, isTried: isTried)
            }
        case .all(let parts): return try joined(parts, rows, decides: false)
        case .any(let parts): return try joined(parts, rows, decides: true)
        case .not(let part):
            if case .isNull(let inner) = part.form { return isThere(try evaluate(inner, rows)) }
            let column = try evaluate(part, rows)
            let result = Vector(.bool, .bools(column.bools.mapped { !$0 }), valid: column.valid)
            return column.isConstant ? result.repeated(rows.count) : result
        case .compare(let comparison, let left, let right):
            return comparison.evaluate(
                try evaluate(left, rows), try evaluate(right, rows), count: rows.count)
        case .alike(let left, let right):
            return alike(try evaluate(left, rows), try evaluate(right, rows), rows.count)
        case .isNull(let part):
            let isThere = isThere(try evaluate(part, rows))
            return isThere.mapped(.bool, .bools(isThere.bools.mapped { !$0 }))
        case .among(let part, let values):
            return among(try evaluate(part, rows), values, rows.count)
        case .amongRows(let part, let number):
            return subqueries[number].contains(try evaluate(part, rows))
        case .choice(let branches, let otherwise):
            return try choice(branches, otherwise, expression.type, rows)
        case .coalesce(let parts): return try coalesced(parts, expression.type, rows)
        case .list(let parts):
            let columns = try evaluate(parts, rows)
            return Vector(
                expression.type,
                .lists((0..<rows.count).map { row in columns.map { $0.value(row) } }))
        case .tried(let part): return try tried(part, rows)
        case .value(let number):
            return Vector(subqueries[number].value, expression.type, count: rows.count)
        case .exists(let number):
            return Vector(.bool(!subqueries[number].isEmpty), .bool, count: rows.count)
        case .aggregate, .window, .unnested, .outer:
            preconditionFailure("an expression that was not finished")
        }
    }

    /// Whether each value is one, not NULL.
    private func isThere(_ column: Vector) -> Vector {
        guard let valid = column.valid else {
            return Vector(.bool(true), .bool, count: column.count)
        }
        let result = Vector(.bool, .bools(valid))
        return column.isConstant ? result.repeated(column.count) : result
    }

    private func evaluate(
        _ parts: [BoundExpression], _ rows: RowBatch
    ) throws(QueryFailure) -> [Vector] {
        var columns: [Vector] = []
        for part in parts { columns.append(try evaluate(part, rows)) }
        return columns
    }

    private func placed(
        _ place: Place, _ body: () throws(ComputationError) -> Vector
    ) throws(QueryFailure) -> Vector {
        do { return try body() } catch {
            if error == .stopped { throw .stopped }
            throw .text(TextError(error.message, at: place, hint: error.hint))
        }
    }

    // MARK: Conditions

    /// The rows for which all conditions hold, one after the other, the cheapest first: what one refuses
    /// the next does not see.
    func rows(
        of rows: RowBatch, where conditions: [BoundExpression]
    ) throws(QueryFailure) -> RowBatch {
        var rows = rows
        for condition in conditions.cheapestFirst {
            if rows.count == 0 { break }
            let column = try evaluate(condition, rows)
            if column.isConstant {
                let holds = column.bools[0] && column.isValid(0)
                if !holds { rows = rows.selecting([]) }
                continue
            }
            let selected = Evaluator.rows(where: column.bools, column.valid)
            if selected.count < rows.count { rows = rows.selecting(selected) }
        }
        return rows
    }

    /// The rows for which a condition holds.
    static func rows(where holds: [Bool], _ valid: [Bool]?) -> [UInt32] {
        let holds = valid.map { Columns.map(holds, $0) { $0 && $1 } } ?? holds
        // Without a branch: each row is written, and stays where it is one that is wanted.
        return unsafe [UInt32](unsafeUninitializedCapacity: holds.count) { rows, count in
            let bytes = unsafe holds.span.bytes
            var found = 0
            for row in 0..<bytes.byteCount {
                unsafe rows.initializeElement(at: found, to: UInt32(truncatingIfNeeded: row))
                found &+= Int(bytes.load(row, as: UInt8.self))
            }
            count = found
        }
    }

    /// AND, which false decides, and OR, which true does: the cheapest parts first.
    ///
    /// What was decided is not asked any more: a part may be there to guard the next.
    private func joined(
        _ parts: [BoundExpression], _ rows: RowBatch, decides: Bool
    ) throws(QueryFailure) -> Vector {
        var results = [Bool](repeating: !decides, count: rows.count)
        var valid: [Bool]?
        for (index, part) in parts.cheapestFirst.enumerated() {
            let open: [UInt32]? =
                index > 0 && part.canFail
                ? Evaluator.rows(where: results.mapped { $0 != decides }, nil) : nil
            let asked = open.map { rows.selecting($0) } ?? rows
            if asked.count == 0 { break }
            let column = try evaluate(part, asked)
            for index in 0..<asked.count {
                let row = open.map { Int($0[index]) } ?? index
                let place = column.place(index)
                if column.valid?[place] ?? true {
                    if column.bools[place] == decides { results[row] = decides }
                } else {
                    if valid == nil { valid = Array(repeating: true, count: rows.count) }
                    valid?[row] = false
                }
            }
        }
        guard let unknown = valid else { return Vector(.bool, .bools(results)) }
        return Vector(
            .bool, .bools(results), valid: Columns.map(unknown, results) { $0 || $1 == decides })
    }

    private func alike(_ left: Vector, _ right: Vector, _ count: Int) -> Vector {
        let equal = Comparison.equal.evaluate(left, right, count: count)
        guard left.valid != nil || right.valid != nil else { return equal }
        let results = (0..<count).map { row in
            left.isValid(row) == right.isValid(row) && (!left.isValid(row) || equal.bools[row])
        }
        return Vector(.bool, .bools(results))
    }

    /// IN: NULL where the value is, and where none is equal and one of them is NULL.
    private func among(_ column: Vector, _ values: [Value], _ count: Int) -> Vector {
        var table = ValueNumbers(column.type)
        var builder = VectorBuilder(column.type)
        for value in values { builder.append(value) }
        if builder.count > 0 { _ = table.numbers(of: builder.finish()) }
        return SubqueryAnswer.membership(of: column, in: table)
    }
}
