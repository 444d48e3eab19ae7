import AuraCore

/// Writes one chunk: `Formats/chunk.md`.
struct ChunkWriter {
    private let file: any File
    private let incarnation: UInt64
    private let number: UInt64
    private let layout: ChunkLayout
    private var blocks: [ChunkFooter.Block] = []
    /// What is not written yet, and where it goes.
    private var buffer: [UInt8]
    private var bufferStart: Int64 = 0
    /// The columns of each type.
    private var columnsOfType: [[Int]] = []

    /// Bytes that are gathered before they are written.
    private static let bufferSize = 256 << 10

    /// Writes the rows of the sources as a new file, and makes it durable, but not its name.
    static func write(
        _ sources: [any RowSource], to file: any File, _ layout: ChunkLayout,
        incarnation: UInt64, number: UInt64
    ) throws(StorageError) -> ChunkEntry {
        var writer = ChunkWriter(
            file: file, incarnation: incarnation, number: number, layout: layout)
        let order = try RowOrder(sources, layout)
        let (columns, keys) = SourceColumns.number(sources)
        do throws(FileSystemError) { try writer.appendOrder(order) } catch { throw .io(error) }
        var rollups = layout.rollups.flatMap { RollupBuilder($0, order) }
        var column = ScatteredColumn(rowCount: order.times.count)
        var determinants = Determinants()
        let numbers =
            layout.derivesColumns
            ? try SourceColumns.finestFirst(columns, keys) : Array(keys.indices)
        for number in numbers {
            try column.fill(number, keys[number].type, of: columns, order)
            if !order.isOfArrival { column.orderByArrival(order.sequences) }
            rollups?.note(column, keys[number])
            var map: DerivedMap?
            if layout.derivesColumns {
                column.encodeIntegers(for: determinants)
                map = determinants.map(to: column)
                determinants.consider(column, number)
            }
            do throws(FileSystemError) {
                try writer.append(column, number, keys[number], map, order.sections)
            } catch { throw .io(error) }
        }
        do throws(FileSystemError) {
            try rollups?.forEachBlock { content, key, hours throws(FileSystemError) in
                try writer.append(content, key, hours)
            }
            return try writer.finish(order, keys, rollups)
        } catch { throw .io(error) }
    }

    private init(file: any File, incarnation: UInt64, number: UInt64, layout: ChunkLayout) {
        self.layout = layout
        self.file = file
        self.incarnation = incarnation
        self.number = number
        buffer = ChunkHeader(incarnation: incarnation, number: number).encoded()
    }

    private mutating func appendOrder(_ order: RowOrder) throws(FileSystemError) {
        columnsOfType = Array(repeating: [], count: order.types.count)
        for (index, section) in order.sections.groups(of: layout.groupRows) {
            let times = order.times.span.extracting(section)
            let sequences = order.sequences.span.extracting(section)
            try append(
                BlockContent(integers: times), index.key(.times), ChunkWriter.zone(of: times))
            try append(
                BlockContent(integers: sequences), index.key(.sequences),
                ChunkWriter.zone(of: sequences))
        }
    }

    private mutating func append(
        _ column: ScatteredColumn, _ index: Int, _ key: ColumnKey, _ map: DerivedMap?,
        _ sections: [ChunkFooter.Section]
    ) throws(FileSystemError) {
        try appendDictionary(of: column, index)
        if let map {
            try appendEntries(.map, index, map.values.count) { entries in
                let values = map.values.span.extracting(entries)
                return (BlockContent(integers: values), ChunkWriter.zone(of: values))
            }
        }
        note(column, index, sections)
        var occurring = layout.findsIDs ? OccurringCodes(of: column, key) : nil
        for (group, range) in sections.groups(of: layout.groupRows) {
            let count = column.count(in: range)
            if count == 0 { continue }
            let derived = map?.block(column, range, count: count)
            if count == range.count {
                try append(
                    column.values.span.extracting(range), key.type, derived, group, index,
                    &occurring)
            } else {
                try append(
                    BlockContent(presence: column.presence.span.extracting(range)),
                    group.key(.presence, column: index))
                let present = column.values(in: range, count: count)
                try append(present.span, key.type, derived, group, index, &occurring)
            }
        }
    }

    private mutating func appendDictionary(
        of column: ScatteredColumn, _ index: Int
    ) throws(FileSystemError) {
        guard let dictionary = column.dictionary else { return }
        try appendEntries(.dictionary, index, dictionary.count) { entries in
            switch dictionary {
            case .integers(let integers):
                let values = integers.span.extracting(entries)
                return (BlockContent(integers: values), ChunkWriter.zone(of: values))
            case .texts(let ends, let bytes):
                let start = entries.lowerBound == 0 ? 0 : ends[entries.lowerBound - 1]
                let texts = Int(start)..<Int(ends[entries.upperBound - 1])
                let content = BlockContent(
                    ends: ends[entries].map { $0 - start }, bytes: Array(bytes[texts]))
                return (content, (0, 0))
            case .uuids(let uuids): return (BlockContent(uuids: Array(uuids[entries])), (0, 0))
            }
        }
        // What lies in one block is found by reading that.
        guard layout.findsIDs, case .uuids(let uuids) = dictionary,
            uuids.count > layout.entriesPerBlock
        else { return }
        let filter = BloomFilter(uuids.map { ValueHash.of(.uuid($0)) })
        try append(
            BlockContent(encoding: .filter, count: uuids.count, bytes: filter.bytes),
            ChunkFooter.Key(kind: .filter, column: index))
    }

