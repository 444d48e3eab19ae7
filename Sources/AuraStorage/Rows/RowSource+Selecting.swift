import AuraCore

extension RowSource {
    /// The rows of those times; nil if there are none.
    public func rows(in times: TimeRanges) throws(StorageError) -> (any RowSource)? {
        guard times.overlaps(timeRange) else { return nil }
        if times.contains(timeRange) { return self }
        return try SelectedSource(self, keeping: self.times().map(times.contains(_:)))
    }

    /// All rows: which pass is seen when they are read.
    public func rows(where filter: ValueFilter) throws(StorageError) -> (any RowSource)? { self }

    /// Nothing is read alone.
    public func rows(at places: [UInt32]) -> (any RowSource)? { nil }

    /// Nothing that was not read.
    public func counts(in times: Range<Int64>) throws(StorageError) -> [Int]? { nil }

    /// The rows that have a sequence number up to `last`; nil if there are none.
    package func selected(upTo last: UInt64) throws(StorageError) -> (any RowSource)? {
        if sequenceRange.upperBound <= last { return self }
        if sequenceRange.lowerBound > last { return nil }
        let sequences = try sequences()
        return try SelectedSource(
            self, keeping: sequences.mapped { UInt64(bitPattern: $0) <= last })
    }

    /// The rows behind a sequence number; nil if there are none.
    func selected(after sequence: UInt64) throws(StorageError) -> (any RowSource)? {
        if sequenceRange.lowerBound > sequence { return self }
        if sequenceRange.upperBound <= sequence { return nil }
        let sequences = try sequences()
        return try SelectedSource(
            self, keeping: sequences.mapped { UInt64(bitPattern: $0) > sequence })
    }
}
