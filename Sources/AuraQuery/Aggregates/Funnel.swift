import AuraCore

/// funnel: how many steps each group has gone, one after another in time and within a period from the first.
///
/// A step may be taken from the latest beginning that still reaches it: of all ways to have come so far
/// the one whose period ends last can do whatever another can. So one look at the events in the order of
/// time, with one end for each step, finds the deepest step there is.
final class FunnelAccumulator: Accumulator {
    private let steps: Int
    private let within: Period
    /// Of each event that is one of the steps: its group, its time, and a bit for each step that it is.
    private var groups: [UInt32] = []
    private var times: [Int64] = []
    private var masks: [UInt32] = []

    /// How many steps there may be.
    static let mostSteps = 32

    init(steps: Int, within: Period) {
        self.steps = steps
        self.within = within
    }

    var size: Int { groups.count * 16 }

    func add(_ columns: [Vector], _ groups: RowNumbers, groupCount: Int) {
        var masks = [UInt32](repeating: 0, count: groups.count)
        for (step, column) in columns.dropFirst().enumerated() {
            let (holds, valid) = (column.bools, column.valid)
            for row in masks.indices where holds[row] && valid?[row] ?? true {
                masks[row] |= 1 << UInt32(step)
            }
        }
        let (times, valid) = (columns[0].integers, columns[0].valid)
        for row in masks.indices where masks[row] != 0 && valid?[row] ?? true {
            self.groups.append(UInt32(groups[row]))
            self.times.append(times[row])
            self.masks.append(masks[row])
        }
    }

    func merge(_ other: FunnelAccumulator, _ groups: [UInt32], groupCount: Int) {
        self.groups += groups.at(other.groups)
        times += other.times
        masks += other.masks
    }

    func results(_ groupCount: Int) -> Vector {
        let grouped = GroupedRows(groups, groupCount)
        let levels = (0..<groupCount).map { group in
            var events = grouped.rows(of: group).map { (times[Int($0)], masks[Int($0)]) }
            events.sort { $0.0 < $1.0 }
            return Int64(level(events))
        }
        return Vector(.int64, .integers(levels))
    }

    /// The deepest step of events in the order of time.
    private func level(_ events: [(time: Int64, mask: UInt32)]) -> Int {
        // When the period is over of the latest beginning that has led to each step.
        var ends = [Int64](repeating: .min, count: steps)
        var index = 0
        while index < events.count {
            // No step is taken from another of the same time.
            let time = events[index].time
            var mask: UInt32 = 0
            while index < events.count, events[index].time == time {
                mask |= events[index].mask
                index += 1
            }
            for step in (0..<steps).reversed() where mask & 1 << UInt32(step) != 0 {
                let end = step == 0 ? within.end(from: time) : ends[step - 1]
                if end >= time { ends[step] = max(ends[step], end) }
            }
        }
        return ends.prefix { $0 > .min }.count
    }
}
