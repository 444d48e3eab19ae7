import AuraCore

/// A number for each of some rows: of the value it has, or of the group it belongs to.
struct RowNumbers: Sendable {
    /// Rows.
    let count: Int
    /// One for each row, or one that all have.
    let stored: [UInt32]
    let isConstant: Bool

    init(_ numbers: [UInt32]) {
        stored = numbers
        count = numbers.count
        isConstant = false
    }

    /// `count` rows of one number.
    init(_ number: UInt32, count: Int) {
        stored = [number]
        self.count = count
        isConstant = true
    }

    @inline(__always)
    subscript(_ row: Int) -> Int { Int(stored[isConstant ? 0 : row]) }

    /// One for each row.
    var expanded: [UInt32] {
        isConstant ? [UInt32](repeating: stored[0], count: count) : stored
    }

    /// Other numbers in the place of these.
    @inline(__always)
    func map(_ body: (UInt32) -> UInt32) -> RowNumbers {
        isConstant ? RowNumbers(body(stored[0]), count: count) : RowNumbers(stored.mapped(body))
    }

    /// Those of some rows.
    func rows(_ rows: [UInt32]) -> RowNumbers {
        isConstant
            ? RowNumbers(stored[0], count: rows.count)
            : RowNumbers(stored.at(rows))
    }
}
