import AuraCore

/// Distinct texts, each with a number: first come, first numbered.
///
/// A text may occur once for each `scope`. Hashes are seeded at random, so that no input can aim
/// many texts at one slot; numbers do not depend on the seed.
struct NameTable {
    private struct Entry {
        let hash: UInt64
        let scope: Int32
        let start: Int32
        let size: Int32
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// Number + 1, or 0 where free; the size is a power of two.
    private var slots = [Int32](repeating: 0, count: 64)
    private let seed = UInt64.random(in: .min ... .max) | 1

    var count: Int { entries.count }
    /// Bytes of all texts.
    var byteCount: Int { bytes.count }

    /// The number of a text; nil if it has none.
    @inline(__always)
    func find(_ text: RawSpan, in scope: Int32 = 0) -> Int? {
        let slot = slot(of: text, scope, hash(text, scope))
        return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
    }

    /// The number of a text, which is added if it is new.
    mutating func index(of text: RawSpan, in scope: Int32 = 0) -> Int {
        let hash = hash(text, scope)
        let slot = slot(of: text, scope, hash)
        return slots[slot] == 0
            ? add(text, scope, hash: hash, slot: slot) : Int(slots[slot]) - 1
    }

    /// Where a text stands, or would.
    @inline(__always)
    private func slot(of text: RawSpan, _ scope: Int32, _ hash: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if entry.hash == hash, entry.scope == scope,
                bytes.rawSpan.slice(Int(entry.start), Int(entry.size)).isEqual(text)
            {
                return slot
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// Whether a text is that of a number.
    func holds(_ text: RawSpan, at index: Int) -> Bool {
        let entry = entries[index]
        return Int(entry.size) == text.byteCount
            && bytes.rawSpan.slice(Int(entry.start), text.byteCount).isEqual(text)
    }

    mutating func removeAll() {
        entries.removeAll()
        bytes.removeAll()
        slots = [Int32](repeating: 0, count: 64)
    }

    @inline(never)
    private mutating func add(
        _ text: RawSpan, _ scope: Int32, hash: UInt64, slot: Int
    ) -> Int {
        entries.append(
            Entry(
                hash: hash, scope: scope, start: Int32(bytes.count), size: Int32(text.byteCount)))
        bytes.append(text)
        slots[slot] = Int32(entries.count)
        if entries.count * 2 > slots.count { grow() }
        return entries.count - 1
    }

    @inline(__always)
    private func hash(_ text: RawSpan, _ scope: Int32) -> UInt64 {
        let count = text.byteCount
        var hash = seed ^ UInt64(UInt32(bitPattern: scope)) ^ UInt64(count) << 32
        var place = 0
        while place &+ 8 < count {
            hash = mix(hash ^ text.word(place))
            place &+= 8
        }
        // The last eight bytes, some of them once more.
        return mix(hash ^ text.word(count < 8 ? 0 : count &- 8))
    }

    @inline(__always)
    private func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: seed)
        return product.high ^ product.low
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index + 1)
        }
    }
}
