import AuraCore

/// Loops over columns of times.
extension Vector {
    /// What `body` makes of each value that is there; an error where that is no time.
    @inline(__always)
    func times(
        _ type: ValueType, _ body: (Int64) -> Int64?
    ) throws(ComputationError) -> Vector {
        let values = integers
        var results = [Int64](repeating: 0, count: values.count)
        for row in values.indices {
            if let result = body(values[row]) {
                results[row] = result
            } else if isValid(row) {
                throw .outsideTime("the result for \(value(row))")
            }
        }
        return mapped(type, .integers(results))
    }

    /// The point before each time, which all times have up to `length` behind it: neighbours mostly do.
    @inline(__always)
    func startsOfRuns(
        length: Int64, _ start: (Int64) -> Int64?
    ) throws(ComputationError) -> Vector {
        let values = integers
        var results = [Int64](repeating: 0, count: values.count)
        var row = 0
        while row < values.count {
            guard let start = start(values[row]) else {
                if isValid(row) { throw .outsideTime("the result for \(value(row))") }
                row += 1
                continue
            }
            repeat {
                results[row] = start
                row += 1
            } while row < values.count
                && UInt64(bitPattern: values[row] &- start) < UInt64(length)
        }
        return mapped(.timestamp, .integers(results))
    }

    /// A part of each time: neighbours mostly have the same.
    func parts(_ part: TimePart) -> Vector {
        let values = integers
        let length = part.span
        var results = [Int64](repeating: 0, count: values.count)
        var row = 0
        while row < values.count {
            let start = values[row].flooredQuotient(length) &* length
            let result = part.value(ofTime: values[row])
            repeat {
                results[row] = result
                row += 1
            } while row < values.count
                && UInt64(bitPattern: values[row] &- start) < UInt64(length)
        }
        return mapped(.int64, .integers(results))
    }

    /// Other values in the place of these, where nothing can be wrong.
    func mapped(_ type: ValueType, _ values: Vector.Values) -> Vector {
        let result = Vector(type, values, valid: valid)
        return isConstant ? result.repeated(count) : result
    }

    /// A column of dates or times as one of times.
    func asTimes() throws(ComputationError) -> Vector {
        type == .date ? try times(.timestamp) { TimeRange.midnight($0) } : self
    }
}

extension Columns {
    /// What `body` makes of each row's two values; an error, which `failure` says, where that is
    /// none and both are there.
    @inline(__always)
    static func integers(
        _ left: Vector, _ right: Vector, count: Int, _ body: (Int64, Int64) -> Int64?,
        failure: (Value, Value) -> ComputationError
    ) throws(ComputationError) -> Vector {
        let (lefts, rights) = (left.integers, right.integers)
        let rows = left.isConstant && right.isConstant ? 1 : count
        var results = [Int64](repeating: 0, count: rows)
        for row in 0..<rows {
            if let result = body(lefts[left.place(row)], rights[right.place(row)]) {
                results[row] = result
            } else if left.isValid(row), right.isValid(row) {
                throw failure(left.value(row), right.value(row))
            }
        }
        let valid = Columns.valid([left, right], count: rows)
        let result = Vector(.int64, .integers(results), valid: valid)
        return rows == count ? result : result.repeated(count)
    }
}

extension ScalarFunction.Kernel {
    /// From what `prepare` makes of one argument, once if that is the same for all rows, and from
    /// whole columns.
    static func prepared<Prepared>(
        from index: Int, _ result: ValueType,
        _ prepare: @escaping @Sendable (Value) throws(ComputationError) -> Prepared,
        _ body: @escaping @Sendable (Prepared, [Vector], Int) throws(ComputationError) -> Vector
    ) -> ScalarFunction.Kernel {
        .columns { columns, count throws(ComputationError) in
            let argument = columns[index]
            if argument.isConstant {
                let value = argument.value(0)
                if value.isNull { return Vector(.null, result, count: count) }
                return try body(try prepare(value), columns, count)
            }
            // Columns of one row each.
            var builder = VectorBuilder(result)
            for row in 0..<count {
                let value = argument.value(row)
                if value.isNull {
                    builder.append(.null)
                } else {
                    let columns = columns.map { $0.rows([UInt32(row)]) }
                    builder.append(try body(try prepare(value), columns, 1).value(0))
                }
            }
            return builder.finish()
        }
    }

    /// From a time to a float.
    static func float(
        ofTime body: @escaping @Sendable (Int64) -> Double
    ) -> ScalarFunction.Kernel {
        .columns { columns, _ in
            columns[0].mapped(.float64, .floats(columns[0].integers.map(body)))
        }
    }
}
