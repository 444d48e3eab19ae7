/// How many different users there are in several buckets together.
package struct UserSet: Sendable {
    /// More users than these are estimated, however exactly each bucket knows its own.
    static let exactLimit = 100_000

    private var hashes: [UInt64] = []
    private var exactCount = 0
    private var sketch: [UInt64] = []

    /// Nobody.
    package init() {}

    /// Whether the count is exact, but for hashes of 64 bits that collide.
    package var isExact: Bool { sketch.isEmpty }

    /// The number of users; its standard error is 1.6 % where it is not exact.
    package var count: Double {
        isExact ? Double(exactCount) : HyperLogLog.estimate(sketch[...])
    }

    /// Adds the hash of a user.
    package mutating func insert(_ hash: UInt64) {
        if !sketch.isEmpty {
            var words = sketch.mutableSpan
            HyperLogLog.insert(hash, into: &words, at: 0)
            return
        }
        if exactCount * 2 >= hashes.count { grow() }
        if place(hash) {
            exactCount += 1
            if exactCount > UserSet.exactLimit { becomeSketch() }
        }
    }

    /// Adds hashes of users.
    mutating func insert(_ hashes: [UInt64]) {
        var row = 0
        while row < hashes.count, isExact {
            insert(hashes[row])
            row += 1
        }
        if row == hashes.count { return }
        let hashes = hashes.span
        var words = sketch.mutableSpan
        for row in row..<hashes.count { HyperLogLog.insert(hashes[row], into: &words, at: 0) }
    }

    mutating func merge(_ table: WordTables.Table, in tables: WordTables) {
        let places = tables.places(of: table)
        guard table.isSketch else {
            for word in places where word != 0 { insert(word) }
            return
        }
        merge(sketch: places)
    }

    /// Adds what all registers of a sketch have seen.
    mutating func merge(sketch words: ArraySlice<UInt64>) {
        if sketch.isEmpty { becomeSketch() }
        HyperLogLog.merge(words, into: &sketch, at: 0)
    }

    /// Adds what some registers have seen: the rank in the lowest byte, the register's number above.
    mutating func merge(registers: [UInt32]) {
        if sketch.isEmpty { becomeSketch() }
        var words = sketch.mutableSpan
        for register in registers {
            let word = Int(register >> 11)
            let shift = UInt64(register >> 8 & 7) * 8
            let rank = UInt64(register & 0xFF)
            if words[word] >> shift & 0xFF < rank {
                words[word] = words[word] & ~(0xFF << shift) | rank << shift
            }
        }
    }

    /// Puts a hash in its place; false if it is there already.
    @inline(__always)
    private mutating func place(_ hash: UInt64) -> Bool {
        var hashes = hashes.mutableSpan
        let mask = hashes.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while hashes[place] != 0 {
            if hashes[place] == hash { return false }
            place = (place + 1) & mask
        }
        hashes[place] = hash
        return true
    }

    private mutating func grow() {
        let old = hashes
        hashes = Array(repeating: 0, count: max(16, old.count * 2))
        for hash in old where hash != 0 { _ = place(hash) }
    }

    private mutating func becomeSketch() {
        sketch = Array(repeating: 0, count: HyperLogLog.words)
        let known = hashes
        hashes = []
        var words = sketch.mutableSpan
        for hash in known where hash != 0 { HyperLogLog.insert(hash, into: &words, at: 0) }
    }
}
