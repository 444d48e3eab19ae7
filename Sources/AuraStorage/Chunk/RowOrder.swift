import AuraCore

/// In which order the rows of a chunk lie: by type, then time, then sequence number.
struct RowOrder {
    /// Types in the order of their runs.
    let types: [String]
    let sections: [ChunkFooter.Section]
    /// Where each row of the sources goes, in their order.
    let positions: [UInt32]
    /// Times and sequence numbers by position.
    let times: [Int64]
    let sequences: [Int64]

    init(_ sources: [any RowSource], _ layout: ChunkLayout) throws(StorageError) {
        var input = Input()
        for source in sources { try input.append(source) }
        var runs: [Run] = []
        for (type, rows) in input.rowsByType().enumerated() where !rows.isEmpty {
            runs.append(Run(type: type, rows: input.sorted(rows)))
        }
        // Large types first, by name, then the small ones by name.
        let names = input.names
        runs.sort {
            ($0.rows.count < layout.sectionRows ? 1 : 0, ExactText(names[$0.type]))
                < ($1.rows.count < layout.sectionRows ? 1 : 0, ExactText(names[$1.type]))
        }
        types = runs.map { names[$0.type] }
        var sections: [ChunkFooter.Section] = []
        var small: [ChunkFooter.Run] = []
        for (index, run) in runs.enumerated() {
            let run = ChunkFooter.Run(type: index, rowCount: run.rows.count)
            if run.rowCount < layout.sectionRows {
                small.append(run)
            } else {
                sections.append(ChunkFooter.Section(runs: [run]))
            }
        }
        if !small.isEmpty { sections.append(ChunkFooter.Section(runs: small)) }
        self.sections = sections
        var positions = [UInt32](repeating: 0, count: input.times.count)
        var times = [Int64](repeating: 0, count: input.times.count)
        var sequences = times
        var position = 0
        for run in runs {
            for row in run.rows {
                let row = Int(row)
                positions[row] = UInt32(position)
                times[position] = input.times[row]
                sequences[position] = input.sequences[row]
                position += 1
            }
        }
        self.positions = positions
        self.times = times
        self.sequences = sequences
    }

    private struct Run {
        /// Index of the input's names.
        let type: Int
        /// Rows of the sources, sorted.
        let rows: [UInt32]
    }
}

/// The rows of all sources, one after another.
private struct Input {
    private(set) var names: [String] = []
    private var numbers: [ExactText: UInt32] = [:]
    private var codes: [UInt32] = []
    private(set) var times: [Int64] = []
    private(set) var sequences: [Int64] = []

    mutating func append(_ source: any RowSource) throws(StorageError) {
        var table: [UInt32] = []
        for name in source.typeNames {
            let next = UInt32(names.count)
            let number = numbers[ExactText(name)] ?? next
            if number == next {
                numbers[ExactText(name)] = next
                names.append(name)
            }
            table.append(number)
        }
        for code in try source.typeCodes() { codes.append(table[Int(code)]) }
        times.append(contentsOf: try source.times())
        sequences.append(contentsOf: try source.sequences())
    }

    /// The rows of each type, in the order of the sources.
    func rowsByType() -> [[UInt32]] {
        var counts = [Int](repeating: 0, count: names.count)
        for code in codes { counts[Int(code)] += 1 }
        var rows = counts.map { count -> [UInt32] in
            var rows: [UInt32] = []
            rows.reserveCapacity(count)
            return rows
        }
        for (row, code) in codes.enumerated() { rows[Int(code)].append(UInt32(row)) }
        return rows
    }

    /// The rows by time, then sequence number.
    ///
    /// Events come nearly in order: the few that come late are taken out, sorted, and merged again.
    func sorted(_ rows: [UInt32]) -> [UInt32] {
        var inOrder: [UInt32] = []
        var late: [UInt32] = []
        inOrder.reserveCapacity(rows.count)
        for row in rows {
            if let last = inOrder.last, precedes(row, last) {
                late.append(row)
            } else {
                inOrder.append(row)
            }
        }
        if late.isEmpty { return inOrder }
        if late.count * 8 > rows.count { return rows.sorted(by: precedes) }
        late.sort(by: precedes)
        var merged: [UInt32] = []
        merged.reserveCapacity(rows.count)
        var next = 0
        for row in inOrder {
            while next < late.count, precedes(late[next], row) {
                merged.append(late[next])
                next += 1
            }
            merged.append(row)
        }
        return merged + late[next...]
    }

    private func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
        let (left, right) = (Int(left), Int(right))
        return times[left] != times[right]
            ? times[left] < times[right] : sequences[left] < sequences[right]
    }
}
