import AuraCore

/// Exact quantiles of numbers, between the two nearest values.
final class FloatQuantileAccumulator: Accumulator {
    private let fractions: [Double]
    private let isList: Bool
    private var values: [[Double]] = []
    private var count = 0

    init(_ fractions: [Double], _ isList: Bool) {
        self.fractions = fractions
        self.isList = isList
    }

    var size: Int { count * 8 + values.count * 24 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        var all = self.values
        self.values = []
        defer { self.values = all }
        all.grow(to: groupCount, [])
        let (values, valid) = (columns[0].floats, columns[0].valid)
        count += values.count
        if groups.isConstant, valid == nil {
            all[groups[0]] += values
            return
        }
        for row in 0..<groups.count where valid?[row] ?? true {
            all[groups[row]].append(values[row])
        }
    }

    func merge(_ other: FloatQuantileAccumulator, _ groups: [UInt32], groupCount: Int) {
        values.grow(to: groupCount, [])
        for (values, group) in zip(other.values, groups) { self.values[Int(group)] += values }
        count += other.count
    }

    func results(_ groupCount: Int) throws(ComputationError) -> Vector {
        values.grow(to: groupCount, [])
        var builder = VectorBuilder(isList ? .list(.float64) : .float64)
        for group in 0..<groupCount {
            if values[group].isEmpty {
                builder.append(.null)
                continue
            }
            let found = Quantile.values(of: fractions, in: values[group])
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

    /// The quantiles of floats, of which NaN is the greatest.
    static func values(of fractions: [Double], in floats: [Double]) -> [Double] {
        let words = floats.map(FloatOrder.word)
        let places = fractions.map { place($0, words.count) }
        let found = words.sorted(at: Set(places.flatMap { [$0.lower, $0.upper] }).sorted())
        return places.map { place in
            let (low, high) = (
                FloatOrder.value(found[place.lower] ?? 0), FloatOrder.value(found[place.upper] ?? 0)
            )
            return place.lower == place.upper || low == high ? low : low + (high - low) * place.part
        }
    }
}

extension [Int64] {
    /// The words that sorting would put at some places.
    ///
    /// They are counted by stretches of their range; what is in a stretch with a wanted place is looked at
    /// in the same way, until few are left to be sorted.
    ///
    /// - Parameter places: Ascending.
    fileprivate func sorted(at places: [Int]) -> [Int: Int64] {
        var found: [Int: Int64] = [:]
        guard count > 256, let (least, greatest) = range, least < greatest else {
            let sorted = self.sorted()
            for place in places { found[place] = sorted[place] }
            return found
        }
        let bits = UInt64.bitWidth - UInt64(bitPattern: greatest &- least).leadingZeroBitCount
        let shift = UInt64(Swift.max(0, bits - 10))
        @inline(__always)
        func stretch(_ word: Int64) -> Int {
            Int(truncatingIfNeeded: UInt64(bitPattern: word &- least) &>> shift)
        }
        var counts = [Int](repeating: 0, count: 1 << 10)
        for word in self { counts[stretch(word)] &+= 1 }
        // Of a stretch with wanted places: its words, and how many are before them.
        var number = [Int](repeating: -1, count: counts.count)
        var parts: [(before: Int, words: [Int64], places: [Int])] = []
        var before = 0
        var wanted = places[...]
        for (stretch, count) in counts.enumerated() where count > 0 {
            let here = wanted.prefix { $0 < before + count }
            if !here.isEmpty {
                number[stretch] = parts.count
                parts.append((before, [], here.map { $0 - before }))
                parts[parts.count - 1].words.reserveCapacity(count)
                wanted = wanted[here.endIndex...]
            }
            before += count
        }
        for word in self {
            let part = number[stretch(word)]
            if part >= 0 { parts[part].words.append(word) }
        }
        for part in parts {
            for (place, word) in part.words.sorted(at: part.places) {
                found[place + part.before] = word
            }
        }
        return found
    }

    /// The least and the greatest.
    private var range: (least: Int64, greatest: Int64)? {
        guard var least = first else { return nil }
        var greatest = least
        for word in self {
            least = Swift.min(least, word)
            greatest = Swift.max(greatest, word)
        }
        return (least, greatest)
    }
}

/// The rows of each group, one group after another.
struct GroupedRows: Sendable {
    /// Where the rows of each group begin among all, and where those of the last end.
    let starts: [Int]
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

    /// All of them.
    var all: [UInt32] { rows }

    /// How many rows some groups have together, those behind all numbers none.
    func count(of groups: ArraySlice<UInt32>) -> Int {
        groups.reduce(0) { sum, group in
            let group = Int(group)
            return group + 1 < starts.count ? sum + starts[group + 1] - starts[group] : sum
        }
    }

    /// In the order in which they came.
    func rows(of group: Int) -> ArraySlice<UInt32> { rows[starts[group]..<starts[group + 1]] }
}
