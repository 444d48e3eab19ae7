import AuraCore

extension Strip: RowSource {
    /// Events.
    public var rowCount: Int { batch.rowCount }
    /// Earliest and latest event time.
    public var timeRange: ClosedRange<Int64> { batch.layout.timeRange }
    /// First and last sequence number.
    public var sequenceRange: ClosedRange<UInt64> { firstSequence...endSequence - 1 }
    /// Names of the event types, ascending.
    public var typeNames: [String] { batch.layout.types.map { batch.string($0.name) } }

    /// The columns of the batch.
    public var columnKeys: [ColumnKey] {
        batch.layout.columns.map { ColumnKey(batch.string($0.name), $0.type) }
    }

    /// The type of each row.
    public func typeCodes() -> [UInt32] { batch.typeCodes() }

    /// The time of each row, µs.
    public func times() -> [Int64] { batch.times() }

    /// The sequence number of each row.
    public func sequences() -> [Int64] {
        let first = Int64(bitPattern: firstSequence)
        return Array(first..<first + Int64(rowCount))
    }

    /// The values of a column.
    public func column(_ index: Int) -> ColumnData {
        let column = batch.layout.columns[index]
        return ColumnData(
            type: column.type, rows: batch.rows(of: column, batch.typeCodes()),
            values: batch.values(of: column))
    }
}
