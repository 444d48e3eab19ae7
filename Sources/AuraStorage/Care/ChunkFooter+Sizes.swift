import AuraCore

extension ChunkFooter {
    /// Events of each type, by name.
    var rowsOfTypes: [(name: String, rows: Int)] {
        var rows = [Int](repeating: 0, count: types.count)
        for run in sections.lazy.flatMap(\.runs) { rows[run.type] += run.rowCount }
        return zip(types, rows).map { ($0.name, $1) }.sorted { $0.name < $1.name }
    }

    /// What each column takes, times and sequence numbers first, rollups last.
    var columnSizes: [StoreInspection.Column] {
        var all = [
            StoreInspection.Column(name: "$time", type: .timestamp),
            StoreInspection.Column(name: "$sequence", type: .int64),
        ]
        all += columns.map { StoreInspection.Column(name: $0.name.text, type: $0.type) }
        let rollups = all.count
        let kinds: [Kind] = [.users, .histograms, .minutes, .minuteEnds]
        if blocks.contains(where: { kinds.contains($0.key.kind) }) {
            all.append(StoreInspection.Column(name: "$rollups", type: nil))
        }
        for block in blocks {
            let index =
                switch block.key.kind {
                case .times: 0
                case .sequences: 1
                case .presence, .values, .dictionary, .map, .codes, .filter: 2 + block.key.column
                case .users, .histograms, .minutes, .minuteEnds: rollups
                }
            all[index].blocks += 1
            all[index].bytes += block.storedSize
            if [.times, .sequences, .values, .users, .histograms].contains(block.key.kind) {
                all[index].values += block.count
            }
            all[index].encodings.insert("\(block.encoding)")
            if block.isCompressed { all[index].encodings.insert("lz4") }
        }
        return all
    }
}
