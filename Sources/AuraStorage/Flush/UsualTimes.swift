/// The times between which nearly all events of a flush lie.
///
/// What is far from them, years late or of a clock that is wrong, goes into a chunk of its own: so the
/// other's times stay close together, questions pass it by, and it goes whole when it is too old.
struct UsualTimes {
    private let range: ClosedRange<Int64>

    /// One row of so many is looked at.
    private static let sample = 16
    /// The least distance, µs, that is far.
    private static let hour: Int64 = 3_600_000_000

    /// As far to both sides as the middle nine tenths lie apart; nil if no event is farther away.
    init?(of sources: [any RowSource]) throws(StorageError) {
        var times: [Int64] = []
        for source in sources {
            let all = try source.times()
            for row in stride(from: 0, to: all.count, by: UsualTimes.sample) {
                times.append(all[row])
            }
        }
        guard !times.isEmpty else { return nil }
        times.sort()
        let low = times[times.count / 20]
        let high = times[times.count - 1 - times.count / 20]
        let width = max(high - low, UsualTimes.hour)
        let range = low - width...high + width
        guard sources.contains(where: { !$0.timeRange.isWithin(range) }) else { return nil }
        self.range = range
    }

    /// The rows of these times, and the others.
    func divide(
        _ sources: [any RowSource]
    ) throws(StorageError) -> (usual: [any RowSource], far: [any RowSource]) {
        var usual: [any RowSource] = []
        var far: [any RowSource] = []
        for source in sources {
            if source.timeRange.isWithin(range) {
                usual.append(source)
                continue
            }
            let isUsual = try source.times().map { range.contains($0) }
            if let part = try SelectedSource(source, keeping: isUsual) { usual.append(part) }
            if let part = try SelectedSource(source, keeping: isUsual.map { !$0 }) {
                far.append(part)
            }
        }
        return (usual, far)
    }
}

extension ClosedRange<Int64> {
    fileprivate func isWithin(_ other: ClosedRange) -> Bool {
        other.lowerBound <= lowerBound && upperBound <= other.upperBound
    }
}
