import AuraCore
import Synchronization

extension Chunk {
    /// Entries of a dictionary from which on one of them is found in few rows.
    private static let selectiveEntries = 1_024

    /// The codes of a filter's values in each column that may have some of them, ascending; the
    /// values themselves where there is no dictionary.
    ///
    /// They are looked up once for all groups.
    func codes(of filter: ValueFilter) throws(StorageError) -> [Int: [Int64]] {
        if let known = lastFilter.withLock({ $0 }), known.filter == filter { return known.codes }
        var codes: [Int: [Int64]] = [:]
        for (column, key) in try open().footer.columns.enumerated()
        where key.name == filter.attribute {
            let found =
                switch key.type {
                case .string: try self.codes(of: filter.texts, column)
                case .uuid: try self.codes(of: filter.uuids, column)
                case .int64: try self.codes(of: filter.integers, column)
                default: [Int64]()
                }
            if !found.isEmpty { codes[column] = found.sorted() }
        }
        lastFilter.withLock { $0 = (filter, codes) }
        return codes
    }

    private func codes(of texts: [ExactText], _ column: Int) throws(StorageError) -> [Int64] {
        guard let list = try entries(.dictionary, column) else { return [] }
        var codes: [Int64] = []
        for text in texts {
            // The last block that does not begin behind it.
            var lower = 0
            var upper = list.blockCount
            while upper - lower > 1 {
                let middle = (lower + upper) / 2
                let first = try self.texts(column, block: middle).text(0)
                if text < ExactText(first) { upper = middle } else { lower = middle }
            }
            if let index = try self.texts(column, block: lower).code(of: text.text) {
                codes.append(Int64(lower * list.perBlock + index))
            }
        }
        return codes
    }

    private func codes(of integers: [Int64], _ column: Int) throws(StorageError) -> [Int64] {
        guard let list = try entries(.dictionary, column) else { return integers }
        var codes: [Int64] = []
        for block in 0..<list.blockCount {
            let key = ChunkFooter.Key(kind: .dictionary, column: column, group: block)
            guard let zone = try self.block(key) else { continue }
            let near = integers.filter { zone.least <= $0 && $0 <= zone.greatest }
            if near.isEmpty { continue }
            codes += try withBlock(key) { reader throws(FormatError) in
                var found: [Int64] = []
                for value in near {
                    guard let place = try reader.place(of: value) else { continue }
                    found.append(Int64(block * list.perBlock + place))
                }
                return found
            }
        }
        return codes
    }

    private func codes(of uuids: [UUIDBytes], _ column: Int) throws(StorageError) -> [Int64] {
        guard let list = try entries(.dictionary, column) else { return [] }
        var wanted = Set(uuids)
        let filter = ChunkFooter.Key(kind: .filter, column: column)
        if try block(filter) != nil {
            wanted = try withBlock(filter) { reader throws(FormatError) in
                var passing: Set<UUIDBytes> = []
                for uuid in wanted where try reader.mayHold(ValueHash.of(.uuid(uuid))) {
                    passing.insert(uuid)
                }
                return passing
            }
        }
        var codes: [Int64] = []
        for block in 0..<list.blockCount where codes.count < wanted.count {
            let key = ChunkFooter.Key(kind: .dictionary, column: column, group: block)
            codes += try withBlock(key) { reader throws(FormatError) in
                var found: [Int64] = []
                for index in 0..<reader.count where wanted.contains(try reader.uuid(at: index)) {
                    found.append(Int64(block * list.perBlock + index))
                }
                return found
            }
        }
        return codes
    }

    /// Which of some codes may occur in a group, by what is said of the group's column at an index.
    func codes(
        _ codes: [Int64], in group: ChunkGroup, _ index: Int
    ) throws(StorageError) -> [Int64] {
        let zone = group.zones[index]
        let near = codes.filter { $0 >= zone.least && $0 <= zone.greatest }
        guard !near.isEmpty, zone.isListed else { return near }
        return try withBlock(group.key(.codes, group.columns[index])) {
            reader throws(FormatError) in
            var found: [Int64] = []
            for code in near where try reader.place(of: code) != nil { found.append(code) }
            return found
        }
    }

    /// Whether a value of a group's column is in so few rows that it is worth to find them first.
    func isSelective(_ index: Int, in group: ChunkGroup) throws(StorageError) -> Bool {
        if group.zones[index].isListed { return true }
        return try entries(.dictionary, group.columns[index])?.count ?? 0
            >= Chunk.selectiveEntries
    }
}

extension ChunkPiece {
    /// Rows in so many of which fewer than one is wanted are worth to be read alone.
    private static let fewRows = 64

    func rows(where filter: ValueFilter) throws(StorageError) -> (any RowSource)? {
        if let range = filter.range { return try mayHold(range, filter.attribute) ? self : nil }
        let codes = try chunk.codes(of: filter)
        var found: [Int] = []
        for (index, key) in columnKeys.enumerated() where key.name == filter.attribute {
            guard [.string, .uuid, .int64].contains(key.type) else {
                if filter.hasOthers { return self }
                continue
            }
            let column = group.columns[index]
            guard let all = codes[column] else { continue }
            let wanted = try chunk.codes(all, in: group, index)
            if wanted.isEmpty { continue }
            guard try chunk.isSelective(index, in: group) else { return self }
            let present = try chunk.presence(column, group, rows)
            let values = try chunk.values(column, group, rows, present)
            let only = wanted.count == 1 ? wanted[0] : nil
            for index in values.indices
            where only.map({ $0 == values[index] }) ?? wanted.contains(values[index]) {
                found.append(present.rows.map { Int($0[index]) } ?? index)
            }
        }
        if found.isEmpty { return nil }
        if found.count > rowCount / ChunkPiece.fewRows { return self }
        return ChunkPiece(chunk, group, rows.places(at: found.sorted()), timeRange)
    }

    /// Whether the whole group may have numbers of a range, as far as they need not be unpacked to tell.
    private func mayHold(
        _ range: ClosedRange<Double>, _ attribute: ExactText
    ) throws(StorageError) -> Bool {
        for (index, key) in columnKeys.enumerated() where key.name == attribute {
            let column = group.columns[index]
            let values = group.key(.values, column)
            let bounds: ClosedRange<Double>?
            switch key.type {
            case .float64:
                bounds = try chunk.withBlock(values) { reader throws(FormatError) in
                    try reader.floatBounds()
                }
            case .int64 where try chunk.entries(.dictionary, column) == nil:
                bounds = try chunk.block(values).map { Double($0.least)...Double($0.greatest) }
            default: bounds = nil
            }
            if bounds?.overlaps(range) ?? true { return true }
        }
        return false
    }
}
