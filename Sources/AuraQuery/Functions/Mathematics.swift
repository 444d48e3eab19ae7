import AuraCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The functions of numbers.
extension ScalarFunction {
    static let mathematics = named(
        signs + roundings + powers + angles + hyperbolic + special + kinds + wholes + constants)

    /// One of floats, that gives one.
    private static func float(_ body: @escaping @Sendable (Double) -> Double) -> [ScalarFunction] {
        [ScalarFunction([.float64], .float64, .float(body))]
    }

    /// One of two floats, or of a float and a whole number, column by column.
    private static func floats(
        _ body: @escaping @Sendable (Double, Double) -> Double
    ) -> [ScalarFunction] {
        [floats(.float64, \.floats, body)]
    }

    private static func floats<Second>(
        _ type: ValueType, _ values: @escaping @Sendable (Vector) -> [Second],
        _ body: @escaping @Sendable (Double, Second) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            [.float64, type], .float64,
            .columns { columns, count in
                let (first, second) = (columns[0], columns[1])
                let results = Columns.zip(
                    (first.floats, first.isConstant), (values(second), second.isConstant),
                    count: count, body)
                return Vector(
                    .float64, .floats(results), valid: Columns.valid(columns, count: count))
            })
    }

    private static let signs: [([String], [ScalarFunction])] = [
        (
            ["abs"],
            [
                ScalarFunction([.int64], .int64, .integer(WholeNumbers.absolute)),
                ScalarFunction { (number: Int128) throws(ComputationError) in
                    try WholeNumbers.absolute(number)
                },
            ] + float { $0.magnitude }
        ),
        (
            ["sign"],
            [
                ScalarFunction([.int64], .int64, .integer { $0.signum() }),
                ScalarFunction { (number: Int128) in Int64(number.signum()) },
                ScalarFunction { (number: Double) in Int64(number > 0 ? 1 : number < 0 ? -1 : 0) },
            ]
        ),
    ]

    private static let roundings: [([String], [ScalarFunction])] = [
        (["floor"], float { $0.rounded(.down) }),
        (["ceil", "ceiling"], float { $0.rounded(.up) }),
        (
            ["round"],
            [
                ScalarFunction([.int64], .int64, .integer { $0 }),
                ScalarFunction([.int128], .int128, .values { $0[0] }),
                ScalarFunction { (number: Int64, digits: Int64) throws(ComputationError) in
                    try Rounding.round(number, digits)
                },
                ScalarFunction { (number: Int128, digits: Int64) throws(ComputationError) in
                    try Rounding.round(number, digits)
                },
                floats(.int64, \.integers, Rounding.round),
            ] + float { $0.rounded() }
        ),
        (
            ["trunc"],
            [
                ScalarFunction([.int64], .int64, .integer { $0 }),
                ScalarFunction([.int128], .int128, .values { $0[0] }),
                ScalarFunction { (number: Int64, digits: Int64) in
                    Rounding.truncate(number, digits)
                },
                ScalarFunction { (number: Int128, digits: Int64) in
                    Rounding.truncate(number, digits)
                },
                floats(.int64, \.integers, Rounding.truncate),
            ] + float { $0.rounded(.towardZero) }
        ),
        (["even"], float(Rounding.even)),
    ]

    private static let powers: [([String], [ScalarFunction])] = [
        (["sqrt"], float { $0.squareRoot() }),
        (["cbrt"], float(cbrt)),
        (["exp"], float(exp)),
        (["ln"], float(log)),
        (["log"], float(log10) + floats { base, number in log10(number) / log10(base) }),
        (["log10"], float(log10)),
        (["log2"], float(log2)),
        (["pow", "power"], floats(pow)),
    ]

    private static let angles: [([String], [ScalarFunction])] = [
        (["sin"], float(sin)),
        (["cos"], float(cos)),
        (["tan"], float(tan)),
        (["cot"], float { 1 / tan($0) }),
        (["asin"], float(asin)),
        (["acos"], float(acos)),
        (["atan"], float(atan)),
        (["atan2"], floats(atan2)),
        (["degrees"], float { $0 * (180 / .pi) }),
        (["radians"], float { $0 * (.pi / 180) }),
    ]

    private static let hyperbolic: [([String], [ScalarFunction])] = [
        (["sinh"], float(sinh)),
        (["cosh"], float(cosh)),
        (["tanh"], float(tanh)),
        (["asinh"], float(asinh)),
        (["acosh"], float(acosh)),
        (["atanh"], float(atanh)),
    ]

    private static let special: [([String], [ScalarFunction])] = [
        (["gamma"], float(tgamma)),
        (["lgamma"], float { lgamma($0).0 }),
        (["nextafter"], floats(nextafter)),
        (["fdiv"], floats { ($0 / $1).rounded(.down) }),
        (["fmod"], floats { $0 - $1 * ($0 / $1).rounded(.down) }),
    ]

    private static let kinds: [([String], [ScalarFunction])] = [
        (["isnan"], [ScalarFunction { (number: Double) in number.isNaN }]),
        (["isinf"], [ScalarFunction { (number: Double) in number.isInfinite }]),
        (["isfinite"], [ScalarFunction { (number: Double) in number.isFinite }]),
        (["signbit"], [ScalarFunction { (number: Double) in number.sign == .minus }]),
    ]

    private static let wholes: [([String], [ScalarFunction])] = [
        (["factorial"], [ScalarFunction(WholeNumbers.factorial)]),
        (
            ["gcd", "greatest_common_divisor"],
            [
                ScalarFunction { (left: Int64, right: Int64) throws(ComputationError) in
                    try WholeNumbers.greatestCommonDivisor(left, right)
                },
                ScalarFunction { (left: Int128, right: Int128) throws(ComputationError) in
                    try WholeNumbers.greatestCommonDivisor(left, right)
                },
            ]
        ),
        (
            ["lcm", "least_common_multiple"],
            [
                ScalarFunction { (left: Int64, right: Int64) throws(ComputationError) in
                    try WholeNumbers.leastCommonMultiple(left, right)
                },
                ScalarFunction { (left: Int128, right: Int128) throws(ComputationError) in
                    try WholeNumbers.leastCommonMultiple(left, right)
                },
            ]
        ),
        (
            ["bit_count"],
            [
                ScalarFunction([.int64], .int64, .integer { Int64($0.nonzeroBitCount) }),
                ScalarFunction { (number: Int128) in Int64(number.nonzeroBitCount) },
            ]
        ),
        (
            ["xor"],
            [
                ScalarFunction { (left: Int64, right: Int64) in left ^ right },
                ScalarFunction { (left: Int128, right: Int128) in left ^ right },
            ]
        ),
    ]

    private static let constants: [([String], [ScalarFunction])] = [
        (["pi"], [ScalarFunction { () in Double.pi }]),
        (
            ["random"],
            [
                ScalarFunction(
                    [], .float64, isVolatile: true,
                    .columns { _, count in
                        Vector(.float64, .floats((0..<count).map { _ in .random(in: 0..<1) }))
                    })
            ]
        ),
    ]
}
