import AuraCore

/// Exact quantiles of numbers, between the two nearest values.
final class FloatQuantileAccumulator: Accumulator {
    private let fractions: [Double]
    private let isList: Bool
    /// Those of each group, as words in the order of floats, for which NaN is the greatest.
    private var words: [[Int64]] = []
    private var count = 0

    init(_ fractions: [Double], _ isList: Bool) {
        self.fractions = fractions
        self.isList = isList
    }

    var size: Int { count * 8 + words.count * 24 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        var words = self.words
        self.words = []
        defer { self.words = words }
        words.grow(to: groupCount, [])
        let values = columns[0].floats
        count += values.count
        guard let valid = columns[0].valid else {
            if groups.isConstant {
                words[groups[0]].append(contentsOf: values.lazy.map(FloatOrder.word))
            } else {
                for row in 0..<groups.count {
                    words[groups[row]].append(FloatOrder.word(values[row]))
                }
            }
            return
        }
        for row in 0..<groups.count where valid[row] {
            words[groups[row]].append(FloatOrder.word(values[row]))
        }
    }

    func merge(_ other: FloatQuantileAccumulator, _ groups: [UInt32], groupCount: Int) {
        words.grow(to: groupCount, [])
        for (words, group) in zip(other.words, groups) { self.words[Int(group)] += words }
        count += other.count
    }

    func results(_ groupCount: Int) throws(ComputationError) -> Vector {
        words.grow(to: groupCount, [])
        var builder = VectorBuilder(isList ? .list(.float64) : .float64)
        for group in 0..<groupCount {
            if words[group].isEmpty {
                builder.append(.null)
                continue
            }
            let found = Quantile.values(of: fractions, in: &words[group])
            builder.append(isList ? .list(found.map { .float64($0) }) : .float64(found[0]))
        }
        return builder.finish()
    }
}

/// Quantiles by order of values.
enum Quantile {
    /// Where a quantile of `count` values lies: between two places, and how far.
    ///
    /// - Parameter fraction: A negative one counts from the greatest value.
    static func place(_ fraction: Double, _ count: Int) -> (lower: Int, upper: Int, part: Double) {
        let share = (fraction < 0 ? 1 + fraction : fraction) * Double(count - 1)
        let lower = Int(share.rounded(.down))
        return (lower, min(count - 1, Int(share.rounded(.up))), share - Double(lower))
    }

    /// The place of the value that has at least that part of all up to it.
    static func discretePlace(_ fraction: Double, _ count: Int) -> Int {
        if fraction < 0 {
            // The same from the other end.
            let fromEnd = Int((Double(count) - Double(count) * -fraction).rounded(.down))
            return count - 1 - max(0, count - fromEnd - 1)
        }
        return max(0, count - Int((Double(count) - Double(count) * fraction).rounded(.down)) - 1)
    }

    /// The quantiles of words that stand for floats; moves the words about.
    static func values(of fractions: [Double], in words: inout [Int64]) -> [Double] {
        var results = [Double](repeating: 0, count: fractions.count)
        var sortedFrom = 0
        // Ascending, so that each looks behind the one before only.
        for index in fractions.indices.sorted(by: { share(fractions[$0]) < share(fractions[$1]) }) {
            let (lower, upper, part) = place(fractions[index], words.count)
            words.select(lower, in: min(sortedFrom, lower)..<words.count)
            if upper > lower { words.select(upper, in: lower + 1..<words.count) }
            sortedFrom = upper
            let (low, high) = (FloatOrder.value(words[lower]), FloatOrder.value(words[upper]))
            results[index] = lower == upper || low == high ? low : low + (high - low) * part
        }
        return results
    }

    private static func share(_ fraction: Double) -> Double {
        fraction < 0 ? 1 + fraction : fraction
    }
}

extension [Int64] {
    /// Puts that value at a place which sorting would, lesser ones before and greater ones behind it.
    ///
    /// Source: Hoare, "Algorithm 65: Find", 1961, with the median of three as pivot; a range that does
    /// not shrink is sorted.
    mutating func select(_ place: Int, in range: Range<Int>) {
        var low = range.lowerBound
        var high = range.upperBound - 1
        var rounds = 0
        while low < high {
            rounds += 1
            if high - low < 16 || rounds > 64 {
                self[low...high].sort()
                return
            }
            let middle = low + (high - low) / 2
            if self[middle] < self[low] { swapAt(middle, low) }
            if self[high] < self[low] { swapAt(high, low) }
            if self[high] < self[middle] { swapAt(high, middle) }
            let pivot = self[middle]
            var left = low
            var right = high
            while left <= right {
                while self[left] < pivot { left += 1 }
                while self[right] > pivot { right -= 1 }
                if left <= right {
                    swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if place <= right { high = right } else if place >= left { low = left } else { return }
        }
    }
}

/// The rows of each group, one group after another.
struct GroupedRows {
    private let starts: [Int]
    private let rows: [UInt32]

    init(_ groups: [UInt32], _ groupCount: Int) {
        var starts = [Int](repeating: 0, count: groupCount + 1)
        for group in groups { starts[Int(group) + 1] += 1 }
        for group in 0..<groupCount { starts[group + 1] += starts[group] }
        var next = starts
        var rows = [UInt32](repeating: 0, count: groups.count)
        for (row, group) in groups.enumerated() {
            rows[next[Int(group)]] = UInt32(row)
            next[Int(group)] += 1
        }
        self.starts = starts
        self.rows = rows
    }

    /// In the order in which they came.
    func rows(of group: Int) -> ArraySlice<UInt32> { rows[starts[group]..<starts[group + 1]] }
}
