/// Functions of whole numbers of 64 or 128 bits.
enum WholeNumbers {
    static func absolute<Number: FixedWidthInteger & SignedInteger>(
        _ number: Number
    ) throws(ComputationError) -> Number {
        try signed(number.magnitude, "abs(\(number))")
    }

    static func greatestCommonDivisor<Number: FixedWidthInteger & SignedInteger>(
        _ left: Number, _ right: Number
    ) throws(ComputationError) -> Number {
        try signed(divisor(left.magnitude, right.magnitude), "gcd(\(left), \(right))")
    }

    static func leastCommonMultiple<Number: FixedWidthInteger & SignedInteger>(
        _ left: Number, _ right: Number
    ) throws(ComputationError) -> Number {
        let (first, second) = (left.magnitude, right.magnitude)
        guard first != 0, second != 0 else { return 0 }
        let (product, overflows) = first.multipliedReportingOverflow(
            by: second / divisor(first, second))
        return try signed(overflows ? .max : product, "lcm(\(left), \(right))")
    }

    static func factorial(_ number: Int64) throws(ComputationError) -> Int128 {
        guard number >= 0 else {
            throw ComputationError("factorial(\(number)) does not exist: the number is negative")
        }
        var product: Int128 = 1
        for factor in 1...max(1, number) {
            let (next, overflows) = product.multipliedReportingOverflow(by: Int128(factor))
            if overflows { throw ComputationError("factorial(\(number)) exceeds 128 bits") }
            product = next
        }
        return product
    }

    private static func divisor<Number: UnsignedInteger>(_ left: Number, _ right: Number) -> Number
    {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return left
    }

    /// A magnitude as a number; an error where that has no such.
    private static func signed<Number: FixedWidthInteger & SignedInteger>(
        _ magnitude: Number.Magnitude, _ call: @autoclosure () -> String
    ) throws(ComputationError) -> Number {
        guard let number = Number(exactly: magnitude) else {
            throw ComputationError("\(call()) exceeds \(Number.bitWidth) bits")
        }
        return number
    }
}
