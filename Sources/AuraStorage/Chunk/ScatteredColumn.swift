import AuraCore

/// The values of one column of a chunk, laid where their rows go.
///
/// One is filled with column after column, so that its memory is taken once.
struct ScatteredColumn {
    /// The value at each position, where there is one; codes of the dictionary if there is one.
    private(set) var values: [Int64]
    /// 1 for each position whose row has a value, else 0; kept only where not all have one.
    private(set) var presence: [UInt8]
    /// Whether `presence` is kept: some row that came so far has no value.
    private var keepsPresence = false
    /// Rows that have a value.
    private(set) var count = 0
    private(set) var dictionary: Dictionary?
    private var type = AttributeType.bool

    /// The distinct values of the column.
    enum Dictionary {
        /// Ascending bytewise.
        case texts(ends: [Int64], bytes: [UInt8])
        /// In the order in which they first came: what comes together has codes near each other.
        case uuids([UUIDBytes])
        /// Ascending.
        case integers([Int64])

        var count: Int {
            switch self {
            case .texts(let ends, _): ends.count
            case .uuids(let uuids): uuids.count
            case .integers(let integers): integers.count
            }
        }
    }

    /// Room for that many rows.
    init(rowCount: Int) {
        values = Array(repeating: 0, count: rowCount)
        presence = Array(repeating: 0, count: rowCount)
    }

    /// Whether every row has a value.
    var isDense: Bool { count == values.count }

    /// Takes the values of a column instead of those before.
    mutating func fill(
        _ column: Int, _ type: AttributeType, of sources: [SourceColumns], _ order: RowOrder
    ) throws(StorageError) {
        keepsPresence = false
        count = 0
        dictionary = nil
        self.type = type
        switch type {
        case .string: try fillTexts(column, sources, order.positions)
        case .uuid: try fillUUIDs(column, sources, order.positions)
        default:
            try forEachSource(column, sources, order.positions) { column in
                guard case .integers(let values) = column.values else { return [] }
                return values
            }
        }
    }

    /// Lays what `values` makes of each source's column where its rows go.
    private mutating func forEachSource(
        _ column: Int, _ sources: [SourceColumns], _ positions: [UInt32],
        _ values: (ColumnData) -> [Int64]
    ) throws(StorageError) {
        for source in sources {
            let column = try source.column(column)
            if !keepsPresence, column == nil || column?.rows != nil {
                keepPresence(positions.span.extracting(0..<source.rows.lowerBound))
            }
            guard let column else { continue }
            scatter(values(column), of: column, positions.span.extracting(source.rows))
        }
    }

    /// Begins to keep which rows have a value: so far those at these positions.
    private mutating func keepPresence(_ positions: Span<UInt32>) {
        keepsPresence = true
        var presence = presence.mutableSpan
        for position in presence.indices { presence[position] = 0 }
        for index in positions.indices { presence[Int(positions[index])] = 1 }
    }

    /// Lays a source's values where its rows go.
    private mutating func scatter(
        _ source: [Int64], of column: ColumnData, _ positions: Span<UInt32>
    ) {
        if let rows = column.rows {
            ScatteredColumn.scatter(source.span, rows.span, positions, into: &values, &presence)
        } else {
            ScatteredColumn.scatter(source.span, positions, into: &values)
            if keepsPresence {
                var presence = presence.mutableSpan
                for index in positions.indices { presence[Int(positions[index])] = 1 }
            }
        }
        count += source.count
    }

    private static func scatter(
        _ source: Span<Int64>, _ rows: Span<UInt32>, _ positions: Span<UInt32>,
        into values: inout [Int64], _ presence: inout [UInt8]
    ) {
        var values = values.mutableSpan
        var presence = presence.mutableSpan
        for index in rows.indices {
            let position = Int(positions[Int(rows[index])])
            values[position] = source[index]
            presence[position] = 1
        }
    }

    private static func scatter(
        _ source: Span<Int64>, _ positions: Span<UInt32>, into values: inout [Int64]
    ) {
        var values = values.mutableSpan
        for index in positions.indices { values[Int(positions[index])] = source[index] }
    }

