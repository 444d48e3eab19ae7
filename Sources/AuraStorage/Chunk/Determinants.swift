import AuraCore

/// Columns of a chunk that others may be functions of, nearly: a session has one user, a user mostly
/// one address.
///
/// Of these the code of every row is kept while the chunk is written; a column that follows is
/// compared with them, by the rows of a sample of their codes.
struct Determinants {
    /// A column with a dictionary, in which every row has a value.
    struct Determinant {
        let column: Int
        /// Entries of its dictionary.
        let count: Int
        /// Its code by position.
        let codes: [UInt32]
    }

    private var all: [Determinant] = []

    /// How many are kept.
    private static let most = 2
    /// Entries that a dictionary may have, so that readers can keep what is derived from it in memory.
    static let mostEntries = 1 << 20
    private static let fewestEntries = 16

    /// Whether a column of so many distinct values may become one.
    func mayTake(_ column: ScatteredColumn, distinct count: Int) -> Bool {
        all.count < Determinants.most && column.isDense && count >= Determinants.fewestEntries
            && count <= min(Determinants.mostEntries, column.values.count / 2)
    }

    /// Keeps the column for those that follow, if it may become one.
    mutating func consider(_ column: ScatteredColumn, _ number: Int) {
        guard let count = column.dictionary?.count, mayTake(column, distinct: count) else { return }
        all.append(
            Determinant(
                column: number, count: count,
                codes: column.values.map { UInt32(truncatingIfNeeded: $0) }))
    }

    /// The map from the determinant that saves most; nil if none saves an eighth.
    func map(to column: ScatteredColumn) -> DerivedMap? {
        let width = column.width
        var best: Determinant?
        var bestCost = Int.max
        for determinant in all {
            let sample = DerivedMap(
                from: determinant, to: column, sampling: determinant.count < 4_096 ? 1 : 64)
            let plain = sample.rows * width
            let cost =
                determinant.count / sample.sampling * width
                + sample.exceptions(of: column) * (width + 8)
            if plain > 0, cost * 8 <= plain * 7, cost < bestCost {
                best = determinant
                bestCost = cost
            }
        }
        return best.map { DerivedMap(from: $0, to: column, sampling: 1) }
    }
}

/// For each entry of a determinant's dictionary the value that most of its rows have in a column.
struct DerivedMap {
    let determinant: Determinants.Determinant
    /// By code of the determinant.
    private(set) var values: [Int64]
    /// Rows that were looked at.
    private(set) var rows = 0
    /// One in so many codes is looked at.
    let sampling: Int

    /// The majority of each code's values (Boyer, Moore, "MJRTY", 1981): one pass, and where no value
    /// has a majority any of them.
    init(
        from determinant: Determinants.Determinant, to column: ScatteredColumn, sampling: Int
    ) {
        self.determinant = determinant
        self.sampling = sampling
        values = Array(repeating: 0, count: determinant.count)
        var votes = [Int32](repeating: 0, count: determinant.count)
        var winners = values.mutableSpan
        var voteOf = votes.mutableSpan
        let codes = determinant.codes.span
        let source = column.values.span
        let presence = column.presence.span
        let isDense = column.isDense
        var rows = 0
        for position in codes.indices {
            guard DerivedMap.isSampled(codes[position], sampling),
                isDense || presence[position] != 0
            else { continue }
            let code = Int(codes[position])
            let value = source[position]
            rows &+= 1
            if voteOf[code] == 0 {
                winners[code] = value
                voteOf[code] = 1
            } else {
                let vote = voteOf[code]
                voteOf[code] = winners[code] == value ? vote &+ 1 : vote &- 1
            }
        }
        self.rows = rows
    }

    @inline(__always)
    private static func isSampled(_ code: UInt32, _ sampling: Int) -> Bool {
        sampling == 1 || (code &* 0x9E37_79B1) >> 26 == 0
    }

    /// How many of the rows that were looked at have another value.
    func exceptions(of column: ScatteredColumn) -> Int {
        let codes = determinant.codes.span
        let source = column.values.span
        let presence = column.presence.span
        let values = values.span
        let isDense = column.isDense
        var count = 0
        for position in codes.indices {
            guard DerivedMap.isSampled(codes[position], sampling),
                isDense || presence[position] != 0
            else { continue }
            count &+= values[Int(codes[position])] == source[position] ? 0 : 1
        }
        return count
    }

    /// The block of those of these rows that have a value; nil if too many are exceptions.
    func block(_ column: ScatteredColumn, _ range: Range<Int>, count: Int) -> BlockContent? {
        var places: [Int64] = []
        var exceptions: [Int64] = []
        var place: Int64 = 0
        for position in range where column.isDense || column.presence[position] != 0 {
            let value = column.values[position]
            if values[Int(determinant.codes[position])] != value {
                places.append(place)
                exceptions.append(value)
            }
            place += 1
        }
        if exceptions.count * 2 > count { return nil }
        return BlockContent(
            derivedFrom: determinant.column, count: count, places: places, values: exceptions)
    }
}
