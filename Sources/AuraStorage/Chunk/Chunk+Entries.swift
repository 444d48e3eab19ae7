import AuraCore

extension Chunk {
    /// The dictionary or the map of a column; nil if it has none.
    func entries(_ kind: ChunkFooter.Kind, _ column: Int) throws(StorageError) -> EntryList? {
        try open().lists[ChunkFooter.Key(kind: kind, column: column)]
    }

    /// That of a column which must have one.
    private func someEntries(
        _ kind: ChunkFooter.Kind, _ column: Int
    ) throws(StorageError) -> EntryList {
        guard let list = try entries(kind, column) else {
            throw corrupt(6, 0, "column \(column) has no \(kind)")
        }
        return list
    }

    /// Codes as numbers that are known to be among the entries of a list.
    private func checked(
        _ codes: [Int64], _ list: EntryList, _ column: Int
    ) throws(StorageError) -> [UInt32] {
        var greatest: UInt64 = 0
        for code in codes { greatest = max(greatest, UInt64(bitPattern: code)) }
        guard codes.isEmpty || greatest < UInt64(list.count) else {
            throw corrupt(
                10, 0, "code \(Int64(bitPattern: greatest)) of \(list.count) in column \(column)")
        }
        return codes.mapped { UInt32(truncatingIfNeeded: $0) }
    }

    /// The codes of a column in rows of a group; those of whole groups are kept.
    ///
    /// - Parameter present: Those of the rows that have a value, and where their values lie.
    private func codes(
        _ column: Int, _ group: ChunkGroup, _ rows: RowRanges, _ present: Presence,
        _ list: EntryList
    ) throws(StorageError) -> [UInt32] {
        let key = group.key(.values, column)
        if let known = try kept(key) {
            guard known.range.lowerBound >= 0, known.range.upperBound < Int64(list.count) else {
                throw corrupt(10, 0, "a code beyond \(list.count) in column \(column)")
            }
            return known.codes(in: present.places)
        }
        let values = try values(column, group, rows, present)
        let codes = try checked(values, list, column)
        if codes.count == present.all { try keep(values, key) }
        return codes
    }

    /// The texts of a column in rows of a group.
    ///
    /// Few codes are numbered anew, by a table that has no other texts: only the blocks with theirs are
    /// read.
    func texts(
        _ column: Int, _ group: ChunkGroup, _ rows: RowRanges, _ present: Presence
    ) throws(StorageError) -> ColumnData.Values {
        let list = try someEntries(.dictionary, column)
        let codes = try codes(column, group, rows, present, list)
        if codes.count >= list.count / Chunk.fewCodes {
            var blocks: [TextTable] = []
            for block in 0..<list.blockCount { blocks.append(try texts(column, block: block)) }
            return .texts(codes, TextTable(blocks, perBlock: list.perBlock))
        }
        return try fewTexts(column, of: codes, list)
    }

    private func fewTexts(
        _ column: Int, of codes: [UInt32], _ list: EntryList
    ) throws(StorageError) -> ColumnData.Values {
        var bytes: [UInt8] = []
        var ends: [Int64] = []
        var numbers = codes
        var last: UInt32?
        var table: (block: Int, texts: TextTable)?
        // In the order of texts, so that no block is asked for twice.
        for place in codes.indices.sorted(by: { codes[$0] < codes[$1] }) {
            let code = codes[place]
            if code != last {
                let (block, index) = list.place(of: Int(code))
                let texts: TextTable
                if let table, table.block == block {
                    texts = table.texts
                } else {
                    texts = try self.texts(column, block: block)
                    table = (block, texts)
                }
                texts.withBytes(of: index) { bytes.append($0) }
                ends.append(Int64(bytes.count))
                last = code
            }
            numbers[place] = UInt32(ends.count - 1)
        }
        return .texts(numbers, TextTable(bytes, start: 0, ends: ends))
    }

    /// The UUIDs that codes of a column stand for.
    func uuids(_ column: Int, of codes: [Int64]) throws(StorageError) -> [UUIDBytes] {
        let list = try someEntries(.dictionary, column)
        let entries = try checked(codes, list, column)
        if codes.count >= list.count / Chunk.fewCodes {
            let all = try uuids(column)
            return all.at(entries)
        }
        var found = [UUIDBytes](repeating: UUIDBytes(high: 0, low: 0), count: codes.count)
        try forEachBlock(of: entries, .dictionary, column, list) {
            reader, places throws(FormatError) in
            for (place, index) in places { found[place] = try reader.uuid(at: index) }
        }
        return found
    }

