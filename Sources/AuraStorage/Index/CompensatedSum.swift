/// A sum that carries its own rounding error: as precise as twice the digits of a `Double`.
///
/// The order of adding changes the result by less than the last digit of a `Double`, and sums of
/// parts add up to the sum of all. Source: Ogita, Rump, Oishi, "Accurate Sum and Dot Product", 2005.
package struct CompensatedSum: Hashable, Sendable {
    package var high = 0.0
    package var low = 0.0

    /// Nothing.
    package init() {}

    init(high: Double, low: Double) {
        self.high = high
        self.low = low
    }

    /// The sum as one number.
    package var value: Double { high + low }

    /// Adds a number.
    @inlinable @inline(__always)
    package mutating func add(_ value: Double) {
        let sum = high + value
        let part = sum - high
        low += (high - (sum - part)) + (value - part)
        high = sum
    }

    /// Adds the square of a number.
    @inline(__always)
    mutating func add(squareOf value: Double) {
        let square = value * value
        add(square)
        low += (-square).addingProduct(value, value)
    }

    package mutating func add(_ other: CompensatedSum) {
        add(other.high)
        low += other.low
    }

    /// `squares` − `sum`² / `count`: the sum of squared distances to the mean.
    static func squaredDistances(
        squares: CompensatedSum, sum: CompensatedSum, count: Double
    ) -> Double {
        let high = sum.value
        let low = (sum.high - high) + sum.low
        let square = high * high
        let rest = (-square).addingProduct(high, high) + 2 * high * low
        let quotient = square / count
        let remainder = (square.addingProduct(-quotient, count) + rest) / count
        let total = squares.value
        let totalLow = (squares.high - total) + squares.low
        return (total - quotient) + (totalLow - remainder)
    }
}
