import AuraCore
import AuraStorage

/// The rows of a source that still count.
struct RowSelection {
    private let rowCount: Int
    /// nil while all rows count.
    private var isKept: [Bool]?

    /// Rows of the query's types; nil if there are none.
    init?(_ source: any RowSource, _ query: CountQuery) throws(StorageError) {
        rowCount = source.rowCount
        if !query.types.isEmpty {
            let types = Set(query.types.map(ExactText.init))
            let keep = source.typeNames.map { types.contains(ExactText($0)) }
            guard keep.contains(true) else { return nil }
            if keep.contains(false) { isKept = try source.typeCodes().map { keep[Int($0)] } }
        }
    }

    private mutating func intersect(_ other: [Bool]) {
        guard var kept = isKept else {
            isKept = other
            return
        }
        for row in kept.indices where !other[row] { kept[row] = false }
        isKept = kept
    }

    /// Keeps rows whose attribute equals one of the filter's values.
    mutating func keep(_ filter: RowFilter, _ source: any RowSource) throws(StorageError) {
        var matches = [Bool](repeating: false, count: source.rowCount)
        for column in try source.columns(named: filter.attribute) {
            filter.mark(column, in: &matches)
        }
        intersect(matches)
    }

    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        guard let isKept else {
            for row in 0..<rowCount { body(row) }
            return
        }
        for row in isKept.indices where isKept[row] { body(row) }
    }
}

/// A filter made ready for many sources: its values by type.
struct RowFilter {
    let attribute: String
    private let texts: [String]
    private let values: [AttributeType: Set<AttributeValue>]

    init(_ filter: CountQuery.Filter) {
        attribute = filter.attribute
        texts = filter.values.filter { $0.type == .string }.map(\.description)
        values = Dictionary(grouping: filter.values, by: \.type).mapValues { Set($0) }
    }

    /// Marks the rows whose value in the column is one of the filter's.
    func mark(_ column: ColumnData, in matches: inout [Bool]) {
        guard let values = values[column.type] else { return }
        if case .texts(let codes, let table) = column.values {
            let wanted = Set(texts.compactMap { table.code(of: $0).map(UInt32.init) })
            guard !wanted.isEmpty else { return }
            let only = wanted.count == 1 ? wanted.first : nil
            for index in codes.indices
            where only.map({ $0 == codes[index] }) ?? wanted.contains(codes[index]) {
                matches[column.row(index)] = true
            }
            return
        }
        // One value is compared faster than hashed.
        let only = values.count == 1 ? values.first : nil
        for index in 0..<column.count {
            let value = column.value(index)
            if only.map({ $0 == value }) ?? values.contains(value) {
                matches[column.row(index)] = true
            }
        }
    }
}
