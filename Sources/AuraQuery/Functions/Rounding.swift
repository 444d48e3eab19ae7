#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Numbers rounded to digits behind the point, or before it where their number is negative.
enum Rounding {
    // MARK: Floats

    /// To the nearest, and halves away from zero, of what the number times a power of ten is.
    static func round(_ number: Double, _ digits: Int64) -> Double {
        let result = scaled(number, digits) { $0.rounded() }
        if result.isFinite { return result }
        // A number far below a power of ten that no float holds.
        return digits < 0 && result.isNaN && number.isFinite ? 0 : number
    }

    static func truncate(_ number: Double, _ digits: Int64) -> Double {
        let result = scaled(number, digits) { $0.rounded(.towardZero) }
        return result.isFinite ? result : number
    }

    private static func scaled(
        _ number: Double, _ digits: Int64, _ rounded: (Double) -> Double
    ) -> Double {
        let power = pow(10, Double(digits.magnitude))
        return digits < 0 ? rounded(number / power) * power : rounded(number * power) / power
    }

    /// The next even number away from zero.
    static func even(_ number: Double) -> Double {
        let whole = number.rounded(.awayFromZero)
        if (whole / 2).rounded(.down) * 2 == whole { return whole }
        return whole + (number >= 0 ? 1 : -1)
    }

    // MARK: Whole numbers

    static func round<Number: FixedWidthInteger & SignedInteger>(
        _ number: Number, _ digits: Int64
    ) throws(ComputationError) -> Number {
        guard digits < 0 else { return number }
        guard let power = power(digits, of: Number.self) else { return 0 }
        let rest = number.magnitude % power
        let lower = number.magnitude - rest
        // Neither power nor sum leaves the magnitudes, which have a bit more than the numbers.
        guard let result = Number(exactly: rest < power - rest ? lower : lower + power) else {
            throw ComputationError(
                "round(\(number), \(digits)) exceeds \(Number.bitWidth) bits")
        }
        return number < 0 ? -result : result
    }

    static func truncate<Number: FixedWidthInteger & SignedInteger>(
        _ number: Number, _ digits: Int64
    ) -> Number {
        guard digits < 0 else { return number }
        guard let power = power(digits, of: Number.self), let power = Number(exactly: power) else {
            return 0
        }
        return number - number % power
    }

    /// The power of ten with so many zeros; nil if it is more than twice any number.
    private static func power<Number: FixedWidthInteger & SignedInteger>(
        _ digits: Int64, of _: Number.Type
    ) -> Number.Magnitude? {
        var power: Number.Magnitude = 1
        for _ in 0..<min(digits.magnitude, 64) {
            let (next, overflows) = power.multipliedReportingOverflow(by: 10)
            if overflows { return nil }
            power = next
        }
        return power
    }
}