    /// Appends the entries of a dictionary or a map, some in each block.
    private mutating func appendEntries(
        _ kind: ChunkFooter.Kind, _ column: Int, _ count: Int,
        _ content: (Range<Int>) -> (BlockContent, (Int64, Int64))
    ) throws(FileSystemError) {
        for (block, first) in stride(from: 0, to: count, by: layout.entriesPerBlock).enumerated() {
            let (content, zone) = content(first..<min(count, first + layout.entriesPerBlock))
            try append(
                content, ChunkFooter.Key(kind: kind, column: column, group: block), zone)
        }
    }

    /// Appends the values of a column in a group, and which they are.
    private mutating func append(
        _ values: Span<Int64>, _ type: AttributeType, _ derived: BlockContent?,
        _ group: GroupIndex, _ index: Int, _ occurring: inout OccurringCodes?
    ) throws(FileSystemError) {
        let zone = type == .float64 ? (0, 0) : ChunkWriter.zone(of: values)
        try append(
            derived ?? BlockContent(values, type), group.key(.values, column: index), zone)
        if let codes = occurring?.list(values) {
            try append(
                BlockContent(integers: codes.span), group.key(.codes, column: index),
                (codes[0], codes[codes.count - 1]))
        }
    }

    /// Notes which types have the column.
    private mutating func note(
        _ column: ScatteredColumn, _ index: Int, _ sections: [ChunkFooter.Section]
    ) {
        var start = 0
        for run in sections.flatMap(\.runs) {
            let end = start + run.rowCount
            if column.count(in: start..<end) > 0 { columnsOfType[run.type].append(index) }
            start = end
        }
    }

    private static func zone(of values: Span<Int64>) -> (Int64, Int64) {
        var least = values[0]
        var greatest = values[0]
        for index in values.indices {
            least = min(least, values[index])
            greatest = max(greatest, values[index])
        }
        return (least, greatest)
    }

    private mutating func append(
        _ content: BlockContent, _ key: ChunkFooter.Key, _ zone: (Int64, Int64) = (0, 0)
    ) throws(FileSystemError) {
        let compressed = Compression.compress(content.bytes.rawSpan)
        let stored = compressed ?? content.bytes
        let seed = ChunkHeader.seed(
            incarnation: incarnation, number: number, block: UInt64(blocks.count))
        blocks.append(
            ChunkFooter.Block(
                key: key, encoding: content.encoding, isCompressed: compressed != nil,
                count: content.count, contentSize: content.bytes.count, storedSize: stored.count,
                offset: bufferStart + Int64(buffer.count), least: zone.0, greatest: zone.1,
                hash: Checksum.hash64(stored.rawSpan, seed: seed)))
        buffer.append(contentsOf: stored)
        buffer.pad(to: 8)
        if buffer.count >= ChunkWriter.bufferSize { try flush() }
    }

    private mutating func flush() throws(FileSystemError) {
        try file.write(buffer.rawSpan, at: bufferStart)
        bufferStart += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func finish(
        _ order: RowOrder, _ keys: [ColumnKey], _ rollups: RollupBuilder?
    ) throws(FileSystemError) -> ChunkEntry {
        let types = order.types.indices.map { index in
            ChunkFooter.TypeEntry(
                name: order.types[index], columns: columnsOfType[index].sorted(),
                value: rollups?.value(ofType: index) ?? "")
        }
        let times = ChunkWriter.zone(of: order.times.span)
        let sequences = ChunkWriter.zone(of: order.sequences.span)
        let footer = ChunkFooter(
            incarnation: incarnation, number: number, rowCount: order.times.count,
            groupRows: layout.groupRows,
            timeRange: times.0...times.1,
            sequenceRange: UInt64(bitPattern: sequences.0)...UInt64(bitPattern: sequences.1),
            user: rollups?.user ?? "", types: types, columns: keys, sections: order.sections,
            blocks: blocks)
        let bytes = footer.encoded()
        let trailer = ChunkTrailer(
            footerOffset: bufferStart + Int64(buffer.count), footerSize: bytes.count,
            footerHash: Checksum.hash128(bytes.rawSpan))
        buffer.append(contentsOf: bytes)
        buffer.pad(to: 8)
        buffer.append(contentsOf: trailer.encoded())
        try flush()
        if !Canary.skipChunkSync.isActive { try file.sync() }
        return ChunkEntry(
            number: number, rowCount: footer.rowCount, fileSize: bufferStart,
            timeRange: footer.timeRange, sequenceRange: footer.sequenceRange,
            footerHash: trailer.footerHash)
    }
}

/// One group of one section.
private struct GroupIndex {
    let section: Int
    let group: Int

    func key(_ kind: ChunkFooter.Kind, column: Int = 0) -> ChunkFooter.Key {
        ChunkFooter.Key(kind: kind, column: column, section: section, group: group)
    }
}

extension [ChunkFooter.Section] {
    /// All groups of all sections, with the positions of their rows.
    fileprivate func groups(of groupRows: Int) -> [(GroupIndex, Range<Int>)] {
        var groups: [(GroupIndex, Range<Int>)] = []
        var start = 0
        for (index, section) in enumerated() {
            let end = start + section.rowCount
            for (group, first) in stride(from: start, to: end, by: groupRows)
                .enumerated()
            {
                groups.append(
                    (
                        GroupIndex(section: index, group: group),
                        first..<Swift.min(end, first + groupRows)
                    ))
            }
            start = end
        }
        return groups
    }
}
