import AuraCore
import Glibc

/// The operators of numbers.
///
/// Whole numbers that leave their 64 or 128 bits are errors, never other numbers.
extension ScalarFunction {
    static let arithmetic: [String: [ScalarFunction]] = numberOperators.merging(timeOperators) {
        $0 + $1
    }

    private static let numberOperators: [String: [ScalarFunction]] = [
        "+": wholes("+", { $0.addingReportingOverflow($1) }, { $0.addingReportingOverflow($1) })
            + [floats { $0 + $1 }],
        "-": wholes(
            "-", { $0.subtractingReportingOverflow($1) }, { $0.subtractingReportingOverflow($1) })
            + [floats { $0 - $1 }] + negations,
        "*": wholes(
            "*", { $0.multipliedReportingOverflow(by: $1) },
            { $0.multipliedReportingOverflow(by: $1) }) + [floats { $0 * $1 }],
        "/": [floats { $0 / $1 }],
        "//": quotients,
        "%": remainders,
        "mod": remainders,
        "**": [floats { pow($0, $1) }],
        "&": bits({ $0 & $1 }, { $0 & $1 }),
        "|": bits({ $0 | $1 }, { $0 | $1 }),
        "<<": [shiftLeft],
        ">>": [shiftRight],
    ]

    private static let negations = [
        ScalarFunction(
            [.int64], .int64,
            .integer { value throws(ComputationError) in
                guard value != .min else { throw .overflow("-", "\(value)") }
                return -value
            }),
        ScalarFunction(
            [.int128], .int128,
            .values { values throws(ComputationError) in
                guard let value = values[0].integer, value != .min else {
                    throw .overflow("-", values[0].description)
                }
                return .int128(-value)
            }),
        ScalarFunction([.float64], .float64, .float { -$0 }),
    ]

    // MARK: Of two columns

    private static func floats(
        _ body: @escaping @Sendable (Double, Double) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            [.float64, .float64], .float64,
            .columns { columns, count in
                let (left, right) = (columns[0], columns[1])
                let results = Columns.zip(
                    (left.floats, left.isConstant), (right.floats, right.isConstant), count: count,
                    body)
                return Vector(
                    .float64, .floats(results), valid: Columns.valid(columns, count: count))
            })
    }

    private typealias Checked<Number> = @Sendable (Number, Number) -> (Number, Bool)

    private static func wholes(
        _ sign: String, _ narrow: @escaping Checked<Int64>, _ wide: @escaping Checked<Int128>
    ) -> [ScalarFunction] {
        [
            ScalarFunction(
                [.int64, .int64], .int64,
                .columns { columns, count throws(ComputationError) in
                    let values = try checked(
                        sign, columns, columns.map(\.integers), count, narrow)
                    return Vector(
                        .int64, .integers(values), valid: Columns.valid(columns, count: count))
                }),
            ScalarFunction(
                [.int128, .int128], .int128,
                .columns { columns, count throws(ComputationError) in
                    let values = try checked(sign, columns, columns.map(\.wide), count, wide)
                    return Vector(
                        .int128, .wide(values), valid: Columns.valid(columns, count: count))
                }),
        ]
    }

    /// All results first, then the question whether one of them is none.
    private static func checked<Number: FixedWidthInteger>(
        _ sign: String, _ columns: [Vector], _ values: [[Number]], _ count: Int,
        _ body: (Number, Number) -> (Number, Bool)
    ) throws(ComputationError) -> [Number] {
        var overflows = false
        let results = Columns.zip(
            (values[0], columns[0].isConstant), (values[1], columns[1].isConstant), count: count
        ) { left, right in
            let (result, isOver) = body(left, right)
            overflows = overflows || isOver
            return result
        }
        guard overflows else { return results }
        for row in 0..<count where columns[0].isValid(row) && columns[1].isValid(row) {
            let (left, right) = (values[0][columns[0].place(row)], values[1][columns[1].place(row)])
            if body(left, right).1 { throw .overflow(sign, "\(left) \(sign) \(right)") }
        }
        return results
    }

    // MARK: Row by row

    private static func bits(
        _ narrow: @escaping @Sendable (Int64, Int64) -> Int64,
        _ wide: @escaping @Sendable (Int128, Int128) -> Int128
    ) -> [ScalarFunction] {
        wholes("&", { (narrow($0, $1), false) }, { (wide($0, $1), false) })
    }

    private static let quotients = divisions("//") { left, right in
        left / right
    } floats: {
        $0 / $1
    }

    private static let remainders = divisions("%") { left, right in
        left % right
    } floats: {
        fmod($0, $1)
    }

    private static func divisions(
        _ sign: String, _ body: @escaping @Sendable (Int128, Int128) -> Int128,
        floats: @escaping @Sendable (Double, Double) -> Double
    ) -> [ScalarFunction] {
        @Sendable func divided(_ values: [Value]) throws(ComputationError) -> Int128 {
            guard let left = values[0].integer, let right = values[1].integer, right != 0 else {
                throw .zeroDivision("\(values[0]) \(sign) \(values[1])")
            }
            if right == -1 {
                guard left != .min else { throw .overflow(sign, "\(left) \(sign) \(right)") }
            }
            return body(left, right)
        }
        return [
            ScalarFunction(
                [.int64, .int64], .int64,
                .values { values throws(ComputationError) in
                    guard let quotient = Int64(exactly: try divided(values)) else {
                        throw .overflow(sign, "\(values[0]) \(sign) \(values[1])")
                    }
                    return .int64(quotient)
                }),
            ScalarFunction(
                [.int128, .int128], .int128,
                .values { values throws(ComputationError) in .int128(try divided(values)) }),
            ScalarFunction(
                [.float64, .float64], .float64,
                .values { values throws(ComputationError) in
                    let (left, right) = (values[0].double ?? .nan, values[1].double ?? .nan)
                    guard sign == "%" || right != 0 else {
                        throw .zeroDivision("\(left) \(sign) \(right)")
                    }
                    return .float64(floats(left, right))
                }),
        ]
    }

    private static let shiftLeft = ScalarFunction(
        [.int64, .int64], .int64,
        .values { values throws(ComputationError) in
            guard case .int64(let value) = values[0], case .int64(let places) = values[1],
                value >= 0, places >= 0, places < 64 || value == 0
            else {
                throw ComputationError(
                    "\(values[0]) << \(values[1]) shifts what is negative, or by too many places")
            }
            let result = value << places
            guard result >= 0, result >> places == value else {
                throw .overflow("<<", "\(value) << \(places)")
            }
            return .int64(result)
        })

    private static let shiftRight = ScalarFunction(
        [.int64, .int64], .int64,
        .values { values in
            guard case .int64(let value) = values[0], case .int64(let places) = values[1] else {
                return .null
            }
            return .int64(places < 0 || places > 63 ? 0 : value >> places)
        })
}

extension ComputationError {
    static func overflow(_ sign: String, _ what: String) -> ComputationError {
        ComputationError(
            "\(what) is beyond the range of its type", hint: "cast to HUGEINT or DOUBLE first")
    }

    static func zeroDivision(_ what: String) -> ComputationError {
        ComputationError(
            "\(what) divides by zero", hint: "divide by NULLIF(x, 0) to get NULL there")
    }
}
