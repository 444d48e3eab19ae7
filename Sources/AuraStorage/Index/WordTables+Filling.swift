/// The loops, which end where a table has no room for a word: the index of that word.
extension WordTables {
    static func insert(
        users hashes: [UInt64], _ series: [UInt32], from first: Int, _ tables: inout [Table],
        _ words: inout [UInt64]
    ) -> Int {
        let hashes = hashes.span
        let series = series.span
        var words = words.mutableSpan
        var tables = tables.mutableSpan
        for row in first..<hashes.count {
            let number = Int(series[row])
            guard number < tables.count,
                WordTables.insert(hashes[row], &tables[number], &words)
            else { return row }
        }
        return hashes.count
    }

    static func insert(
        users hashes: ArraySlice<UInt64>, from first: Int, _ table: inout Table,
        _ words: inout [UInt64]
    ) -> Int {
        let hashes = hashes.span
        var words = words.mutableSpan
        for row in first..<hashes.count where hashes[row] != 0 {
            guard WordTables.insert(hashes[row], &table, &words) else { return row }
        }
        return hashes.count
    }

    @inline(__always)
    private static func insert(
        _ hash: UInt64, _ table: inout Table, _ words: inout MutableSpan<UInt64>
    ) -> Bool {
        if table.isSketch {
            HyperLogLog.insert(hash, into: &words, at: table.offset)
            return true
        }
        guard table.capacity > 0 else { return false }
        var place = table.place(of: hash)
        while words[table.offset + place] != 0 {
            if words[table.offset + place] == hash { return true }
            place = (place + 1) & (table.capacity - 1)
        }
        if table.isFull { return false }
        words[table.offset + place] = hash
        table.count += 1
        return true
    }

    static func add(
        bins added: [UInt64], _ series: [UInt32], from first: Int, _ tables: inout [Table],
        _ words: inout [UInt64]
    ) -> Int {
        let added = added.span
        let series = series.span
        var words = words.mutableSpan
        var tables = tables.mutableSpan
        for row in first..<added.count {
            let number = Int(series[row])
            guard number < tables.count, WordTables.add(added[row], &tables[number], &words)
            else { return row }
        }
        return added.count
    }

    static func add(
        bins added: ArraySlice<UInt64>, from first: Int, _ table: inout Table,
        _ words: inout [UInt64]
    ) -> Int {
        let added = added.span
        var words = words.mutableSpan
        for row in first..<added.count where added[row] != 0 {
            guard WordTables.add(added[row], &table, &words) else { return row }
        }
        return added.count
    }

    @inline(__always)
    private static func add(
        _ word: UInt64, _ table: inout Table, _ words: inout MutableSpan<UInt64>
    ) -> Bool {
        guard table.capacity > 0 else { return false }
        let bin = word & Histogram.binMask
        var place = table.place(of: bin)
        while words[table.offset + place] != 0 {
            if words[table.offset + place] & Histogram.binMask == bin {
                words[table.offset + place] &+= word & ~Histogram.binMask
                return true
            }
            place = (place + 1) & (table.capacity - 1)
        }
        if table.isFull { return false }
        words[table.offset + place] = word
        table.count += 1
        return true
    }
}
