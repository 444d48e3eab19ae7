import AuraCore
import AuraStorage

/// The order of rows by some keys: equal rows keep theirs.
struct SortOrder {
    /// Each key as words whose order is that of the rows, the first key's first.
    private let words: [[Int64]]

    /// - Parameter columns: The values of the keys.
    init(_ columns: [Vector], _ keys: [SortKey]) {
        var words: [[Int64]] = []
        for (column, key) in zip(columns, keys) {
            let column = column.expanded
            if let valid = column.valid {
                words.append(valid.mapped { $0 == key.hasNullsFirst ? 1 : 0 })
            }
            for var part in column.orderWords() {
                if key.isDescending { for row in part.indices { part[row] = ~part[row] } }
                // What is behind a NULL has no order.
                if let valid = column.valid {
                    for row in part.indices where !valid[row] { part[row] = 0 }
                }
                words.append(part)
            }
        }
        self.words = words
    }

    /// The rows in order.
    ///
    /// - Parameter shouldStop: Asked now and then; once it says so, there is no order.
    /// - Throws: `.stopped`.
    func rows(count: Int, _ shouldStop: @escaping () -> Bool) throws(QueryFailure) -> [UInt32] {
        guard let first = words.first else { return (0..<UInt32(count)).map { $0 } }
        var keyed: [(key: Int64, row: UInt32)] = []
        keyed.reserveCapacity(count)
        for row in 0..<count { keyed.append((first[row], UInt32(row))) }
        var pulse = Pulse(shouldStop)
        let isAlone = words.count == 1
        do {
            try keyed.sort { left, right in
                try pulse.beat()
                if left.key != right.key { return left.key < right.key }
                return isAlone ? left.row < right.row : precedes(left.row, right.row, from: 1)
            }
        } catch { throw .stopped }
        return keyed.map(\.row)
    }

    /// The first rows in order, without an order of all.
    func rows(
        count: Int, upTo limit: Int, _ shouldStop: @escaping () -> Bool
    ) throws(QueryFailure) -> [UInt32] {
        guard limit < count / 4, limit > 0 else {
            return Array(try rows(count: count, shouldStop).prefix(limit))
        }
        var pulse = Pulse(shouldStop)
        // The greatest of those that are kept stands first: a heap.
        var heap: [UInt32] = []
        for row in 0..<UInt32(count) {
            try pulse.beat()
            if heap.count < limit {
                heap.append(row)
                var place = heap.count - 1
                while place > 0, precedes(heap[(place - 1) / 2], heap[place], from: 0) {
                    heap.swapAt(place, (place - 1) / 2)
                    place = (place - 1) / 2
                }
            } else if precedes(row, heap[0], from: 0) {
                heap[0] = row
                sink(&heap)
            }
        }
        return heap.sorted { precedes($0, $1, from: 0) }
    }

    private func sink(_ heap: inout [UInt32]) {
        var place = 0
        while true {
            var next = place * 2 + 1
            guard next < heap.count else { return }
            if next + 1 < heap.count, precedes(heap[next], heap[next + 1], from: 0) { next += 1 }
            guard precedes(heap[place], heap[next], from: 0) else { return }
            heap.swapAt(place, next)
            place = next
        }
    }

    @inline(__always)
    private func precedes(_ left: UInt32, _ right: UInt32, from start: Int) -> Bool {
        for part in words[start...] {
            let (a, b) = (part[Int(left)], part[Int(right)])
            if a != b { return a < b }
        }
        return left < right
    }

    /// Whether two rows have equal keys.
    func areEqual(_ left: Int, _ right: Int) -> Bool {
        words.allSatisfy { $0[left] == $0[right] }
    }
}

extension Vector {
    /// Words that are in the order of the values, the most significant first.
    fileprivate func orderWords() -> [[Int64]] {
        switch values {
        case .bools(let values): return [values.mapped { $0 ? 1 : 0 }]
        case .integers(let values): return [values]
        case .floats(let values): return [values.map(FloatOrder.word)]
        case .wide(let values): return Vector.halves(values)
        case .intervals(let values): return Vector.halves(values.map(\.comparable))
        case .uuids(let values):
            return [
                values.mapped { Int64(unsigned: $0.high) }, values.mapped { Int64(unsigned: $0.low) },
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
