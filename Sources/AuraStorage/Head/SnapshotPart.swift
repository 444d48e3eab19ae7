package import AuraCore

/// A part of a snapshot: one chunk, or one strip of the events in memory.
package struct SnapshotPart: Sendable {
    enum Place: Sendable {
        case chunk(Chunk)
        case strip(Strip)
    }

    let place: Place
    private let mask: Mask

    init(_ chunk: Chunk, _ mask: Mask) {
        place = .chunk(chunk)
        self.mask = mask
    }

    init(_ strip: Strip, _ mask: Mask) {
        place = .strip(strip)
        self.mask = mask
    }

    /// Whether it is a strip.
    package var isInMemory: Bool {
        if case .strip = place { return true }
        return false
    }

    /// What is said of whole hours; nil for events in memory, and where some are hidden.
    package var rollup: Rollup? {
        guard case .chunk(let chunk) = place, mask.tombstones.isEmpty else { return nil }
        return Rollup(of: chunk)
    }

    /// Calls `body` with rows before any of them is read, until it returns false.
    ///
    /// - Parameters:
    ///   - types: Rows of others may be left out; nil means all.
    ///   - times: As may those of others.
    /// - Returns: Whether it came to the end.
    package func forEachSource(
        ofTypes types: [ExactText]? = nil, in times: TimeRanges? = nil,
        _ body: (MaskedRows) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        switch place {
        case .strip(let strip): return try body(MaskedRows(strip, mask))
        case .chunk(let chunk):
            for piece in try chunk.pieces(ofTypes: types, in: times) {
                guard try body(MaskedRows(piece, mask)) else { return false }
            }
            return true
        }
    }
}

/// Rows, some of which may be hidden; none of them is read yet.
package struct MaskedRows: Sendable {
    private let source: any RowSource
    private let mask: Mask

    fileprivate init(_ source: any RowSource, _ mask: Mask) {
        self.source = source
        self.mask = mask
    }

    /// How many there are, those among them that are hidden.
    package var rowCount: Int { source.rowCount }
    /// Names of the event types, each once.
    package var typeNames: [String] { source.typeNames }
    /// The columns that may have values.
    package var columnKeys: [ColumnKey] { source.columnKeys }
    /// Holds all event times.
    package var timeRange: ClosedRange<Int64> { source.timeRange }

    /// Holds all sequence numbers.
    package var sequenceRange: ClosedRange<UInt64> { source.sequenceRange }

    /// How many rows of each type have a time of the range; nil where they have to be read.
    package func counts(in times: Range<Int64>) throws(StorageError) -> [Int]? {
        let isHidden = mask.tombstones.contains {
            $0.mayHide(in: source.timeRange, source.sequenceRange)
        }
        return isHidden ? nil : try source.counts(in: times)
    }

    /// What is not hidden of the rows of those times, nil meaning all; nil if that is none.
    ///
    /// - Parameter filters: Rows that do not pass all of them may be left out.
    package func rows(
        in times: TimeRanges?, where filters: [ValueFilter] = []
    ) throws(StorageError) -> (any RowSource)? {
        var found: (any RowSource)? = source
        if let times { found = try source.rows(in: times) }
        for filter in filters { found = try found?.rows(where: filter) }
        guard let found else { return nil }
        return try mask.visible(found)
    }
}
