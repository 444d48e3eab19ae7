/// The loops, which end where a table has no room for a word: the index of that word.
extension WordTables {
    /// How a word is taken into a table that has places.
    protocol Filling {
        /// What of a word says which place it takes.
        static var mask: UInt64 { get }
        /// What becomes of the word in a place when another of the same mask comes.
        static func joined(_ word: UInt64, _ other: UInt64) -> UInt64
    }

    /// Hashes of users, each once.
    enum Users: Filling {
        static var mask: UInt64 { .max }

        @inline(__always)
        static func joined(_ word: UInt64, _ other: UInt64) -> UInt64 { word }
    }

    /// Bins of histograms, with how many values they hold.
    enum Bins: Filling {
        static var mask: UInt64 { Histogram.binMask }

        @inline(__always)
        static func joined(_ word: UInt64, _ other: UInt64) -> UInt64 {
            word &+ (other & ~Histogram.binMask)
        }
    }

    /// Words of many series, each with its own.
    @inline(__always)
    static func fill<Kind: Filling>(
        _: Kind.Type, _ added: [UInt64], _ series: [UInt32], from first: Int,
        _ tables: inout [Table], _ words: inout [UInt64]
    ) -> Int {
        let added = added.span
        let series = series.span
        var words = words.mutableSpan
        var tables = tables.mutableSpan
        for row in first..<added.count {
            let number = Int(series[row])
            guard number < tables.count else { return row }
            if tables[number].isSketch {
                HyperLogLog.insert(added[row], into: &words, at: tables[number].offset)
                continue
            }
            guard let isNew = put(Kind.self, added[row], tables[number], &words) else {
                return row
            }
            if isNew { tables[number].count += 1 }
        }
        return added.count
    }

    /// Words of one series; 0 is none.
    @inline(__always)
    static func fill<Kind: Filling>(
        _: Kind.Type, _ added: ArraySlice<UInt64>, from first: Int, _ table: inout Table,
        _ words: inout [UInt64]
    ) -> Int {
        let added = added.span
        var words = words.mutableSpan
        if table.isSketch {
            for row in first..<added.count where added[row] != 0 {
                HyperLogLog.insert(added[row], into: &words, at: table.offset)
            }
            return added.count
        }
        // A copy, which may stay in registers.
        var filling = table
        defer { table.count = filling.count }
        for row in first..<added.count where added[row] != 0 {
            guard let isNew = put(Kind.self, added[row], filling, &words) else { return row }
            if isNew { filling.count += 1 }
        }
        return added.count
    }

    /// Puts a word into a table; nil if it would be new and there is no room for it.
    @inline(__always)
    private static func put<Kind: Filling>(
        _: Kind.Type, _ word: UInt64, _ table: Table, _ words: inout MutableSpan<UInt64>
    ) -> Bool? {
        guard table.capacity > 0 else { return nil }
        var place = table.place(of: word)
        while true {
            let known = words[table.offset + place]
            if known == 0 { break }
            if (known ^ word) & Kind.mask == 0 {
                words[table.offset + place] = Kind.joined(known, word)
                return false
            }
            place = (place + 1) & (table.capacity - 1)
        }
        if table.isFull { return nil }
        words[table.offset + place] = word
        return true
    }
}
