/// Half-open ranges of times, µs, merged where they touch.
public struct TimeRanges: Sendable {
    /// Ascending, none of them empty, with time between them.
    public let ranges: [Range<Int64>]

    /// What is in any of the ranges.
    public init(_ ranges: [Range<Int64>]) {
        var merged: [Range<Int64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] =
                    last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    /// What of them is in another range.
    package func clamped(to range: Range<Int64>) -> TimeRanges {
        TimeRanges(ranges.map { $0.clamped(to: range) })
    }

    /// Whether a time is in one of them.
    package func contains(_ time: Int64) -> Bool { overlaps(time...time) }

    /// Whether all times of a range are in one of them.
    package func contains(_ times: ClosedRange<Int64>) -> Bool {
        ranges.contains { $0.contains(times.lowerBound) && $0.contains(times.upperBound) }
    }

    /// Whether one of them has a time of that range.
    package func overlaps(_ times: ClosedRange<Int64>) -> Bool {
        let index = firstIndex(endingAfter: times.lowerBound)
        return index < ranges.count && ranges[index].lowerBound <= times.upperBound
    }

    /// Those that have times of that range.
    func overlapping(_ times: ClosedRange<Int64>) -> ArraySlice<Range<Int64>> {
        let first = firstIndex(endingAfter: times.lowerBound)
        let end = ranges[first...].firstIndex { $0.lowerBound > times.upperBound }
        return ranges[first..<(end ?? ranges.count)]
    }

    private func firstIndex(endingAfter time: Int64) -> Int {
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle].upperBound <= time { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }
}
