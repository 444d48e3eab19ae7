import AuraCore

/// All values of one column of a chunk, laid where their rows go.
struct ScatteredColumn {
    /// The value at each position; codes of the dictionary where there is one.
    private(set) var values: [Int64]
    /// Whether the row at each position has a value.
    private(set) var isPresent: [Bool]
    private(set) var dictionary: Dictionary?

    /// The distinct values of the column.
    enum Dictionary {
        /// Ascending bytewise.
        case texts(ends: [Int64], bytes: [UInt8])
        /// In the order in which they first came: what comes together has codes near each other.
        case uuids([UUIDBytes])
    }

    init(
        _ key: ColumnKey, of sources: [SourceColumns], _ order: RowOrder
    ) throws(StorageError) {
        values = [Int64](repeating: 0, count: order.positions.count)
        isPresent = [Bool](repeating: false, count: order.positions.count)
        switch key.type {
        case .string: try scatterTexts(key, sources, order.positions)
        case .uuid: try scatterUUIDs(key, sources, order.positions)
        default: try scatterIntegers(key, sources, order.positions)
        }
    }

    private mutating func scatterIntegers(
        _ key: ColumnKey, _ sources: [SourceColumns], _ positions: [UInt32]
    ) throws(StorageError) {
        for source in sources {
            guard let column = try source.column(key), case .integers(let values) = column.values
            else { continue }
            for index in values.indices {
                let position = Int(positions[source.firstRow + column.row(index)])
                self.values[position] = values[index]
                isPresent[position] = true
            }
        }
    }

    private mutating func scatterTexts(
        _ key: ColumnKey, _ sources: [SourceColumns], _ positions: [UInt32]
    ) throws(StorageError) {
        var interner = StringInterner()
        for source in sources {
            guard let column = try source.column(key),
                case .texts(let codes, let table) = column.values
            else { continue }
            var numbers = [Int32](repeating: -1, count: table.count)
            for index in codes.indices {
                let code = Int(codes[index])
                if numbers[code] < 0 {
                    numbers[code] = Int32(table.withBytes(of: code) { interner.intern($0) })
                }
                let position = Int(positions[source.firstRow + column.row(index)])
                values[position] = Int64(numbers[code])
                isPresent[position] = true
            }
        }
        let sorted = interner.sortedCodes()
        var ranks = [Int64](repeating: 0, count: sorted.count)
        var ends: [Int64] = []
        var bytes: [UInt8] = []
        bytes.reserveCapacity(interner.byteCount)
        for (rank, code) in sorted.enumerated() {
            ranks[code] = Int64(rank)
            bytes.append(interner[code])
            ends.append(Int64(bytes.count))
        }
        for position in values.indices where isPresent[position] {
            values[position] = ranks[Int(values[position])]
        }
        dictionary = .texts(ends: ends, bytes: bytes)
    }

    private mutating func scatterUUIDs(
        _ key: ColumnKey, _ sources: [SourceColumns], _ positions: [UInt32]
    ) throws(StorageError) {
        var interner = UUIDInterner()
        for source in sources {
            guard let column = try source.column(key), case .uuids(let uuids) = column.values else {
                continue
            }
            for index in uuids.indices {
                let position = Int(positions[source.firstRow + column.row(index)])
                values[position] = Int64(interner.intern(uuids[index]))
                isPresent[position] = true
            }
        }
        dictionary = .uuids(interner.uuids)
    }
}

/// A source's columns by key, and where its rows begin among those of all.
struct SourceColumns {
    let firstRow: Int
    private let source: any RowSource
    private let indexes: [ColumnKey: Int]

    init(_ source: any RowSource, firstRow: Int) {
        self.source = source
        self.firstRow = firstRow
        indexes = Swift.Dictionary(
            uniqueKeysWithValues: source.columnKeys.enumerated().map { ($1, $0) })
    }

    var keys: some Sequence<ColumnKey> { indexes.keys }

    func column(_ key: ColumnKey) throws(StorageError) -> ColumnData? {
        guard let index = indexes[key] else { return nil }
        return try source.column(index)
    }
}
