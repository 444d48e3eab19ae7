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
    /// Whether the rows of the sources follow each other as they came; those of chunks lie by type.
    let isOfArrival: Bool

    init(_ sources: [any RowSource], _ layout: ChunkLayout) throws(StorageError) {
        let input = try TypedRows(sources)
        let counts = input.counts
        // Large types first, by name, then the small ones by name; some may have lost all their rows.
        let runs = counts.indices.filter { counts[$0] > 0 }.sorted {
            (counts[$0] < layout.sectionRows ? 1 : 0, ExactText(input.names[$0]))
                < (counts[$1] < layout.sectionRows ? 1 : 0, ExactText(input.names[$1]))
        }
        types = runs.map { input.names[$0] }
        sections = RowOrder.sections(of: runs.map { counts[$0] }, layout)
        var starts = [Int](repeating: 0, count: counts.count)
        var start = 0
        for type in runs {
            starts[type] = start
            start += counts[type]
        }
        var rows = SortedRows(count: start)
        var next = starts
        var firstRow = 0
        var last = Int64.min
        var isOfArrival = true
        for source in sources {
            let codes = input.codes.span.extracting(firstRow..<firstRow + source.rowCount)
            let sequences = try source.sequences()
            for sequence in sequences {
                isOfArrival = isOfArrival && last < sequence
                last = sequence
            }
            rows.scatter(codes, try source.times(), sequences, firstRow: firstRow, &next)
            firstRow += source.rowCount
        }
        self.isOfArrival = isOfArrival
        for type in runs { rows.sort(starts[type]..<starts[type] + counts[type]) }
        positions = rows.positions()
        times = rows.times
        sequences = rows.sequences
    }

    /// Runs of that many rows in sections, the small ones together in the last.
    private static func sections(
        of counts: [Int], _ layout: ChunkLayout
    ) -> [ChunkFooter.Section] {
        var sections: [ChunkFooter.Section] = []
        var small: [ChunkFooter.Run] = []
        for (index, count) in counts.enumerated() {
            let run = ChunkFooter.Run(type: index, rowCount: count)
            if count < layout.sectionRows {
                small.append(run)
            } else {
                sections.append(ChunkFooter.Section(runs: [run]))
            }
        }
        if !small.isEmpty { sections.append(ChunkFooter.Section(runs: small)) }
        return sections
    }
}

/// The types of the rows of all sources, one after another.
private struct TypedRows {
    private(set) var names: [String] = []
    private var numbers: [ExactText: UInt32] = [:]
    /// The type of each row, as an index of `names`.
    private(set) var codes: [UInt32] = []
    /// How many rows each type has.
    private(set) var counts: [Int] = []

    init(_ sources: [any RowSource]) throws(StorageError) {
        codes.reserveCapacity(sources.reduce(0) { $0 + $1.rowCount })
        for source in sources {
            let table = source.typeNames.map { number(of: $0) }
            for code in try source.typeCodes() {
                let number = table[Int(code)]
                codes.append(number)
                counts[Int(number)] += 1
            }
        }
    }

    private mutating func number(of name: String) -> UInt32 {
        if let known = numbers[ExactText(name)] { return known }
        let number = UInt32(names.count)
        numbers[ExactText(name)] = number
        names.append(name)
        counts.append(0)
        return number
    }
}

/// Rows by position, with what they are sorted by.
private struct SortedRows {
    /// A row of the sources.
    struct Row: BitwiseCopyable {
        let time: Int64
        let sequence: Int64
        let row: UInt32

        static func < (left: Row, right: Row) -> Bool {
            left.time != right.time ? left.time < right.time : left.sequence < right.sequence
        }
    }

    private(set) var times: [Int64]
    private(set) var sequences: [Int64]
    private var rows: [UInt32]

    init(count: Int) {
        times = Array(repeating: 0, count: count)
        sequences = times
        rows = Array(repeating: 0, count: count)
    }

    /// Lays a source's rows where the next of their types go.
    mutating func scatter(
        _ codes: Span<UInt32>, _ sourceTimes: [Int64], _ sourceSequences: [Int64], firstRow: Int,
        _ next: inout [Int]
    ) {
        SortedRows.scatter(
            codes, sourceTimes.span, sourceSequences.span, firstRow: firstRow, &next,
            into: &times, &sequences, &rows)
    }

    private static func scatter(
        _ codes: Span<UInt32>, _ sourceTimes: Span<Int64>, _ sourceSequences: Span<Int64>,
        firstRow: Int, _ next: inout [Int], into times: inout [Int64],
        _ sequences: inout [Int64], _ rows: inout [UInt32]
    ) {
        var next = next.mutableSpan
        var times = times.mutableSpan
        var sequences = sequences.mutableSpan
        var rows = rows.mutableSpan
        for index in codes.indices {
            let code = Int(codes[index])
            let position = next[code]
            next[code] = position &+ 1
            times[position] = sourceTimes[index]
            sequences[position] = sourceSequences[index]
            rows[position] = UInt32(truncatingIfNeeded: firstRow &+ index)
        }
    }

    /// Sorts the rows of a range by time, then sequence number.
    ///
    /// Events come nearly in order: the few that come late are taken out, sorted, and merged again.
    mutating func sort(_ range: Range<Int>) {
        var late = takeLate(range)
        if late.isEmpty { return }
        // Natural runs, as those of several chunks, are merged by the standard library's sort.
        late.sort(by: <)
        var target = range.upperBound
        var inOrder = target - late.count
        while let last = late.last {
            target -= 1
            if inOrder > range.lowerBound, last < self[inOrder - 1] {
                inOrder -= 1
                self[target] = self[inOrder]
            } else {
                self[target] = last
                late.removeLast()
            }
        }
    }

    /// Removes the rows that come before one ahead of them, and closes the gaps.
    private mutating func takeLate(_ range: Range<Int>) -> [Row] {
        guard var last = range.first.map({ self[$0] }) else { return [] }
        var late: [Row] = []
        var end = range.lowerBound
        for position in range {
            let row = self[position]
            if row < last {
                late.append(row)
            } else {
                last = row
                if end != position { self[end] = row }
                end += 1
            }
        }
        return late
    }

    private subscript(position: Int) -> Row {
        @inline(__always) get {
            Row(time: times[position], sequence: sequences[position], row: rows[position])
        }
        @inline(__always) set {
            times[position] = newValue.time
            sequences[position] = newValue.sequence
            rows[position] = newValue.row
        }
    }

    /// The position of each row.
    func positions() -> [UInt32] {
        var positions = [UInt32](repeating: 0, count: rows.count)
        var target = positions.mutableSpan
        let rows = rows.span
        for position in rows.indices {
            target[Int(rows[position])] = UInt32(truncatingIfNeeded: position)
        }
        return positions
    }
}
