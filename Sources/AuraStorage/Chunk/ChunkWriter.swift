import AuraCore

/// Writes one chunk: `Formats/chunk.md`.
struct ChunkWriter {
    private let file: any File
    private let incarnation: UInt64
    private let number: UInt64
    private let groupRows: Int
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
            file: file, incarnation: incarnation, number: number, groupRows: layout.groupRows)
        let order = try RowOrder(sources, layout)
        let (columns, keys) = SourceColumns.number(sources)
        do throws(FileSystemError) { try writer.appendOrder(order) } catch { throw .io(error) }
        var rollups = layout.rollups.map {
            RollupBuilder($0, leastRows: layout.rollupRows, order)
        }
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
                try writer.append(column, number, keys[number].type, map, order.sections)
            } catch { throw .io(error) }
        }
        do throws(FileSystemError) {
            try rollups?.forEachBlock { content, key, hours throws(FileSystemError) in
                try writer.append(content, key, hours)
            }
            return try writer.finish(order, keys, rollups)
        } catch { throw .io(error) }
    }

    private init(file: any File, incarnation: UInt64, number: UInt64, groupRows: Int) {
        self.groupRows = groupRows
        self.file = file
        self.incarnation = incarnation
        self.number = number
        buffer = ChunkHeader(incarnation: incarnation, number: number).encoded()
    }

    private mutating func appendOrder(_ order: RowOrder) throws(FileSystemError) {
        columnsOfType = Array(repeating: [], count: order.types.count)
        for (index, section) in order.sections.groups(of: groupRows) {
            let times = order.times.span.extracting(section)
            let sequences = order.sequences.span.extracting(section)
            try append(BlockContent(integers: times), index.key(.times), zone(of: times))
            try append(
                BlockContent(integers: sequences), index.key(.sequences), zone(of: sequences))
        }
    }

    private mutating func append(
        _ column: ScatteredColumn, _ index: Int, _ type: AttributeType, _ map: DerivedMap?,
        _ sections: [ChunkFooter.Section]
    ) throws(FileSystemError) {
        switch column.dictionary {
        case .integers(let integers):
            try append(
                BlockContent(integers: integers.span),
                ChunkFooter.Key(kind: .dictionary, column: index), zone(of: integers.span))
        case .texts(let ends, let bytes):
            try append(
                BlockContent(ends: ends, bytes: bytes),
                ChunkFooter.Key(kind: .dictionary, column: index))
        case .uuids(let uuids):
            try append(
                BlockContent(uuids: uuids), ChunkFooter.Key(kind: .dictionary, column: index))
        case nil: break
        }
        if let map {
            try append(
                BlockContent(integers: map.values.span),
                ChunkFooter.Key(kind: .map, column: index), zone(of: map.values.span))
        }
        note(column, index, sections)
        for (group, range) in sections.groups(of: groupRows) {
            let count = column.count(in: range)
            if count == 0 { continue }
            let key = group.key(.values, column: index)
            let derived = map?.block(column, range, count: count)
            if count == range.count {
                try append(column.values.span.extracting(range), type, derived, key)
            } else {
                try append(
                    BlockContent(presence: column.presence.span.extracting(range)),
                    group.key(.presence, column: index))
                let present = column.values(in: range, count: count)
                try append(present.span, type, derived, key)
            }
        }
    }

    /// Appends a block of values of a column.
    private mutating func append(
        _ values: Span<Int64>, _ type: AttributeType, _ derived: BlockContent?,
        _ key: ChunkFooter.Key
    ) throws(FileSystemError) {
        let zone = type == .float64 ? (0, 0) : zone(of: values)
        try append(derived ?? BlockContent(values, type), key, zone)
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

    private func zone(of values: Span<Int64>) -> (Int64, Int64) {
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
        let times = zone(of: order.times.span)
        let sequences = zone(of: order.sequences.span)
        let footer = ChunkFooter(
            incarnation: incarnation, number: number, rowCount: order.times.count,
            groupRows: groupRows,
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
