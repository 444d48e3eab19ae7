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

    private var counts = WordTables()

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

    /// Whether nothing is in it.
    package var isEmpty: Bool { counts.table(of: 0) == nil }

    /// Adds a value.
    package mutating func add(_ value: Double) {
        guard ValueCell.takes(value) else { return }
        counts.add(bin: Histogram.bin(of: value), 1, 0)
    }

    mutating func merge(_ table: WordTables.Table, in tables: WordTables) {
        for word in tables.places(of: table) where word != 0 {
            counts.add(bin: word & Histogram.binMask, word >> Histogram.binBits, 0)
        }
    }

    /// For each quantile of 0…1, ascending, the middle of the bin that holds the value of that rank.
    ///
    /// The rank of quantile *q* of *n* values is ⌈*qn*⌉, from 1.
    package func quantiles(_ wanted: [Double]) -> [Double] {
        guard let table = counts.table(of: 0) else { return [] }
        let bins = counts.places(of: table).filter { $0 != 0 }
            .sorted { $0 & Histogram.binMask < $1 & Histogram.binMask }
        let total = bins.reduce(UInt64(0)) { $0 + $1 >> Histogram.binBits }
        var result: [Double] = []
        var index = 0
        var below: UInt64 = 0
        for quantile in wanted {
            let rank = max(1, UInt64((quantile * Double(total)).rounded(.up)))
            while index < bins.count - 1, below + bins[index] >> Histogram.binBits < rank {
                below += bins[index] >> Histogram.binBits
                index += 1
            }
            result.append(Histogram.middle(ofBin: bins[index] & Histogram.binMask))
        }
        return result
    }
}
