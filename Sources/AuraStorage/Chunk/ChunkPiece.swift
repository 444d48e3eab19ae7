import AuraCore

/// Rows of one group of one section of a chunk: all, or those of some times.
struct ChunkPiece: RowSource {
    let chunk: Chunk
    let group: ChunkGroup
    /// Those of the group that are meant.
    let rows: RowRanges
    let timeRange: ClosedRange<Int64>

    /// All rows of a group.
    init(_ chunk: Chunk, _ group: ChunkGroup) {
        self.init(chunk, group, group.rows, group.timeRange)
    }

    /// Some of them.
    ///
    /// - Parameter timeRange: Holds their times.
    init(
        _ chunk: Chunk, _ group: ChunkGroup, _ rows: RowRanges, _ timeRange: ClosedRange<Int64>
    ) {
        self.chunk = chunk
        self.group = group
        self.rows = rows
        self.timeRange = timeRange
    }

    var rowCount: Int { rows.count }
    /// That of the whole group.
    var sequenceRange: ClosedRange<UInt64> { group.sequenceRange }
    var typeNames: [String] { group.typeNames }
    var columnKeys: [ColumnKey] { group.columnKeys }

    func typeCodes() -> [UInt32] {
        var codes: [UInt32] = []
        codes.reserveCapacity(rowCount)
        for (code, range) in parts() {
            codes.append(contentsOf: repeatElement(UInt32(code), count: range.count))
        }
        return codes
    }

    /// The rows here of each run: of one type, by time.
    private func parts() -> [(code: Int, range: Range<Int>)] {
        var parts: [(code: Int, range: Range<Int>)] = []
        var start = 0
        for (code, run) in group.runs.enumerated() {
            let end = start + run.rowCount
            for range in rows.ranges {
                let part = range.clamped(to: start..<end)
                if !part.isEmpty { parts.append((code, part)) }
            }
            start = end
        }
        return parts
    }

    func times() throws(StorageError) -> [Int64] { try integers(.times) }

    func sequences() throws(StorageError) -> [Int64] { try integers(.sequences) }

    private func integers(_ kind: ChunkFooter.Kind) throws(StorageError) -> [Int64] {
        try chunk.withBlock(group.key(kind)) { reader throws(FormatError) in
            try reader.integers(in: rows)
        }
    }

    func rows(in times: TimeRanges) throws(StorageError) -> (any RowSource)? {
        let wanted = times.overlapping(timeRange)
        guard let first = wanted.first, let last = wanted.last else { return nil }
        if times.contains(timeRange) { return self }
        let parts = parts()
        let found = try chunk.withBlock(group.key(.times)) { reader throws(FormatError) in
            var found: [Range<Int>] = []
            for (_, part) in parts {
                var behind = part.lowerBound
                for range in wanted {
                    let start = try reader.firstIndex(
                        notBelow: range.lowerBound, in: behind..<part.upperBound)
                    behind = try reader.firstIndex(
                        notBelow: range.upperBound, in: start..<part.upperBound)
                    found.append(start..<behind)
                }
            }
            return found
        }
        let rows = RowRanges(found)
        guard rows.count > 0 else { return nil }
        let range =
            max(
                timeRange.lowerBound, first.lowerBound)...min(
                timeRange.upperBound, last.upperBound - 1)
        return ChunkPiece(chunk, group, rows, range)
    }

    func counts(in times: Range<Int64>) throws(StorageError) -> [Int]? {
        let parts = parts()
        return try chunk.withBlock(group.key(.times)) { reader throws(FormatError) in
            var counts = [Int](repeating: 0, count: typeNames.count)
            for (code, part) in parts {
                let first = try reader.firstIndex(notBelow: times.lowerBound, in: part)
                counts[code] +=
                    try reader.firstIndex(
                        notBelow: times.upperBound, in: first..<part.upperBound) - first
            }
            return counts
        }
    }

    func rows(at places: [UInt32]) -> (any RowSource)? {
        ChunkPiece(chunk, group, rows.places(at: places.map { Int($0) }), timeRange)
    }

    func column(_ index: Int) throws(StorageError) -> ColumnData {
        let column = group.columns[index]
        let type = group.columnKeys[index].type
        let present = try chunk.presence(column, group, rows)
        if type == .string {
            return ColumnData(
                type: type, rows: present.rows,
                values: try chunk.texts(column, group, rows, present))
        }
        var values = try chunk.values(column, group, rows, present)
        switch type {
        case .uuid:
            return ColumnData(
                type: type, rows: present.rows,
                values: .uuids(try chunk.uuids(column, of: values)))
        default:
            if try chunk.entries(.dictionary, column) != nil {
                try chunk.resolve(&values, .dictionary, column)
            }
            return ColumnData(type: type, rows: present.rows, values: .integers(values))
        }
    }
}
