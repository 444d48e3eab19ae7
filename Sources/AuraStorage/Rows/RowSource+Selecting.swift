extension RowSource {
    /// The rows of those times that have a sequence number up to `last`; nil if there are none.
    package func selected(
        in times: TimeRanges, upTo last: UInt64
    ) throws(StorageError) -> (any RowSource)? {
        guard times.overlaps(timeRange), sequenceRange.lowerBound <= last else { return nil }
        if times.contains(timeRange), sequenceRange.upperBound <= last { return self }
        var isKept = try self.times().map(times.contains(_:))
        if sequenceRange.upperBound > last {
            let sequences = try sequences()
            for row in isKept.indices where UInt64(bitPattern: sequences[row]) > last {
                isKept[row] = false
            }
        }
        return try SelectedSource(self, keeping: isKept)
    }

    /// The rows behind a sequence number; nil if there are none.
    func selected(after sequence: UInt64) throws(StorageError) -> (any RowSource)? {
        if sequenceRange.lowerBound > sequence { return self }
        if sequenceRange.upperBound <= sequence { return nil }
        return try SelectedSource(
            self, keeping: try sequences().map { UInt64(bitPattern: $0) > sequence })
    }
}
