import AuraCore

/// Some of the rows of a source, as if the others were not there.
struct SelectedSource: RowSource {
    private let base: any RowSource
    /// The rows that are there, ascending.
    private let rows: [UInt32]
    /// What each row of the base is here; -1 for those that are not there.
    private let places: [Int32]
    let timeRange: ClosedRange<Int64>
    let sequenceRange: ClosedRange<UInt64>

    /// The rows that are kept; nil if there are none.
    init?(_ base: any RowSource, keeping isKept: [Bool]) throws(StorageError) {
        self.base = base
        let times = try base.times()
        let sequences = try base.sequences()
        var rows: [UInt32] = []
        var places = [Int32](repeating: -1, count: isKept.count)
        var timeRange: ClosedRange<Int64>?
        var sequenceRange: ClosedRange<Int64>?
        for row in isKept.indices where isKept[row] {
            places[row] = Int32(rows.count)
            rows.append(UInt32(row))
            timeRange = timeRange.extended(to: times[row])
            sequenceRange = sequenceRange.extended(to: sequences[row])
        }
        guard let timeRange, let sequenceRange else { return nil }
        self.rows = rows
        self.places = places
        self.timeRange = timeRange
        self.sequenceRange =
            UInt64(
                bitPattern: sequenceRange.lowerBound)...UInt64(
                bitPattern: sequenceRange.upperBound)
    }

    var rowCount: Int { rows.count }
    // Types and columns that have lost all their rows stay: no rule asks that each is used.
    var typeNames: [String] { base.typeNames }
    var columnKeys: [ColumnKey] { base.columnKeys }

    func typeCodes() throws(StorageError) -> [UInt32] { kept(of: try base.typeCodes()) }
    func times() throws(StorageError) -> [Int64] { kept(of: try base.times()) }
    func sequences() throws(StorageError) -> [Int64] { kept(of: try base.sequences()) }

    private func kept<Value>(of values: [Value]) -> [Value] { values.at(rows) }

    func column(_ index: Int) throws(StorageError) -> ColumnData {
        let column = try base.column(index)
        var keptRows: [UInt32] = []
        var kept: [UInt32] = []
        for value in 0..<column.count {
            let place = places[column.row(value)]
            guard place >= 0 else { continue }
            keptRows.append(UInt32(place))
            kept.append(UInt32(value))
        }
        let values: ColumnData.Values =
            switch column.values {
            case .integers(let values): .integers(values.at(kept))
            case .texts(let codes, let table): .texts(codes.at(kept), table)
            case .uuids(let uuids): .uuids(uuids.at(kept))
            }
        return ColumnData(
            type: column.type, rows: keptRows.count == rowCount ? nil : keptRows, values: values)
    }
}

extension ClosedRange<Int64>? {
    fileprivate func extended(to value: Int64) -> ClosedRange<Int64> {
        guard let range = self else { return value...value }
        return Swift.min(range.lowerBound, value)...Swift.max(range.upperBound, value)
    }
}
