extension Snapshot {
    /// Calls `body` with rows that may have those times, until it returns false.
    ///
    /// In no order, and with rows of other times among them.
    package func forEachSource(
        in times: TimeRanges, _ body: (any RowSource) throws(StorageError) -> Bool
    ) throws(StorageError) {
        guard let first = times.ranges.first, let last = times.ranges.last else { return }
        try forEachSource(in: first.lowerBound..<last.upperBound) { source throws(StorageError) in
            try times.overlaps(source.timeRange) ? body(source) : true
        }
    }

    /// Events of chunks that may have to be read for those times.
    package func chunkRows(in times: TimeRanges) -> Int {
        chunks.reduce(0) { $0 + (times.overlaps($1.entry.timeRange) ? $1.entry.rowCount : 0) }
    }
}
