import AuraCore

/// A source's columns by their number in the chunk, and where its rows lie among those of all.
struct SourceColumns {
    let rows: Range<Int>
    private let source: any RowSource
    /// The column's index in the source, by its number; -1 where it has none.
    private let indexes: [Int]

    /// The sources one after another, and the columns of all, ascending.
    static func number(_ sources: [any RowSource]) -> ([SourceColumns], [ColumnKey]) {
        var found: [ColumnKey: Int] = [:]
        let columnsOfSources = sources.map { source in
            source.columnKeys.map { key in
                let next = found.count
                return found[key]
                    ?? {
                        found[key] = next
                        return next
                    }()
            }
        }
        let keys = found.sorted { $0.key < $1.key }
        var numbers = [Int](repeating: 0, count: keys.count)
        for (number, key) in keys.enumerated() { numbers[key.value] = number }
        var columns: [SourceColumns] = []
        var firstRow = 0
        for (source, found) in zip(sources, columnsOfSources) {
            var indexes = [Int](repeating: -1, count: keys.count)
            for (index, column) in found.enumerated() { indexes[numbers[column]] = index }
            let rows = firstRow..<firstRow + source.rowCount
            columns.append(SourceColumns(rows: rows, source: source, indexes: indexes))
            firstRow = rows.upperBound
        }
        return (columns, keys.map(\.key))
    }

    /// The values of the column of that number; nil if the source has none.
    func column(_ number: Int) throws(StorageError) -> ColumnData? {
        indexes[number] < 0 ? nil : try source.column(indexes[number])
    }

    /// The numbers of the columns, in the order of how many distinct values a few sources have of
    /// them, the most first.
    static func finestFirst(
        _ columns: [SourceColumns], _ keys: [ColumnKey]
    ) throws(StorageError) -> [Int] {
        var counts = [Int](repeating: 0, count: keys.count)
        for source in stride(from: 0, to: columns.count, by: max(1, columns.count / 16)) {
            for number in keys.indices {
                counts[number] += try columns[source].column(number)?.distinctCount ?? 0
            }
        }
        return keys.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    }
}

extension ColumnData {
    /// How many of the values differ; 0 for those that nothing is derived from.
    fileprivate var distinctCount: Int {
        switch values {
        case .uuids(let values): Set(values.prefix(4_096)).count
        case .texts(let codes, _): Set(codes.prefix(4_096)).count
        case .integers(let values):
            type == .bool || type == .float64 ? 0 : Set(values.prefix(4_096)).count
        }
    }
}
