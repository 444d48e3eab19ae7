/// Distinct strings as bytes, each with a code: first come, first numbered.
///
/// Open addressing over one heap of bytes: no allocation per string, and lookup by bytes that need
/// not be a `String` (an importer's line, for one).
struct StringInterner: Sendable {
    private var heap: [UInt8] = []
    /// Start of each string in the heap, and the end of the last.
    private var starts: [Int] = [0]
    private var hashes: [UInt32] = []
    /// Code + 1, or 0 where free; the size is a power of two.
    private var slots: [UInt32]

    init() {
        slots = Array(repeating: 0, count: 256)
    }

    var count: Int { hashes.count }
    /// Bytes of all strings.
    var byteCount: Int { heap.count }

    /// The code of the string, which is added if it is new.
    mutating func intern(_ bytes: RawSpan) -> Int {
        let hash = Checksum.hash32(bytes)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let code = Int(slots[slot]) - 1
            if hashes[code] == hash, self[code].isEqual(bytes) { return code }
            slot = (slot + 1) & (slots.count - 1)
        }
        heap.append(bytes)
        starts.append(heap.count)
        hashes.append(hash)
        slots[slot] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    /// The bytes of the string of that code.
    subscript(code: Int) -> RawSpan {
        @_lifetime(borrow self) get {
            heap.rawSpan.slice(starts[code], starts[code + 1] - starts[code])
        }
    }

    /// Forgets the strings from that code on.
    ///
    /// What was added last goes first: no earlier string was ever searched past its slot.
    mutating func truncate(to count: Int) {
        while self.count > count {
            let code = self.count - 1
            var slot = Int(hashes[code]) & (slots.count - 1)
            while slots[slot] != UInt32(code + 1) { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = 0
            hashes.removeLast()
            starts.removeLast()
        }
        heap.removeLast(heap.count - starts[count])
    }

    /// Forgets all strings and keeps the memory.
    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        hashes.removeAll(keepingCapacity: true)
        for slot in slots.indices { slots[slot] = 0 }
    }

    /// The codes in ascending order of their strings, bytewise.
    ///
    /// Strings are compared by their first eight bytes as numbers; only where these are equal, which
    /// is seldom, are the bytes looked at.
    func sortedCodes() -> [Int] {
        var keys: [(prefix: UInt64, code: Int)] = []
        keys.reserveCapacity(count)
        for code in 0..<count { keys.append((prefix(of: code), code)) }
        keys.sort {
            $0.prefix != $1.prefix
                ? $0.prefix < $1.prefix : compareBytes(self[$0.code], self[$1.code]) < 0
        }
        return keys.map(\.code)
    }

    /// The first eight bytes, the first in the highest bits; zeros past the end.
    private func prefix(of code: Int) -> UInt64 {
        let bytes = self[code]
        if bytes.byteCount >= 8 { return bytes.load(0, as: UInt64.self).byteSwapped }
        var prefix: UInt64 = 0
        for index in 0..<bytes.byteCount {
            prefix |= UInt64(bytes.load(index, as: UInt8.self)) << UInt64(56 - index * 8)
        }
        return prefix
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (code, hash) in hashes.enumerated() {
            var slot = Int(hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(code + 1)
        }
    }
}