    private mutating func fillTexts(
        _ column: Int, _ sources: [SourceColumns], _ positions: [UInt32]
    ) throws(StorageError) {
        var interner = StringInterner()
        try forEachSource(column, sources, positions) { column in
            guard case .texts(let codes, let table) = column.values else { return [] }
            var numbers = [Int64](repeating: -1, count: table.count)
            var translated = [Int64](repeating: 0, count: codes.count)
            for index in codes.indices {
                let code = Int(codes[index])
                if numbers[code] < 0 {
                    numbers[code] = Int64(table.withBytes(of: code) { interner.intern($0) })
                }
                translated[index] = numbers[code]
            }
            return translated
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
        translate(ranks)
        dictionary = .texts(ends: ends, bytes: bytes)
    }

    /// Replaces each value by the number at its index.
    private mutating func translate(_ numbers: [Int64]) {
        let numbers = numbers.span
        if isDense {
            var values = values.mutableSpan
            for position in values.indices {
                let number = numbers[Int(values[position])]
                values[position] = number
            }
        } else {
            ScatteredColumn.translate(&values, presence, numbers)
        }
    }

    private static func translate(
        _ values: inout [Int64], _ presence: [UInt8], _ numbers: Span<Int64>
    ) {
        let presence = presence.span
        var values = values.mutableSpan
        for position in presence.indices where presence[position] != 0 {
            let number = numbers[Int(values[position])]
            values[position] = number
        }
    }

    private mutating func fillUUIDs(
        _ column: Int, _ sources: [SourceColumns], _ positions: [UInt32]
    ) throws(StorageError) {
        var interner = UUIDInterner(capacity: values.count / 2)
        try forEachSource(column, sources, positions) { column in
            guard case .uuids(let uuids) = column.values else { return [] }
            return interner.intern(uuids)
        }
        dictionary = .uuids(interner.uuids)
    }

    /// How many of the rows at these positions have a value.
    func count(in range: Range<Int>) -> Int {
        if isDense { return range.count }
        let presence = presence.span.extracting(range)
        var count = 0
        for index in presence.indices { count &+= Int(presence[index]) }
        return count
    }

    /// The values in a range of which `count` rows have one.
    func values(in range: Range<Int>, count: Int) -> [Int64] {
        let source = values.span.extracting(range)
        let presence = presence.span.extracting(range)
        var present = [Int64](repeating: 0, count: count + 1)
        var target = present.mutableSpan
        var found = 0
        // Every value is written, and the next one over it unless it counts.
        for index in presence.indices {
            target[found] = source[index]
            found &+= Int(presence[index])
        }
        present.removeLast()
        return present
    }
}

extension ScatteredColumn {
    /// Bits that tell the values apart, as they would be packed; 0 for those that are no whole numbers.
    var width: Int {
        if type == .bool || type == .float64 { return 0 }
        guard let range = valueRange else { return 0 }
        return ScatteredColumn.width(
            of: UInt64(bitPattern: range.upperBound &- range.lowerBound))
    }

    /// Holds all values, or their codes; nil if no row has one, as where all that had one were deleted.
    var valueRange: ClosedRange<Int64>? {
        if count == 0 { return nil }
        if let dictionary { return 0...Int64(max(1, dictionary.count) - 1) }
        var least = Int64.max
        var greatest = Int64.min
        for position in values.indices where isDense || presence[position] != 0 {
            least = min(least, values[position])
            greatest = max(greatest, values[position])
        }
        return least...greatest
    }

    private static func width(of number: UInt64) -> Int { 64 - number.leadingZeroBitCount }

    /// Gives whole numbers a dictionary where codes are narrower, or where it makes a determinant of
    /// the column.
    mutating func encodeIntegers(for determinants: Determinants) {
        guard dictionary == nil, type != .bool, type != .float64 else { return }
        let most = min(Determinants.mostEntries, count / 2)
        // A number is a UUID whose first half is 0.
        var interner = UUIDInterner()
        var codes = [UInt32](repeating: 0, count: values.count)
        for position in values.indices where isDense || presence[position] != 0 {
            let number = UUIDBytes(high: 0, low: UInt64(bitPattern: values[position]))
            codes[position] = UInt32(truncatingIfNeeded: interner.intern(number))
            if interner.uuids.count > most { return }
        }
        let numbers = interner.uuids.map { Int64(bitPattern: $0.low) }
        let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
        let narrow = ScatteredColumn.width(of: UInt64(max(1, numbers.count) - 1))
        guard numbers.count > 1,
            determinants.mayTake(self, distinct: numbers.count) || narrow + 1 < width
        else { return }
        var ranks = [Int64](repeating: 0, count: order.count)
        for (rank, code) in order.enumerated() { ranks[code] = Int64(rank) }
        for position in values.indices where isDense || presence[position] != 0 {
            values[position] = ranks[Int(codes[position])]
        }
        dictionary = .integers(order.map { numbers[$0] })
    }

    /// Puts the UUIDs of the dictionary into the order in which they first came, by the sequence
    /// numbers of the positions.
    mutating func orderByArrival(_ sequences: [Int64]) {
        guard case .uuids(let uuids) = dictionary else { return }
        var first = [Int64](repeating: .max, count: uuids.count)
        for position in values.indices where isDense || presence[position] != 0 {
            let code = Int(values[position])
            first[code] = min(first[code], sequences[position])
        }
        let order = uuids.indices.sorted { first[$0] < first[$1] }
        var ranks = [Int64](repeating: 0, count: order.count)
        for (rank, code) in order.enumerated() { ranks[code] = Int64(rank) }
        translate(ranks)
        dictionary = .uuids(order.map { uuids[$0] })
    }
}