    /// Puts what a dictionary or a map of whole numbers has for each code in the place of it.
    func resolve(
        _ codes: inout [Int64], _ kind: ChunkFooter.Kind, _ column: Int
    ) throws(StorageError) {
        let list = try someEntries(kind, column)
        if codes.count >= list.count / Chunk.fewCodes {
            let all = try numbers(kind, column, list)
            guard Chunk.replace(&codes, by: all.span) else {
                throw corrupt(10, 0, "a code beyond \(list.count) in column \(column)")
            }
            return
        }
        let entries = try checked(codes, list, column)
        try forEachBlock(of: entries, kind, column, list) { reader, places throws(FormatError) in
            for (place, index) in places { codes[place] = try reader.integer(at: index) }
        }
    }

    /// Puts entries in the place of codes; false if one of these is too great.
    private static func replace(_ codes: inout [Int64], by entries: Span<Int64>) -> Bool {
        var codes = codes.mutableSpan
        for index in codes.indices {
            let code = UInt64(bitPattern: codes[index])
            if code >= UInt64(entries.count) { return false }
            codes[index] = entries[Int(code)]
        }
        return true
    }

    /// Of so many entries, fewer codes than one are looked up alone: the others stay packed.
    private static let fewCodes = 64

    /// Calls `body` with each block that has some of the entries, once: the places of these among all,
    /// and where they lie in the block.
    private func forEachBlock(
        of entries: [UInt32], _ kind: ChunkFooter.Kind, _ column: Int, _ list: EntryList,
        _ body: (BlockReader, [(place: Int, index: Int)]) throws(FormatError) -> Void
    ) throws(StorageError) {
        var places: [(place: Int, index: Int)] = []
        var current = 0
        for place in entries.indices.sorted(by: { entries[$0] < entries[$1] }) {
            let (block, index) = list.place(of: Int(entries[place]))
            if block != current, !places.isEmpty {
                try withBlock(ChunkFooter.Key(kind: kind, column: column, group: current)) {
                    reader throws(FormatError) in try body(reader, places)
                }
                places.removeAll(keepingCapacity: true)
            }
            current = block
            places.append((place, index))
        }
        guard !places.isEmpty else { return }
        try withBlock(ChunkFooter.Key(kind: kind, column: column, group: current)) {
            reader throws(FormatError) in try body(reader, places)
        }
    }

    /// The texts of one block of a column's dictionary.
    func texts(_ column: Int, block: Int) throws(StorageError) -> TextTable {
        let key = ChunkFooter.Key(kind: .dictionary, column: column, group: block)
        let content = try content(key) { reader throws(FormatError) in
            let table = try reader.texts()
            return (.texts(table), reader.byteCount + table.count * 4)
        }
        guard case .texts(let table) = content else { throw corrupt(6, 0, "no texts") }
        return table
    }

    /// All UUIDs of a column.
    func uuids(_ column: Int) throws(StorageError) -> [UUIDBytes] {
        let list = try someEntries(.dictionary, column)
        let content = try whole(.dictionary, column, list) { blocks throws(FormatError) in
            var uuids: [UUIDBytes] = []
            uuids.reserveCapacity(list.count)
            for block in blocks { uuids += try block.uuids() }
            return (.uuids(uuids), uuids.count * 16)
        }
        guard case .uuids(let uuids) = content else { throw corrupt(6, 0, "no UUIDs") }
        return uuids
    }

    /// All whole numbers of a dictionary or a map.
    private func numbers(
        _ kind: ChunkFooter.Kind, _ column: Int, _ list: EntryList
    ) throws(StorageError) -> [Int64] {
        let content = try whole(kind, column, list) { blocks throws(FormatError) in
            var numbers: [Int64] = []
            numbers.reserveCapacity(list.count)
            for block in blocks { numbers += try block.integers() }
            return (.numbers(numbers), numbers.count * 8)
        }
        guard case .numbers(let numbers) = content else { throw corrupt(6, 0, "no numbers") }
        return numbers
    }
}
