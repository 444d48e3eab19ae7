/// How often which latency occurred, to three significant digits from 1 ns to beyond an hour.
///
/// The recording part of Gil Tene's HdrHistogram, <https://hdrhistogram.github.io/HdrHistogram/>:
/// buckets of doubling width, each of which is divided evenly, so that every value is counted within a
/// thousandth of itself, in constant time and memory. Debian has no package of its C library.
struct LatencyHistogram: Hashable, Sendable {
    /// Bits of a value that are kept: 2^11 steps tell apart three digits.
    private static let bits = 11
    private static let half = 1 << (bits - 1)
    /// Above it values are counted as it is: 1.2 hours.
    private static let most: UInt64 = 1 << 42 - 1

    private var counts: [UInt64] = []
    /// How many latencies were recorded.
    private(set) var total: UInt64 = 0
    /// The greatest, exactly.
    private(set) var maximum = Duration.zero

    /// Counts a latency; a negative one as none.
    mutating func record(_ latency: Duration) {
        let (seconds, attoseconds) = latency.components
        let nanoseconds =
            seconds < 0
            ? 0 : UInt64(seconds) * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000
        let index = LatencyHistogram.index(of: min(nanoseconds, LatencyHistogram.most))
        if counts.isEmpty {
            let size = LatencyHistogram.index(of: LatencyHistogram.most) + 1
            counts = Array(repeating: 0, count: size)
        }
        counts[index] += 1
        total += 1
        maximum = max(maximum, latency)
    }

    /// Adds all that another one has counted.
    mutating func add(_ other: LatencyHistogram) {
        if counts.isEmpty {
            counts = other.counts
        } else {
            for (index, count) in other.counts.enumerated() { counts[index] += count }
        }
        total += other.total
        maximum = max(maximum, other.maximum)
    }

    /// The least latency that so many per cent do not exceed, to three digits; nil if none was recorded.
    func percentile(_ percent: Double) -> Duration? {
        guard total > 0 else { return nil }
        let rank = max(1, (Double(total) * percent / 100).rounded(.up))
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if Double(seen) >= rank {
                return min(.nanoseconds(LatencyHistogram.greatest(at: index)), maximum)
            }
        }
        return maximum
    }

    /// Where a value is counted: the first 2^11 values one by one, then 2^10 steps for each doubling.
    private static func index(of value: UInt64) -> Int {
        let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - bits)
        return shift * half + Int(value >> UInt64(shift))
    }

    /// The greatest value that is counted there.
    private static func greatest(at index: Int) -> UInt64 {
        let shift = max(0, index / half - 1)
        return UInt64(index - shift * half + 1) << UInt64(shift) - 1
    }
}
