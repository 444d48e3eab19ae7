import AuraCore

/// What a subquery in an expression has answered, before the query around it runs.
struct SubqueryAnswer: Sendable {
    /// The first column of its rows.
    let column: Vector
    private let table: ValueNumbers

    init(_ column: Vector) {
        self.column = column
        var table = ValueNumbers(column.type)
        if column.count > 0 { _ = table.numbers(of: column) }
        self.table = table
    }

    var isEmpty: Bool { column.count == 0 }

    /// Its one value; NULL if it has none.
    var value: Value { isEmpty ? .null : column.value(0) }

    /// Its values, each once, without NULL.
    var distinct: Vector {
        let all = table.values()
        return all.rows((1..<UInt32(max(1, all.count))).map { $0 })
    }

    /// Which values are among its rows.
    func contains(_ values: Vector) -> Vector {
        isEmpty
            ? Vector(.bool(false), .bool, count: values.count)
            : SubqueryAnswer.membership(of: values, in: table)
    }

    /// Which values are in a table: NULL where the value is, and where it is not there and NULL is.
    static func membership(of values: Vector, in table: ValueNumbers) -> Vector {
        let numbers = table.known(of: values).expanded
        let results = numbers.mapped { $0 != ValueNumbers.unknown && $0 != ValueNumbers.null }
        var valid: [Bool]?
        if table.hasNull {
            valid = results
        } else if values.valid != nil {
            valid = numbers.mapped { $0 != ValueNumbers.null }
        }
        return Vector(.bool, .bools(results), valid: valid)
    }
}
