import AuraCore

extension Chunk {
    /// Reads the whole file and checks every byte of it against what the manifest, the footer and the
    /// format say.
    func verify() throws(StorageError) {
        let opened = try open()
        var end = Int64(ChunkHeader.size)
        try expect(
            ChunkHeader(incarnation: opened.footer.incarnation, number: entry.number).encoded(),
            at: 0, opened.file, condition: 3)
        for (index, block) in opened.footer.blocks.enumerated() {
            guard block.offset == end else {
                throw corrupt(6, block.offset, "a block that does not follow the one before")
            }
            _ = try read(block, index, opened.file)
            end = try expectPadding(behind: block.offset + Int64(block.storedSize), opened.file)
        }
        let footer = opened.footer.encoded()
        try expect(footer, at: end, opened.file, condition: 4)
        end = try expectPadding(behind: end + Int64(footer.count), opened.file)
        guard end + Int64(ChunkTrailer.size) == entry.fileSize else {
            throw corrupt(3, end, "the file does not end behind its footer")
        }
        try verifyDictionaries(opened.footer)
        try verifyRows(opened.footer)
        try verifyRollups()
    }

    /// Whether the zeros to the next multiple of 8 are there; that multiple.
    private func expectPadding(
        behind offset: Int64, _ file: any File
    ) throws(StorageError) -> Int64 {
        let end = (offset + 7) & ~7
        try expect(
            [UInt8](repeating: 0, count: Int(end - offset)), at: offset, file, condition: 3)
        return end
    }

    private func expect(
        _ expected: [UInt8], at offset: Int64, _ file: any File, condition: Int
    ) throws(StorageError) {
        let bytes: [UInt8]
        do { bytes = try file.read(at: offset, count: expected.count) } catch { throw .io(error) }
        guard bytes == expected else {
            throw corrupt(condition, offset, "bytes that are not those that belong here")
        }
    }

    /// Whether all rows can be read, lie in order, and are those that the entry counts.
    private func verifyRows(_ footer: ChunkFooter) throws(StorageError) {
        var rows = 0
        var times: ClosedRange<Int64>?
        var sequences: ClosedRange<UInt64>?
        for piece in try pieces() {
            try verifyOrder(of: piece)
            for index in piece.columnKeys.indices {
                _ = try piece.column(index)
                try verifyCodes(of: piece, piece.group.columns[index])
            }
            rows += piece.rowCount
            times = times?.union(piece.timeRange) ?? piece.timeRange
            sequences = sequences?.union(piece.sequenceRange) ?? piece.sequenceRange
        }
        guard rows == entry.rowCount, times == entry.timeRange, sequences == entry.sequenceRange
        else { throw corrupt(5, 0, "rows that are not those of the manifest") }
    }

    /// Whether texts ascend, and filters pass what is there.
    private func verifyDictionaries(_ footer: ChunkFooter) throws(StorageError) {
        for (column, key) in footer.columns.enumerated() {
            let filter = ChunkFooter.Key(kind: .filter, column: column)
            let hasFilter = try block(filter) != nil
            guard !hasFilter || key.type == .uuid else {
                throw corrupt(10, 0, "a filter of what are no UUIDs")
            }
            var last: ExactText?
            for block in 0..<(try entries(.dictionary, column)?.blockCount ?? 0)
            where key.type == .string {
                let table = try texts(column, block: block)
                for code in 0..<table.count {
                    let text = ExactText(table.text(code))
                    guard last.map({ $0 < text }) ?? true else {
                        throw corrupt(10, 0, "texts of column \(column) that do not ascend")
                    }
                    last = text
                }
            }
            if hasFilter {
                let uuids = try uuids(column)
                try withBlock(filter) { reader throws(FormatError) in
                    for uuid in uuids where try !reader.mayHold(ValueHash.of(.uuid(uuid))) {
                        throw FormatError(.chunk, 10, at: 0, "a filter that lacks \(uuid)")
                    }
                }
            }
        }
    }

    /// Whether the list of a group's codes, if there is one, has those of its values.
    private func verifyCodes(of piece: ChunkPiece, _ column: Int) throws(StorageError) {
        let key = piece.group.key(.codes, column)
        guard try block(key) != nil else { return }
        let present = try presence(column, piece.group, piece.rows)
        let values = Set(try values(column, piece.group, piece.rows, present)).sorted()
        let listed = try withBlock(key) { reader throws(FormatError) in try reader.integers() }
        guard listed == values else {
            throw corrupt(10, try block(key)?.offset ?? 0, "codes that are not those of the rows")
        }
    }

    private func verifyOrder(of piece: ChunkPiece) throws(StorageError) {
        let times = try piece.times()
        let sequences = try piece.sequences()
        let types = piece.typeCodes()
        for row in 1..<max(1, times.count) where types[row] == types[row - 1] {
            guard (times[row - 1], sequences[row - 1]) < (times[row], sequences[row]) else {
                throw corrupt(9, 0, "rows that are not in order")
            }
        }
        guard times.min() == piece.timeRange.lowerBound,
            times.max() == piece.timeRange.upperBound,
            sequences.min() == Int64(piece.sequenceRange.lowerBound),
            sequences.max() == Int64(piece.sequenceRange.upperBound)
        else { throw corrupt(9, 0, "a block whose least and greatest value are others") }
    }
}

extension ClosedRange {
    fileprivate func union(_ other: ClosedRange) -> ClosedRange {
        Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
    }
}
