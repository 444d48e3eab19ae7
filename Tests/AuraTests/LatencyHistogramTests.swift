import AuraTesting
import Testing

@testable import aura

/// Latencies come out as they went in, to three digits.
struct LatencyHistogramTests {
    private static let percentiles = [0.0, 1, 50, 90, 99, 99.9, 100]

    /// Latencies of all magnitudes, the greatest beyond what is told apart.
    private func latencies(_ random: inout SeededRandom, _ count: Int) -> [Int] {
        (0..<count).map { _ in random.below(1 << (1 + random.below(42))) }
    }

    /// Whole nanoseconds: a quotient of durations is a float, which rounds.
    private func nanoseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return Int(seconds) * 1_000_000_000 + Int(attoseconds) / 1_000_000_000
    }

    @Test func `a percentile is that of the sorted latencies, to a thousandth`() {
        for _ in 0..<Effort.count(20) {
            let seed = UInt64.random(in: 0...UInt64.max)
            var random = SeededRandom(seed: seed)
            let latencies = latencies(&random, 1 + random.below(3_000))
            var histogram = LatencyHistogram()
            for latency in latencies { histogram.record(.nanoseconds(latency)) }
            let sorted = latencies.sorted()
            for percent in Self.percentiles {
                let rank = max(1, Int((Double(sorted.count) * percent / 100).rounded(.up)))
                let exact = sorted[rank - 1]
                let found = histogram.percentile(percent).map(nanoseconds) ?? -1
                #expect(
                    (exact...exact + exact / 1_000 + 1).contains(found),
                    "seed \(seed): \(percent) % are \(exact), not \(found)")
            }
            #expect(histogram.maximum == .nanoseconds(sorted[sorted.count - 1]), "seed \(seed)")
        }
    }

    @Test func `histograms add up`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var sum = LatencyHistogram()
        var whole = LatencyHistogram()
        for part in 0..<4 {
            var histogram = LatencyHistogram()
            for latency in latencies(&random, part * 100) {
                histogram.record(.nanoseconds(latency))
                whole.record(.nanoseconds(latency))
            }
            sum.add(histogram)
        }
        #expect(sum == whole, "seed \(seed)")
        #expect(sum.total == 600)
    }

    @Test func `the ends: nothing, less than nothing, and hours`() {
        var histogram = LatencyHistogram()
        #expect(histogram.percentile(50) == nil)
        histogram.record(.nanoseconds(-5))
        #expect(histogram.percentile(100) == .zero)
        histogram.record(.seconds(100_000))
        #expect(histogram.percentile(50) == .zero)
        #expect(histogram.maximum == .seconds(100_000))
        #expect(histogram.percentile(100).map { $0 > .seconds(4_000) } == true)
    }
}
