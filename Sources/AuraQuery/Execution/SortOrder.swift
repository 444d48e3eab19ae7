import AuraCore
import AuraStorage

/// The order of rows by some keys: equal rows keep theirs.
struct SortOrder: Sendable {
    /// Each key as words whose order is that of the rows, the first key's first.
    private let words: [[Int64]]
    /// The beginning of each row's keys as a word: rows of different ones are in the order of these.
    private let prefixes: [Int64]

    /// A row with its prefix, so that most of what sorting asks is answered without looking elsewhere.
    struct Entry {
        let prefix: Int64
        let row: UInt32
    }

    /// - Parameter columns: The values of the keys.
    init(_ columns: [Vector], _ keys: [SortKey]) {
        var words: [[Int64]] = []
        for (column, key) in zip(columns, keys) {
            let column = column.expanded
            if let valid = column.valid {
                words.append(valid.mapped { $0 == key.hasNullsFirst ? 1 : 0 })
            }
            for part in column.orderWords() {
                var part = key.isDescending ? part.mapped { ~$0 } : part
                // What is behind a NULL has no order.
                if let valid = column.valid { part = Columns.map(part, valid) { $1 ? $0 : 0 } }
                words.append(part)
            }
        }
        if columns.first?.valid != nil {
            prefixes = Columns.map(words[0], words[1], SortOrder.prefix)
        } else {
            prefixes = words.first ?? []
        }
        self.words = words
    }

    /// Whether it is NULL, and nearly all of the value.
    @inline(__always)
    private static func prefix(_ null: Int64, _ word: Int64) -> Int64 {
        word >> 1 &+ (null &* 2 &- 1) << 62
    }

    /// A word for each value of a first key; nil for keys of which none is known.
    ///
    /// Values of different words are in the order of these, whatever columns they stand in.
    static func firstWords(_ column: Vector, _ key: SortKey) -> [Int64]? {
        switch column.values {
        case .bools, .integers, .floats: break
        case .wide, .texts, .uuids, .intervals, .lists: return nil
        }
        let order = SortOrder([column], [key])
        guard column.valid == nil else { return order.prefixes }
        return order.prefixes.mapped { prefix(key.hasNullsFirst ? 1 : 0, $0) }
    }

    /// Whether all rows are equal.
    var isEmpty: Bool { words.isEmpty }

    func entry(_ row: UInt32) -> Entry { Entry(prefix: prefixes[Int(row)], row: row) }

    /// The rows in order.
    ///
    /// - Parameter shouldStop: Asked now and then; once it says so, there is no order.
    /// - Throws: `.stopped`.
    func rows(count: Int, _ shouldStop: @escaping () -> Bool) throws(QueryFailure) -> [UInt32] {
        let rows = (0..<UInt32(count)).map { $0 }
        if isEmpty { return rows }
        var entries = rows.mapped(entry)
        var pulse = Pulse(shouldStop)
        try sort(&entries, &pulse)
        return entries.mapped(\.row)
    }

    /// Puts rows in order.
    ///
    /// - Throws: `.stopped`.
    func sort(_ entries: inout [Entry], _ pulse: inout Pulse) throws(QueryFailure) {
        do {
            try entries.sort { left, right in
                try pulse.beat()
                return precedes(left, right)
            }
        } catch { throw .stopped }
    }

    /// The first rows in order, without an order of all.
    func rows(
        count: Int, upTo limit: Int, _ shouldStop: @escaping () -> Bool
    ) throws(QueryFailure) -> [UInt32] {
        guard limit < count / 4, limit > 0, !isEmpty else {
            return Array(try rows(count: count, shouldStop).prefix(limit))
        }
        var pulse = Pulse(shouldStop)
        // The greatest of those that are kept stands first: a heap.
        var heap: [Entry] = []
        for row in 0..<UInt32(count) {
            try pulse.beat()
            let entry = entry(row)
            if heap.count < limit {
                heap.append(entry)
                var place = heap.count - 1
                while place > 0, precedes(heap[(place - 1) / 2], heap[place]) {
                    heap.swapAt(place, (place - 1) / 2)
                    place = (place - 1) / 2
                }
            } else if precedes(entry, heap[0]) {
                heap[0] = entry
                sink(&heap)
            }
        }
        try sort(&heap, &pulse)
        return heap.mapped(\.row)
    }

    private func sink(_ heap: inout [Entry]) {
        var place = 0
        while true {
            var next = place * 2 + 1
            guard next < heap.count else { return }
            if next + 1 < heap.count, precedes(heap[next], heap[next + 1]) { next += 1 }
            guard precedes(heap[place], heap[next]) else { return }
            heap.swapAt(place, next)
            place = next
        }
    }

    @inline(__always)
    func precedes(_ left: Entry, _ right: Entry) -> Bool {
        if left.prefix != right.prefix { return left.prefix < right.prefix }
        if words.count > 1 {
            for part in words {
                let (a, b) = (part[Int(left.row)], part[Int(right.row)])
                if a != b { return a < b }
            }
        }
        return left.row < right.row
    }

    /// Whether two rows have equal keys.
    @inline(__always)
    func areEqual(_ left: Entry, _ right: Entry) -> Bool {
        left.prefix == right.prefix
            && (words.count == 1
                || words.allSatisfy { $0[Int(left.row)] == $0[Int(right.row)] })
    }
}

extension Vector {
    /// Words that are in the order of the values, the most significant first.
    fileprivate func orderWords() -> [[Int64]] {
        switch values {
        case .bools(let values): return [values.mapped { $0 ? 1 : 0 }]
        case .integers(let values): return [values]
        case .floats(let values): return [values.mapped(FloatOrder.word)]
        case .wide(let values): return Vector.halves(values)
        case .intervals(let values): return Vector.halves(values.map(\.comparable))
        case .uuids(let values):
            return [
                values.mapped { Int64(unsigned: $0.high) },
                values.mapped { Int64(unsigned: $0.low) },
            ]
        case .texts(let codes, let table):
            var texts = StringInterner()
            let numbers = TextCodes(codes, valid, table).map { code in
                UInt32(table.withBytes(of: Int(code)) { texts.intern($0) } + 1)
            }
            var ranks = [Int64](repeating: 0, count: texts.count + 1)
            for (rank, code) in texts.sortedCodes().enumerated() { ranks[code + 1] = Int64(rank) }
            return [ranks.at(numbers)]
        case .lists(let values):
            let order = values.indices.sorted { Value.list(values[$0]) < Value.list(values[$1]) }
            var ranks = [Int64](repeating: 0, count: values.count)
            var rank: Int64 = 0
            for (index, row) in order.enumerated() {
                if index > 0, Value.list(values[order[index - 1]]) < Value.list(values[row]) {
                    rank += 1
                }
                ranks[row] = rank
            }
            return [ranks]
        }
    }

    private static func halves(_ values: [Int128]) -> [[Int64]] {
        [
            values.mapped { Int64(truncatingIfNeeded: $0 >> 64) },
            values.mapped { Int64(unsigned: UInt64(truncatingIfNeeded: $0)) },
        ]
    }
}

extension Int64 {
    /// In the order of unsigned words.
    fileprivate init(unsigned word: UInt64) {
        self.init(bitPattern: word ^ 1 << 63)
    }
}
