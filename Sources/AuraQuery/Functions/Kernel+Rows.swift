import AuraCore
import AuraStorage

extension ScalarFunction.Kernel {
    /// The results of `count` rows.
    ///
    /// - Parameter shouldStop: Asked now and then where rows are computed one by one; once it says so, the
    ///   computation fails with `.stopped`.
    func evaluate(
        _ arguments: [Vector], _ type: ValueType, count: Int,
        _ shouldStop: () -> Bool = { false }
    ) throws(ComputationError) -> Vector {
        if case .columns(let body) = self { return try body(arguments, count) }
        // Of one row, if that is all there is to know.
        guard arguments.contains(where: { !$0.isConstant }) else {
            return try rows(arguments, type, count: 1, shouldStop).repeated(count)
        }
        switch self {
        case .integer(let body):
            let argument = arguments[0]
            return Vector(
                type, .integers(try mapped(argument.integers, argument.valid, body)),
                valid: argument.valid)
        case .float(let body):
            return Vector(
                type, .floats(arguments[0].floats.mapped(body)), valid: arguments[0].valid)
        default: break
        }
        if let results = try ofTexts(arguments, type, shouldStop) { return results }
        return try rows(arguments, type, count: count, shouldStop)
    }

    private func mapped(
        _ values: [Int64], _ valid: [Bool]?, _ body: (Int64) throws(ComputationError) -> Int64
    ) throws(ComputationError) -> [Int64] {
        var results = [Int64](repeating: 0, count: values.count)
        for row in values.indices where valid?[row] ?? true { results[row] = try body(values[row]) }
        return results
    }

    /// Results after which `shouldStop` is asked: one may take a millisecond.
    private static var resultsAtOnce: Int { 16 }

    /// Row by row.
    private func rows(
        _ arguments: [Vector], _ type: ValueType, count: Int, _ shouldStop: () -> Bool
    ) throws(ComputationError) -> Vector {
        var builder = VectorBuilder(type)
        for row in 0..<count {
            if row % Self.resultsAtOnce == 0, shouldStop() { throw .stopped }
            builder.append(try result(arguments.map { $0.value(row) }))
            try ColumnSize.check(builder.contentBytes)
        }
        return builder.finish()
    }

    private func result(_ values: [Value]) throws(ComputationError) -> Value {
        switch self {
        case .nullable(let body): return try body(values)
        case .values(let body):
            return values.contains(where: \.isNull) ? .null : try body(values)
        case .integer(let body):
            // The vector's type says which kind of number it is.
            switch values[0] {
            case .null: return .null
            case .int64(let value): return .int64(try body(value))
            default: return .int64(try body(values[0].time ?? 0))
            }
        case .float(let body): return values[0].double.map { .float64(body($0)) } ?? .null
        case .columns: preconditionFailure("whole columns have no rows")
        }
    }

    /// Once for each text, where all but one argument are the same for all rows; nil where that is no
    /// gain.
    private func ofTexts(
        _ arguments: [Vector], _ type: ValueType, _ shouldStop: () -> Bool
    ) throws(ComputationError) -> Vector? {
        let varying = arguments.indices.filter { !arguments[$0].isConstant }
        guard varying.count == 1, case .texts(let codes, let table) = arguments[varying[0]].values,
            table.count < codes.count / 2
        else { return nil }
        let argument = arguments[varying[0]]
        var values = arguments.map { $0.value(0) }
        // Where the result of a text lies among all results, the first of which is that of NULL.
        var places = [UInt32](repeating: 0, count: table.count)
        var rows = [UInt32](repeating: 0, count: codes.count)
        var builder = VectorBuilder(type)
        values[varying[0]] = .null
        builder.append(argument.valid == nil ? .null : try result(values))
        for row in codes.indices where argument.isValid(row) {
            let code = Int(codes[row])
            if places[code] == 0 {
                if builder.count % Self.resultsAtOnce == 0, shouldStop() { throw .stopped }
                values[varying[0]] = .text(table.text(code))
                places[code] = UInt32(builder.count)
                builder.append(try result(values))
                try ColumnSize.check(builder.contentBytes)
            }
            rows[row] = places[code]
        }
        return builder.finish().rows(rows)
    }
}

/// Loops over whole columns, each of which may be one value for all rows.
enum Columns {
    /// Which rows are valid in all columns; nil if all are.
    static func valid(_ columns: [Vector], count: Int) -> [Bool]? {
        var all: [Bool]?
        for column in columns {
            guard let valid = column.valid else { continue }
            if column.isConstant {
                if !valid[0] { return [Bool](repeating: false, count: count) }
            } else if let known = all {
                all = map(known, valid) { $0 && $1 }
            } else {
                all = valid
            }
        }
        return all
    }

    /// What `body` makes of each pair.
    @inline(__always)
    static func map<Left, Right, Result>(
        _ left: [Left], _ right: [Right], _ body: (Left, Right) -> Result
    ) -> [Result] {
        unsafe [Result](unsafeUninitializedCapacity: left.count) { results, count in
            let (left, right) = (left.span, right.span)
            precondition(left.count == right.count)
            for index in left.indices {
                unsafe results.initializeElement(at: index, to: body(left[index], right[index]))
            }
            count = left.count
        }
    }

    /// As `map`, where either may have one value for all rows.
    @inline(__always)
    static func zip<Left, Right, Result>(
        _ left: (values: [Left], isConstant: Bool), _ right: (values: [Right], isConstant: Bool),
        count: Int, _ body: (Left, Right) -> Result
    ) -> [Result] {
        switch (left.isConstant, right.isConstant) {
        case (false, false): return map(left.values, right.values, body)
        case (false, true):
            let constant = right.values[0]
            return left.values.mapped { body($0, constant) }
        case (true, false):
            let constant = left.values[0]
            return right.values.mapped { body(constant, $0) }
        case (true, true):
            return [Result](repeating: body(left.values[0], right.values[0]), count: count)
        }
    }
}
