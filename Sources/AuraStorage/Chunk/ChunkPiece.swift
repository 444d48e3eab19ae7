import AuraCore

/// One group of rows of one section of a chunk.
struct ChunkPiece: RowSource {
    private let chunk: Chunk
    private let section: Int
    private let group: Int
    /// The types here and their rows, in the order of rows.
    private let runs: [ChunkFooter.Run]
    /// The columns that have values here, by their numbers in the chunk.
    private let columns: [Int]
    let typeNames: [String]
    let columnKeys: [ColumnKey]
    let rowCount: Int
    let timeRange: ClosedRange<Int64>
    let sequenceRange: ClosedRange<UInt64>

    init(_ chunk: Chunk, section: Int, group: Int) throws(StorageError) {
        self.chunk = chunk
        self.section = section
        self.group = group
        let footer = try chunk.open().footer
        runs = footer.sections[section].runs(of: group, footer.groupRows)
        typeNames = runs.map { footer.types[$0.type].name }
        rowCount = runs.reduce(0) { $0 + $1.rowCount }
        func key(_ kind: ChunkFooter.Kind, _ column: Int = 0) -> ChunkFooter.Key {
            ChunkFooter.Key(kind: kind, column: column, section: section, group: group)
        }
        guard let times = try chunk.block(key(.times)), times.count == rowCount,
            let sequences = try chunk.block(key(.sequences)), sequences.count == rowCount,
            times.least <= times.greatest, sequences.least <= sequences.greatest
        else { throw chunk.corrupt(6, 0, "section \(section) lacks its times") }
        timeRange = times.least...times.greatest
        sequenceRange =
            UInt64(bitPattern: sequences.least)...UInt64(bitPattern: sequences.greatest)
        var columns: [Int] = []
        for index in footer.columns.indices where try chunk.block(key(.values, index)) != nil {
            columns.append(index)
        }
        self.columns = columns
        columnKeys = columns.map { footer.columns[$0] }
    }

    private func key(_ kind: ChunkFooter.Kind, _ column: Int = 0) -> ChunkFooter.Key {
        ChunkFooter.Key(kind: kind, column: column, section: section, group: group)
    }

    func typeCodes() -> [UInt32] {
        var codes: [UInt32] = []
        codes.reserveCapacity(rowCount)
        for (code, run) in runs.enumerated() {
            codes.append(contentsOf: repeatElement(UInt32(code), count: run.rowCount))
        }
        return codes
    }

    func times() throws(StorageError) -> [Int64] { try chunk.integers(key(.times)) }

    func sequences() throws(StorageError) -> [Int64] { try chunk.integers(key(.sequences)) }

    func column(_ index: Int) throws(StorageError) -> ColumnData {
        let column = columns[index]
        let type = columnKeys[index].type
        let rows = try rows(of: column)
        let values = try chunk.values(column, section, group, rows)
        guard values.count == rows?.count ?? rowCount else {
            throw chunk.corrupt(9, 0, "\(values.count) values of \(rowCount) rows")
        }
        switch type {
        case .string:
            let table = try chunk.texts(column)
            let codes = try codes(values, below: table.count)
            return ColumnData(type: type, rows: rows, values: .texts(codes, table))
        case .uuid:
            let uuids = try chunk.uuids(column)
            let codes = try codes(values, below: uuids.count)
            return ColumnData(
                type: type, rows: rows, values: .uuids(codes.map { uuids[Int($0)] }))
        default:
            let dictionary = ChunkFooter.Key(kind: .dictionary, column: column)
            guard try chunk.block(dictionary) != nil else {
                return ColumnData(type: type, rows: rows, values: .integers(values))
            }
            let numbers = try chunk.numbers(dictionary)
            let codes = try codes(values, below: numbers.count)
            return ColumnData(
                type: type, rows: rows, values: .integers(codes.map { numbers[Int($0)] }))
        }
    }

    /// The rows that have a value of a column; nil if all do.
    private func rows(of column: Int) throws(StorageError) -> [UInt32]? {
        guard try chunk.block(key(.presence, column)) != nil else { return nil }
        let bits = try chunk.integers(key(.presence, column))
        guard bits.count == rowCount else {
            throw chunk.corrupt(9, 0, "\(bits.count) presence bits of \(rowCount) rows")
        }
        var rows: [UInt32] = []
        rows.reserveCapacity(rowCount)
        for row in bits.indices where bits[row] != 0 { rows.append(UInt32(row)) }
        return rows
    }

    private func codes(_ values: [Int64], below count: Int) throws(StorageError) -> [UInt32] {
        var codes = [UInt32](repeating: 0, count: values.count)
        for index in values.indices {
            guard values[index] >= 0, values[index] < count else {
                throw chunk.corrupt(10, 0, "code \(values[index]) of \(count)")
            }
            codes[index] = UInt32(truncatingIfNeeded: values[index])
        }
        return codes
    }
}

extension ChunkFooter.Section {
    /// The parts of the runs that lie in one group of rows.
    fileprivate func runs(of group: Int, _ groupRows: Int) -> [ChunkFooter.Run] {
        let wanted = group * groupRows..<(group + 1) * groupRows
        var parts: [ChunkFooter.Run] = []
        var start = 0
        for run in runs {
            let overlap = (start..<start + run.rowCount).clamped(to: wanted)
            if !overlap.isEmpty {
                parts.append(ChunkFooter.Run(type: run.type, rowCount: overlap.count))
            }
            start += run.rowCount
        }
        return parts
    }
}
