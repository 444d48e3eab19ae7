/// Small hash tables of 64-bit words, one for each series, in one array.
///
/// A word is the hash of a user, or a histogram's bin with its count; 0 is an empty place. Tables
/// have a power of two of places, three quarters of them in use at most. One that grows moves, and
/// its old places wait for the next table of that size.
struct WordTables: Sendable {
    /// Where the table of a series lies.
    struct Table: Sendable {
        private let start: UInt32
        /// Places in use; of a sketch none.
        var count: UInt32 = 0
        /// The logarithm of the capacity; 0 where there is none.
        private let size: UInt8
        /// Whether the places are the registers of a `HyperLogLog`.
        var isSketch = false

        /// A table without places, or an empty one of a power of two of them.
        init(offset: Int = 0, capacity: Int = 0) {
            start = UInt32(offset)
            size = capacity == 0 ? 0 : UInt8(capacity.trailingZeroBitCount)
        }

        @inline(__always)
        var offset: Int { Int(start) }

        /// 0 where there is none.
        @inline(__always)
        var capacity: Int { size == 0 ? 0 : 1 &<< Int(size) }

        @inline(__always)
        var isFull: Bool { Int(count) * 4 >= capacity * 3 }

        @inline(__always)
        func place(of word: UInt64) -> Int {
            let mixed = (word & Histogram.binMask) &* 0x9E37_79B1
            return Int(truncatingIfNeeded: mixed &>> 14) & (capacity - 1)
        }
    }

    private(set) var words: [UInt64] = []
    /// By series.
    private(set) var tables: [Table] = []
    /// Offsets of places that are not in use, by the logarithm of how many they are.
    private var free: [[Int]] = []

    /// Users up to this number are known exactly: their table takes as much as a sketch.
    static let exactUsers = HyperLogLog.words / 4 * 3
    private static let leastCapacity = 8
    /// How many words there will probably be.
    private let expectedWords: Int

    /// - Parameter neighbour: Tables that probably hold as much.
    init(like neighbour: WordTables? = nil) {
        expectedWords = neighbour?.words.count ?? 0
    }

    /// Bytes of memory.
    var byteCount: Int {
        words.capacity * 8 + tables.capacity * MemoryLayout<Table>.stride
    }

    /// The table of a series, if it holds something.
    @inline(__always)
    func table(of series: UInt32) -> Table? {
        guard Int(series) < tables.count, tables[Int(series)].capacity > 0 else { return nil }
        return tables[Int(series)]
    }

    /// The places of a table.
    func places(of table: Table) -> ArraySlice<UInt64> {
        words[table.offset..<table.offset + table.capacity]
    }

    /// Adds hashes of users, none of them 0, each to its series.
    mutating func insert(users hashes: [UInt64], _ series: [UInt32]) {
        var row = 0
        while true {
            row = WordTables.fill(Users.self, hashes, series, from: row, &tables, &words)
            if row == hashes.count { return }
            makeRoom(forUsersOf: series[row])
        }
    }

    /// Adds hashes of users to one series; 0 is none.
    mutating func insert(users hashes: ArraySlice<UInt64>, _ series: UInt32) {
        var row = 0
        addTable(series)
        reserve(hashes.count, series)
        while true {
            row = WordTables.fill(
                Users.self, hashes, from: row, &tables[Int(series)], &words)
            if row == hashes.count { return }
            makeRoom(forUsersOf: series)
        }
    }

    /// Adds to bins of histograms, each to that of its series; a word is a bin and a number.
    mutating func add(bins added: [UInt64], _ series: [UInt32]) {
        var row = 0
        while true {
            row = WordTables.fill(Bins.self, added, series, from: row, &tables, &words)
            if row == added.count { return }
            makeRoom(series[row])
        }
    }

    /// Adds to bins of the histogram of one series; 0 is none.
    mutating func add(bins added: ArraySlice<UInt64>, _ series: UInt32) {
        var row = 0
        addTable(series)
        while true {
            row = WordTables.fill(Bins.self, added, from: row, &tables[Int(series)], &words)
            if row == added.count { return }
            makeRoom(series)
        }
    }

