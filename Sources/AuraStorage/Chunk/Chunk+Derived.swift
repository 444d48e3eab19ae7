import AuraCore

extension Chunk {
    /// How many columns may be derived one from another.
    private static let longestChain = 8

    /// The whole numbers of a column in rows of a group: codes where it has a dictionary.
    ///
    /// - Parameter present: Those of the rows that have a value, and where their values lie.
    func values(
        _ column: Int, _ group: ChunkGroup, _ rows: RowRanges, _ present: Presence, chain: Int = 0
    ) throws(StorageError) -> [Int64] {
        let key = group.key(.values, column)
        guard let block = try block(key), block.count == present.all else {
            throw corrupt(9, 0, "values that are not those of \(present.all) rows")
        }
        guard block.encoding == .derived else {
            return try withBlock(key) { reader throws(FormatError) in
                try reader.integers(in: present.places)
            }
        }
        if let known = try kept(key) { return known.numbers(in: present.places) }
        let derivation = try withBlock(key) { reader throws(FormatError) in
            try reader.derivation(in: present.places)
        }
        let of = derivation.determinant
        guard chain < Chunk.longestChain, try self.block(group.key(.values, of)) != nil,
            try self.block(group.key(.presence, of)) == nil
        else {
            throw corrupt(10, block.offset, "column \(of) determines nothing")
        }
        let all = Presence(ofAll: rows, rowCount: group.rowCount)
        let codes = try values(of, group, rows, all, chain: chain + 1)
        var values: [Int64] = []
        values.reserveCapacity(present.places.count)
        for index in 0..<present.places.count {
            values.append(codes[present.rows.map { Int($0[index]) } ?? index])
        }
        try resolve(&values, .map, column)
        for (place, value) in zip(derivation.places, derivation.values) {
            if let index = present.places.index(of: Int(place)) { values[index] = value }
        }
        if chain == 0, values.count == present.all { try keep(values, key) }
        return values
    }

    /// Which of some rows of a group have a value of a column.
    func presence(
        _ column: Int, _ group: ChunkGroup, _ rows: RowRanges
    ) throws(StorageError) -> Presence {
        let key = group.key(.presence, column)
        guard let block = try block(key) else {
            return Presence(ofAll: rows, rowCount: group.rowCount)
        }
        guard block.count == group.rowCount else {
            throw corrupt(9, block.offset, "\(block.count) presence bits of \(group.rowCount) rows")
        }
        return try withBlock(key) { reader throws(FormatError) in
            let (ranges, all) = try reader.ones(at: rows)
            let places = RowRanges(ranges)
            let present = reader.rows(ofOnesAt: rows, count: places.count)
            return Presence(rows: present, places: places, all: all)
        }
    }
}

/// Which rows have a value of a column, and where their values lie in its block.
struct Presence {
    /// Those of the rows asked for that have one, counted from the first of these; nil if all do.
    let rows: [UInt32]?
    /// The places of their values.
    let places: RowRanges
    /// How many rows of the whole group have one.
    let all: Int

    init(rows: [UInt32], places: RowRanges, all: Int) {
        self.rows = rows
        self.places = places
        self.all = all
    }

    /// Every row has a value.
    init(ofAll rows: RowRanges, rowCount: Int) {
        self.rows = nil
        places = rows
        all = rowCount
    }
}
