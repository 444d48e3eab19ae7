import AuraCore

extension Chunk {
    /// How many columns may be derived one from another.
    private static let longestChain = 8

    /// The whole numbers of a column in a group: codes where it has a dictionary.
    ///
    /// - Parameter rows: Those that have a value; nil if all do.
    func values(
        _ column: Int, _ section: Int, _ group: Int, _ rows: [UInt32]?, chain: Int = 0
    ) throws(StorageError) -> [Int64] {
        let key = ChunkFooter.Key(kind: .values, column: column, section: section, group: group)
        guard let block = try block(key), block.encoding == .derived else {
            return try integers(key)
        }
        let derivation = try derivation(key)
        let of = derivation.determinant
        guard chain < Chunk.longestChain,
            try self.block(.init(kind: .values, column: of, section: section, group: group)) != nil,
            try self.block(.init(kind: .presence, column: of, section: section, group: group))
                == nil
        else {
            throw corrupt(10, block.offset, "column \(of) determines nothing")
        }
        let codes = try values(of, section, group, nil, chain: chain + 1)
        let map = try numbers(ChunkFooter.Key(kind: .map, column: column))
        guard block.count == rows?.count ?? codes.count, rows?.last ?? 0 < codes.count else {
            throw corrupt(9, block.offset, "\(block.count) values of \(codes.count) rows")
        }
        var values = [Int64](repeating: 0, count: block.count)
        for index in values.indices {
            let code = codes[rows.map { Int($0[index]) } ?? index]
            guard code >= 0, code < map.count else {
                throw corrupt(10, block.offset, "code \(code) of \(map.count)")
            }
            values[index] = map[Int(code)]
        }
        for (place, value) in zip(derivation.places, derivation.values) {
            values[Int(place)] = value
        }
        return values
    }
}