    /// Adds the users of a table of other series.
    mutating func merge(usersOf table: Table, in other: WordTables, _ series: UInt32) {
        let places = other.places(of: table)
        if table.isSketch {
            merge(sketch: places, series)
        } else {
            insert(users: places, series)
        }
    }

    /// Adds the users that registers have seen.
    mutating func merge(sketch registers: ArraySlice<UInt64>, _ series: UInt32) {
        if self.table(of: series)?.isSketch != true { makeSketch(series) }
        HyperLogLog.merge(registers, into: &words, at: tables[Int(series)].offset)
    }

    /// Adds the users of all other series to one.
    mutating func unite(into total: UInt32) {
        for series in tables.indices where series != total && tables[series].capacity > 0 {
            // A copy, for the words may move.
            let words = Array(places(of: tables[series]))
            if tables[series].isSketch {
                merge(sketch: words[...], total)
            } else {
                insert(users: words[...], total)
            }
        }
    }

    /// Gives a series a table, perhaps without places.
    private mutating func addTable(_ series: UInt32) {
        while tables.count <= series { tables.append(Table()) }
    }

    /// Gives a series that has no places as many as so many words will probably take, for a table
    /// that grows is filled anew.
    private mutating func reserve(_ count: Int, _ series: UInt32) {
        guard tables[Int(series)].capacity == 0, count > WordTables.leastCapacity else { return }
        var capacity = WordTables.leastCapacity
        while capacity * 4 < count * 3, capacity < HyperLogLog.words { capacity *= 2 }
        tables[Int(series)] = takePlaces(capacity)
    }

    /// A table of users that has as many places as a sketch becomes one.
    private mutating func makeRoom(forUsersOf series: UInt32) {
        if let table = table(of: series), table.capacity == HyperLogLog.words {
            makeSketch(series)
        } else {
            makeRoom(series)
        }
    }

    /// Gives a series a sketch of the users it has.
    private mutating func makeSketch(_ series: UInt32) {
        addTable(series)
        let old = tables[Int(series)]
        let hashes = places(of: old).filter { $0 != 0 }
        release(old)
        var new = takePlaces(HyperLogLog.words)
        new.isSketch = true
        tables[Int(series)] = new
        var words = words.mutableSpan
        for hash in hashes { HyperLogLog.insert(hash, into: &words, at: new.offset) }
    }

    /// Gives a series a larger table.
    private mutating func makeRoom(_ series: UInt32) {
        addTable(series)
        let old = tables[Int(series)]
        // Small tables grow fast: to fill them again costs more than the room. None grows past the
        // size of a sketch at once, for users become one there.
        let grown =
            old.capacity < HyperLogLog.words
            ? min(HyperLogLog.words, old.capacity * 4) : old.capacity * 2
        var new = takePlaces(max(WordTables.leastCapacity, grown))
        new.count = old.count
        for index in old.offset..<old.offset + old.capacity where words[index] != 0 {
            var place = new.place(of: words[index])
            while words[new.offset + place] != 0 { place = (place + 1) & (new.capacity - 1) }
            words[new.offset + place] = words[index]
        }
        release(old)
        tables[Int(series)] = new
    }

    /// That many empty places.
    private mutating func takePlaces(_ capacity: Int) -> Table {
        let size = capacity.trailingZeroBitCount
        if size < free.count, let offset = free[size].popLast() {
            return Table(offset: offset, capacity: capacity)
        }
        let offset = words.count
        if words.capacity < offset + capacity {
            words.reserveCapacity(max(offset + capacity, offset.grown(expecting: expectedWords)))
        }
        words.append(contentsOf: repeatElement(0, count: capacity))
        return Table(offset: offset, capacity: capacity)
    }

    private mutating func release(_ table: Table) {
        guard table.capacity > 0 else { return }
        for index in table.offset..<table.offset + table.capacity { words[index] = 0 }
        let size = table.capacity.trailingZeroBitCount
        while free.count <= size { free.append([]) }
        free[size].append(table.offset)
    }
}
