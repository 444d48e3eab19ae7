import AuraCore

/// The buckets of time that a query groups its rows by, one after another.
struct BucketSeries: Hashable {
    /// As it was written.
    let expression: Expression
    /// When a row's bucket begins: one of the keys of GROUP BY.
    let bucket: BoundExpression
    /// The time that lies in it.
    let time: BoundExpression
    /// From one beginning to the next, by the clocks of the session's zone.
    let width: Interval
    /// Which times there are buckets of, if those without rows are wanted as well.
    var filled: TimeBounds?
}

/// Between which times something lies, in µs, or in days of dates.
struct TimeBounds: Hashable {
    /// The first; nil if none is known.
    var start: Int64?
    /// The one behind the last.
    var end: Int64?

    init() {}

    /// What conditions, all of which hold, say of a time.
    init(of time: BoundExpression, where conditions: [BoundExpression]) {
        for condition in conditions {
            guard case .compare(let comparison, let left, let right) = condition.form else {
                continue
            }
            if left == time, let value = right.constant?.time {
                narrow(comparison, value)
            } else if right == time, let value = left.constant?.time {
                narrow(comparison.swapped, value)
            }
        }
    }

    private mutating func narrow(_ comparison: Comparison, _ value: Int64) {
        let next = value.addingReportingOverflow(1).partialValue
        switch comparison {
        case .equal:
            narrow(.greaterEqual, value)
            narrow(.lessEqual, value)
        case .greaterEqual: start = max(start ?? value, value)
        case .greater: start = max(start ?? next, next)
        case .less: end = min(end ?? value, value)
        case .lessEqual: end = min(end ?? next, next)
        case .notEqual: break
        }
    }
}

/// Groups that no row has, for buckets of time that lie between those of others.
struct GapFilling: Sendable {
    /// The column of the beginnings of buckets.
    var bucket: Int
    /// The other keys: each combination that has rows gets the whole series.
    var others: [Int]
    /// Where buckets begin, by the clocks of the session's zone.
    var grid: TimeGrid
    /// Which times there are buckets of; as far as there are rows where it says nothing.
    var bounds: TimeBounds
    /// Of time_bucket_gapfill.
    var place: Place
}
