import AuraCore

extension Baseline {
    /// The baseline of samples, the latest first; nil if they are too few.
    init?(_ samples: [Double], decay: Double, medianOf count: Int) {
        guard samples.count >= ScoreQuery.leastSamples else { return nil }
        var weight = 1.0
        var weights = 0.0
        var mean = 0.0
        var distances = 0.0
        for sample in samples {
            weights += weight
            let distance = sample - mean
            mean += distance * weight / weights
            distances += weight * distance * (sample - mean)
            weight *= decay
        }
        let latest = samples.prefix(count)
        let median = Baseline.median(of: Array(latest))
        self.init(
            sampleCount: samples.count, mean: mean,
            deviation: (distances / weights).squareRoot(), median: median,
            medianDeviation: Baseline.median(of: latest.map { abs($0 - median) }))
    }

    private static func median(of samples: [Double]) -> Double {
        let sorted = samples.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
