/// `sparkline(list)`: a series as a text of small bars.
extension ScalarFunction {
    static let sparklines: [String: [ScalarFunction]] = [
        "sparkline": [ScalarFunction { (series: [Double?]) in SeriesBars.text(of: series) }]
    ]
}

/// Bars as high as numbers are.
enum SeriesBars {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// One character for each number, from the lowest bar for the least to the highest for the greatest.
    ///
    /// Equal numbers are bars of middle height, NULL and NaN are spaces; infinities are the lowest
    /// and the highest bar, and the others are compared without them.
    static func text(of series: [Double?]) -> String {
        let finite = series.lazy.compactMap(\.self).filter(\.isFinite)
        let least = finite.min() ?? 0
        // Halves, so that the distance of the ends is finite.
        let half = (finite.max() ?? 0) / 2 - least / 2
        return String(
            series.map { number in
                guard let number, !number.isNaN else { return " " }
                if number.isInfinite { return number < 0 ? bars[0] : bars[bars.count - 1] }
                let part = half > 0 ? (number / 2 - least / 2) / half : 0.5
                return bars[min(bars.count - 1, Int(part * Double(bars.count)))]
            })
    }
}
