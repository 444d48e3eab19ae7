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
    private static let leastCapacity = 4

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

    /// Adds the hash of a user, which is not 0, to a series.
    mutating func insert(user hash: UInt64, _ series: UInt32) {
        while true {
            if let table = table(of: series) {
                var words = words.mutableSpan
                if table.isSketch {
                    HyperLogLog.insert(hash, into: &words, at: table.offset)
                    return
                }
                var place = table.place(of: hash)
                while words[table.offset + place] != 0 {
                    if words[table.offset + place] == hash { return }
                    place = (place + 1) & (table.capacity - 1)
                }
                if !table.isFull {
                    words[table.offset + place] = hash
                    tables[Int(series)].count += 1
                    return
                }
            }
            makeRoom(forUsersOf: series)
        }
    }

    /// Adds to a bin of the histogram of a series.
    mutating func add(bin: UInt64, _ count: UInt64, _ series: UInt32) {
        while true {
            if let table = table(of: series) {
                var words = words.mutableSpan
                var place = table.place(of: bin)
                while words[table.offset + place] != 0 {
                    if words[table.offset + place] & Histogram.binMask == bin {
                        words[table.offset + place] &+= count << Histogram.binBits
                        return
                    }
                    place = (place + 1) & (table.capacity - 1)
                }
                if !table.isFull {
                    words[table.offset + place] = count << Histogram.binBits | bin
                    tables[Int(series)].count += 1
                    return
                }
            }
            makeRoom(series)
        }
    }

    /// Adds the users of a table of other series.
    mutating func merge(usersOf table: Table, in other: WordTables, _ series: UInt32) {
        guard table.isSketch else {
            for word in other.places(of: table) where word != 0 { insert(user: word, series) }
            return
        }
        let places = other.places(of: table)
        merge(sketch: places, series)
    }

    /// Adds the users that registers have seen.
    mutating func merge(sketch registers: ArraySlice<UInt64>, _ series: UInt32) {
        if self.table(of: series)?.isSketch != true { makeSketch(series) }
        let offset = tables[Int(series)].offset
        for (index, word) in registers.enumerated() {
            words[offset + index] = HyperLogLog.greater(words[offset + index], word)
        }
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
        while tables.count <= series { tables.append(Table()) }
        let old = tables[Int(series)]
        let hashes = places(of: old).filter { $0 != 0 }
        release(old)
        var new = takePlaces(HyperLogLog.words)
        new.isSketch = true
        tables[Int(series)] = new
        var words = words.mutableSpan
        for hash in hashes { HyperLogLog.insert(hash, into: &words, at: new.offset) }
    }

    /// Gives a series a table of twice the size.
    private mutating func makeRoom(_ series: UInt32) {
        while tables.count <= series { tables.append(Table()) }
        let old = tables[Int(series)]
        var new = takePlaces(max(WordTables.leastCapacity, old.capacity * 2))
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
            words.reserveCapacity(offset + offset / 4 + capacity)
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
