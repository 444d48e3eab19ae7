import AuraCore

/// retention: in which periods after its first start each group has come back.
final class RetentionAccumulator: Accumulator {
    private let every: Period
    private let periods: Int
    /// The first start of each group; the end of all time where there is none.
    private var starts: [Int64] = []
    /// When groups have come back, whether before or after a start.
    private var groups: [UInt32] = []
    private var times: [Int64] = []

    /// How many periods there may be.
    static let mostPeriods = 1_000

    init(every: Period, periods: Int) {
        self.every = every
        self.periods = periods
    }

    var size: Int { starts.count * 8 + groups.count * 12 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        starts.grow(to: groupCount, .max)
        let (times, starts, returns) = (columns[0].integers, columns[1].bools, columns[2].bools)
        for row in 0..<groups.count where columns[0].isValid(row) {
            let group = groups[row]
            if starts[row], columns[1].isValid(row) {
                self.starts[group] = min(self.starts[group], times[row])
            }
            if returns[row], columns[2].isValid(row) {
                self.groups.append(UInt32(group))
                self.times.append(times[row])
            }
        }
    }

    func merge(_ other: RetentionAccumulator, _ groups: [UInt32], groupCount: Int) {
        starts.grow(to: groupCount, .max)
        for (group, start) in zip(groups, other.starts) {
            starts[Int(group)] = min(starts[Int(group)], start)
        }
        self.groups += groups.at(other.groups)
        times += other.times
    }

    func results(_ groupCount: Int) -> Vector {
        starts.grow(to: groupCount, .max)
        let grouped = GroupedRows(groups, groupCount)
        var builder = VectorBuilder(.list(.bool))
        for group in 0..<groupCount {
            let times = grouped.rows(of: group).map { self.times[Int($0)] }
            builder.append(starts[group] == .max ? .null : .list(kept(times, from: starts[group])))
        }
        return builder.finish()
    }

    /// Whether some of the times lie in each period.
    private func kept(_ times: [Int64], from start: Int64) -> [Value] {
        let ends = (1...Int64(periods) + 1).map { every.end(from: start, count: $0) }
        var kept = [Bool](repeating: false, count: periods)
        for time in times where time >= ends[0] && time < ends[periods] {
            // The last period that has begun by then.
            var (low, high) = (0, periods)
            while high - low > 1 {
                let middle = (low + high) / 2
                if ends[middle] <= time { low = middle } else { high = middle }
            }
            kept[low] = true
        }
        return kept.map { .bool($0) }
    }
}
