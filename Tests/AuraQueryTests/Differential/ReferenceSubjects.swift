import AuraCore

@testable import AuraQuery

/// Funnels and retention of the rows of one group.
enum ReferenceSubjects {
    /// The deepest step: from each beginning the next step is the earliest that there is.
    static func funnel(_ rows: [[Value]], steps: Int, within: Period) -> Value {
        func times(_ step: Int) -> [Int64] {
            rows.filter { $0[step + 1] == .bool(true) }.compactMap { $0[0].time }
        }
        let deepest = times(0).map { start in
            var (depth, last) = (1, start)
            while depth < steps {
                let next = times(depth).filter { $0 > last && $0 <= within.end(from: start) }.min()
                guard let next else { break }
                (depth, last) = (depth + 1, next)
            }
            return depth
        }
        return .int64(Int64(deepest.max() ?? 0))
    }

    static func retention(_ rows: [[Value]], every: Period, periods: Int) -> Value {
        func times(_ column: Int) -> [Int64] {
            rows.filter { $0[column] == .bool(true) }.compactMap { $0[0].time }
        }
        guard let start = times(1).min() else { return .null }
        return .list(
            (1...Int64(periods)).map { period in
                let first = every.end(from: start, count: period)
                let end = every.end(from: start, count: period + 1)
                return .bool(times(2).contains { $0 >= first && $0 < end })
            })
    }
}
