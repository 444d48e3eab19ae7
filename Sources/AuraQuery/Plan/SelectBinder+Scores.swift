import AuraCore

/// Window functions that say how far a value is from those of its frame.
enum DeviationScore: String, CaseIterable {
    /// In deviations from the mean.
    case standard = "zscore"
    /// The same by medians, which a few odd values do not move.
    case median = "mad_zscore"

    /// The aggregates of the frame: the middle, and how far values are from it.
    fileprivate var aggregates: (middle: String, spread: String) {
        switch self {
        case .standard: ("avg", "stddev_pop")
        case .median: ("median", "mad")
        }
    }

    /// Makes both scores alike for values of a normal distribution.
    ///
    /// Source: Iglewicz and Hoaglin, "How to detect and handle outliers", 1993.
    fileprivate var factor: Double { self == .standard ? 1 : 0.6745 }
}

extension SelectBinder {
    /// `factor * (x - middle) / spread`, NULL where all values are equal: the aggregates of the same window
    /// do the work.
    func score(
        _ score: DeviationScore, _ call: Expression.Call, _ place: Place, _ clause: Clause
    ) throws(TextError) -> BoundExpression {
        var plain = call
        plain.filter = nil
        guard call.arguments.count == 1, plain.isPlain else {
            throw TextError(
                "\(call.name)() takes one argument, and at most FILTER", at: call.namePlace)
        }
        let value = try number(try bind(call.arguments[0].value, clause), call.name)
        func aggregate(_ name: String) throws(TextError) -> BoundExpression {
            var copy = call
            copy.name = name
            return try windowFunction(copy, place, clause)
        }
        let names = score.aggregates
        let middle = try aggregate(names.middle)
        let zero = BoundExpression(.float64(0), .float64, place)
        let factor = BoundExpression(.float64(score.factor), .float64, place)
        let spread = try function("nullif", [try aggregate(names.spread), zero], place, place)
        let distance = try function("-", [value, middle], place, place)
        let scaled = try function("*", [factor, distance], place, place)
        return try function("/", [scaled, spread], place, place)
    }
}
