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
    func sortedCodes() -> [Int] {
        (0..<count).sorted { compareBytes(self[$0], self[$1]) < 0 }
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
