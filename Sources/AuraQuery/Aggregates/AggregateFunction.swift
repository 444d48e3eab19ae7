import AuraCore

/// A function of many rows: what it does, and the types of its arguments and its result.
struct AggregateFunction: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Of rows, or of values that are not NULL.
        case count
        /// Of the events that rows of cells stand for.
        case eventCount
        case countIf
        case sum
        case product
        case average
        case least
        case greatest
        /// The first or the last row's value; NULL among them unless it is said otherwise.
        case first(skipsNulls: Bool)
        case last(skipsNulls: Bool)
        /// The first argument of the row in which the second is least or greatest.
        case valueAtLeast
        case valueAtGreatest
        /// Variance, its root, and that divided by the root of the count.
        case moment(Moment)
        case pair(PairMoment)
        /// Exact quantiles of fractions; a list of them if it is asked for.
        case quantile([Double], Interpolation, isList: Bool)
        case approximateQuantile([Double], isList: Bool)
        case mode
        case medianDeviation
        case approximateCount
        case entropy
        case top(Int)
        case list
        case texts(separator: String)
        case allHold
        case anyHolds
        case bitAnd, bitOr, bitXor
        case geometricMean
        /// How many steps a subject has gone.
        case funnel(steps: Int, within: Period)
        /// In which periods it came back.
        case retention(every: Period, periods: Int)
    }

    enum Moment: Hashable, Sendable {
        case variance(isSample: Bool)
        case deviation(isSample: Bool)
        case standardError
        case skewness
        case kurtosis(isSample: Bool)
    }

    /// What two columns of numbers say of each other.
    enum PairMoment: Hashable, Sendable {
        case correlation
        case covariance(isSample: Bool)
        case slope, intercept, determination, count, averageX, averageY, sumXX, sumYY, sumXY
    }

    enum Interpolation: Hashable, Sendable {
        /// Between the two nearest values.
        case continuous
        /// One of the values.
        case discrete
    }

    var kind: Kind
    /// What arguments are cast to.
    var arguments: [ValueType]
    var result: ValueType
}
