import AuraCore

@testable import AuraQuery

/// Expressions of one row.
extension Reference {
    /// Whether all conditions hold: what one refuses the next does not see.
    func holds(_ conditions: [BoundExpression], _ row: Row) throws -> Bool {
        for condition in conditions where try value(condition, row) != .bool(true) { return false }
        return true
    }

    /// The value of an expression.
    func value(_ expression: BoundExpression, _ row: Row) throws -> Value {
        switch expression.form {
        case .constant(let value): return value
        case .column(let index): return row[index]
        case .call(let function, let parts):
            return try call(function, parts, expression.type, row)
        case .cast(let part, let isTried):
            let column = Vector(try value(part, row), part.type, count: 1)
            return try casting.cast(column, to: expression.type, isTried: isTried).value(0)
        case .all(let parts): return try logic(parts, row, decides: false)
        case .any(let parts): return try logic(parts, row, decides: true)
        case .not(let part):
            guard case .bool(let holds) = try value(part, row) else { return .null }
            return .bool(!holds)
        case .compare(let comparison, let left, let right):
            return compare(comparison, try value(left, row), try value(right, row))
        case .alike(let left, let right):
            return .bool(try value(left, row) == value(right, row))
        case .isNull(let part): return .bool(try value(part, row).isNull)
        case .among(let part, let values): return membership(try value(part, row), values)
        case .amongRows(let part, let number):
            return membership(try value(part, row), subquery(number).map { $0[0] })
        case .choice(let branches, let otherwise):
            for branch in branches where try value(branch.condition, row) == .bool(true) {
                return try value(branch.result, row)
            }
            return try value(otherwise, row)
        case .coalesce(let parts):
            for part in parts {
                let value = try value(part, row)
                if !value.isNull { return value }
            }
            return .null
        case .list(let parts): return .list(try parts.map { try value($0, row) })
        case .tried(let part): return (try? value(part, row)) ?? .null
        case .value(let number): return subquery(number).first?[0] ?? .null
        case .exists(let number): return .bool(!subquery(number).isEmpty)
        case .aggregate, .window, .unnested, .outer:
            throw ComputationError("an expression that was not finished")
        }
    }

    /// The kernel of a function, which was compared with DuckDB's by itself.
    private func call(
        _ function: BoundFunction, _ parts: [BoundExpression], _ type: ValueType, _ row: Row
    ) throws -> Value {
        let values = try parts.map { try value($0, row) }
        switch function.function.kernel {
        case .values(let body): return values.contains(where: \.isNull) ? .null : try body(values)
        case .nullable(let body): return try body(values)
        case .integer, .float, .columns:
            let columns = zip(values, parts).map { Vector($0, $1.type, count: 1) }
            return try function.function.kernel.evaluate(columns, type, count: 1).value(0)
        }
    }

    /// AND and OR: NULL unless a part decides.
    private func logic(_ parts: [BoundExpression], _ row: Row, decides: Bool) throws -> Value {
        var isKnown = true
        for part in parts {
            let value = try value(part, row)
            if value == .bool(decides) { return value }
            if value.isNull { isKnown = false }
        }
        return isKnown ? .bool(!decides) : .null
    }

    private func compare(_ comparison: Comparison, _ left: Value, _ right: Value) -> Value {
        if left.isNull || right.isNull { return .null }
        let holds =
            switch comparison {
            case .equal: left == right
            case .notEqual: left != right
            case .less: left < right
            case .lessEqual: !(right < left)
            case .greater: right < left
            case .greaterEqual: !(left < right)
            }
        return .bool(holds)
    }

    /// IN: NULL where it depends on a NULL.
    private func membership(_ value: Value, _ values: [Value]) -> Value {
        if values.isEmpty { return .bool(false) }
        if value.isNull { return .null }
        if values.contains(value) { return .bool(true) }
        return values.contains(where: \.isNull) ? .null : .bool(false)
    }
}
