/// A histogram of values: 32 bins of one width for each power of two, taken from the bits of a
/// `Double`.
///
/// The middle of a bin is at most 1/64 off any value in it. Histograms of parts add up to that of the
/// whole. Source: the layout of HdrHistogram (Tene), with binary floating point doing the work.
package struct Histogram: Sendable {
    /// Bits of a bin's key, which begins at 1: sign, exponent and five bits of the mantissa.
    static let binBits: UInt64 = 18
    static let binMask: UInt64 = (1 << binBits) - 1

    static let greatestBin: UInt64 = 0x2_0000

    /// Where the counts of 32 bins in a row begin, by the upper bits of their keys; 0 where they
    /// are all 0.
    private var starts: [UInt32] = []
    /// The counts, behind 32 that are not used.
    private var counts: [UInt64] = []

    /// No values.
    package init() {}

    /// The key of a value's bin, ascending with the values.
    @inline(__always)
    static func bin(of value: Double) -> UInt64 {
        // Zero has one bin, whatever its sign.
        let bits = (value + 0).bitPattern >> 47
        return bits >> 16 == 0 ? bits + 0x1_0001 : 0x1_FFFF - bits + 1
    }

    /// The middle of a bin.
    static func middle(ofBin key: UInt64) -> Double {
        let isNegative = key <= 0x1_0000
        let bits = isNegative ? 0x1_0000 - key : key - 0x1_0001
        guard bits > 0 else { return 0 }
        let magnitude = Double(bitPattern: bits << 47 | 1 << 46)
        return isNegative ? -magnitude : magnitude
    }

    /// A value as a word of tables: its bin, and one.
    @inline(__always)
    static func word(_ value: Double) -> UInt64 { 1 << binBits | bin(of: value) }

    /// Whether nothing is in it.
    package var isEmpty: Bool { counts.isEmpty }

    /// Adds values.
    package mutating func add(_ values: [Double]) {
        let words = values.filter(ValueCell.takes).map(Histogram.word)
        add(words.span)
    }

    /// Adds bins, each with a number; a word of 0 is none.
    mutating func add(_ words: Span<UInt64>) {
        if starts.isEmpty {
            starts = Array(repeating: 0, count: Int(Histogram.greatestBin >> 5) + 1)
            counts = Array(repeating: 0, count: 32)
        }
        var next = addKnown(words, from: 0)
        while next < words.count {
            starts[Int(words[next] & Histogram.binMask) >> 5] = UInt32(counts.count)
            counts.append(contentsOf: repeatElement(0, count: 32))
            next = addKnown(words, from: next)
        }
    }

    /// Adds bins up to the first that has no place yet; returns which that is.
    private mutating func addKnown(_ words: Span<UInt64>, from first: Int) -> Int {
        // The span of a copy: that of `self` excludes the one of the counts.
        let places = self.starts
        let starts = places.span
        var counts = counts.mutableSpan
        for index in first..<words.count {
            let word = words[index]
            let bin = Int(word & Histogram.binMask)
            let start = Int(starts[bin >> 5])
            // A word of 0 adds 0, if only to what is not used.
            if start == 0, word != 0 { return index }
            counts[start + bin & 31] &+= word &>> Histogram.binBits
        }
        return words.count
    }

    /// For each quantile of 0…1, ascending, the middle of the bin that holds the value of that rank.
    ///
    /// The rank of quantile *q* of *n* values is ⌈*qn*⌉, from 1.
    package func quantiles(_ wanted: [Double]) -> [Double] {
        let total = counts.dropFirst(32).reduce(0, +)
        var result: [Double] = []
        var below: UInt64 = 0
        for (block, start) in starts.enumerated() where start > 0 {
            for bin in 0..<32 {
                let end = below + counts[Int(start) + bin]
                while end > below, result.count < wanted.count {
                    let rank = (wanted[result.count] * Double(total)).rounded(.up)
                    guard max(1, UInt64(rank)) <= end || end == total else { break }
                    result.append(Histogram.middle(ofBin: UInt64(block * 32 + bin)))
                }
                below = end
            }
        }
        return result
    }
}
