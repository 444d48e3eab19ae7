import AuraCore

/// What the footer of a chunk says of one group of rows of one section.
final class ChunkGroup: Sendable {
    let section: Int
    let number: Int
    /// The types here and their rows, in the order of rows.
    let runs: [ChunkFooter.Run]
    /// The columns that have values here, by their numbers in the chunk.
    let columns: [Int]
    let typeNames: [String]
    let columnKeys: [ColumnKey]
    /// What is known of the codes of each of the columns.
    let zones: [Zone]
    /// All of them.
    let rows: RowRanges
    let timeRange: ClosedRange<Int64>
    let sequenceRange: ClosedRange<UInt64>

    /// The codes of a column, or its values where it has no dictionary.
    struct Zone: Sendable {
        let least: Int64
        let greatest: Int64
        /// Whether a block lists all of them.
        let isListed: Bool
    }

    init(of chunk: Chunk, section: Int, group: Int) throws(StorageError) {
        let footer = try chunk.open().footer
        self.section = section
        number = group
        runs = footer.sections[section].runs(of: group, footer.groupRows)
        typeNames = runs.map { footer.types[$0.type].name }
        rows = RowRanges(upTo: runs.reduce(0) { $0 + $1.rowCount })
        func key(_ kind: ChunkFooter.Kind, _ column: Int = 0) -> ChunkFooter.Key {
            ChunkFooter.Key(kind: kind, column: column, section: section, group: group)
        }
        let rowCount = rows.count
        guard let times = try chunk.block(key(.times)), times.count == rowCount,
            let sequences = try chunk.block(key(.sequences)), sequences.count == rowCount,
            times.least <= times.greatest, sequences.least <= sequences.greatest
        else { throw chunk.corrupt(6, 0, "section \(section) lacks its times") }
        timeRange = times.least...times.greatest
        sequenceRange =
            UInt64(bitPattern: sequences.least)...UInt64(bitPattern: sequences.greatest)
        var columns: [Int] = []
        var zones: [Zone] = []
        for index in footer.columns.indices {
            guard let values = try chunk.block(key(.values, index)) else { continue }
            columns.append(index)
            let isListed = try chunk.block(key(.codes, index)) != nil
            zones.append(
                Zone(least: values.least, greatest: values.greatest, isListed: isListed))
        }
        self.columns = columns
        self.zones = zones
        columnKeys = columns.map { footer.columns[$0] }
    }

    var rowCount: Int { rows.count }

    /// The key of a block of these rows.
    func key(_ kind: ChunkFooter.Kind, _ column: Int = 0) -> ChunkFooter.Key {
        ChunkFooter.Key(kind: kind, column: column, section: section, group: number)
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
