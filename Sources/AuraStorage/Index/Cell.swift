/// Events of one series in one bucket.
struct CountCell: Hashable, Sendable {
    var count: UInt64 = 0
    var errors: UInt64 = 0
}

/// The values of one series in one bucket: of those events that have one.
struct ValueCell: Hashable, Sendable {
    var count: UInt64 = 0
    var sum = CompensatedSum()
    var squares = CompensatedSum()
    var least = Double.infinity
    var greatest = -Double.infinity

    @inline(__always)
    mutating func add(_ value: Double) {
        count &+= 1
        sum.add(value)
        squares.add(squareOf: value)
        least = min(least, value)
        greatest = max(greatest, value)
    }

    mutating func add(_ other: ValueCell) {
        count &+= other.count
        sum.add(other.sum)
        squares.add(other.squares)
        least = min(least, other.least)
        greatest = max(greatest, other.greatest)
    }

    /// Whether a number counts as a value: finite, and small enough that no sum of squares overflows.
    @inline(__always)
    static func takes(_ value: Double) -> Bool { abs(value) <= 1e145 }
}

/// What cells, and rows beside them, add up to.
package struct CellTotals: Hashable, Sendable {
    private var counts = CountCell()
    private var values = ValueCell()

    /// Nothing.
    package init() {}

    /// Events.
    package var count: UInt64 { counts.count }
    /// Events that are errors.
    package var errors: UInt64 { counts.errors }
    /// Values.
    package var valueCount: UInt64 { values.count }
    /// Sum of the values.
    package var sum: Double { values.sum.value }
    /// Least and greatest value; nil if there is none.
    package var valueRange: ClosedRange<Double>? {
        values.count == 0 ? nil : values.least...values.greatest
    }

    /// The standard deviation of the values, as of a whole population; nil if there is none.
    package var deviation: Double? {
        guard values.count > 0 else { return nil }
        // The square of many a number is not exact, its distance to itself is.
        if values.least == values.greatest { return 0 }
        let count = Double(values.count)
        let distances = CompensatedSum.squaredDistances(
            squares: values.squares, sum: values.sum, count: count)
        return (max(0, distances) / count).squareRoot()
    }

    /// Adds events without values.
    package mutating func add(count: UInt64, errors: UInt64) {
        counts.count &+= count
        counts.errors &+= errors
    }

    /// Adds a value.
    package mutating func add(value: Double) {
        values.add(value)
    }

    /// Adds what other cells add up to.
    package mutating func add(_ other: CellTotals) {
        add(other.counts)
        add(other.values)
    }

    /// Whether both are of the same events, but for the order in which values were added.
    package func isNear(_ other: CellTotals) -> Bool {
        guard counts == other.counts, values.count == other.values.count,
            valueRange == other.valueRange
        else { return false }
        let scale = max(abs(values.least), abs(values.greatest)) * Double(values.count)
        return values.count == 0
            || abs(sum - other.sum) <= 1e-12 * scale
                && abs((deviation ?? 0) - (other.deviation ?? 0)) <= 1e-9 * scale
    }

    mutating func add(_ cell: CountCell) {
        add(count: cell.count, errors: cell.errors)
    }

    mutating func add(_ cell: ValueCell) {
        values.add(cell)
    }
}
