/// Distinct strings as bytes, each with a code: first come, first numbered.
///
/// Open addressing over one heap of bytes: no allocation per string, and lookup by bytes that need
/// not be a `String` (an importer's line, for one). The hash has a secret seed, for strings come from
/// strangers, who must not be able to choose ones that meet in one slot. Codes do not depend on it.
public struct StringInterner: Sendable {
    private var heap: [UInt8] = []
    private var entries: [Entry] = []
    /// Code + 1, or 0 where free; the size is a power of two.
    private var slots: [UInt32]
    private let seed: UInt64

    private struct Entry: BitwiseCopyable {
        let hash: UInt32
        let size: UInt32
        let start: Int
    }

    /// None, with a seed of the process.
    public init() {
        self.init(seed: StringInterner.processSeed)
    }

    init(seed: UInt64) {
        slots = Array(repeating: 0, count: 256)
        self.seed = seed
    }

    /// What the standard library drew when the process began, to seed its own dictionaries.
    static let processSeed = UInt64(bitPattern: Int64(Hasher().finalize()))

    /// How many there are.
    public var count: Int { entries.count }
    /// Bytes of all strings.
    public var byteCount: Int { heap.count }

    /// The code of the string, which is added if it is new.
    public mutating func intern(_ bytes: RawSpan) -> Int {
        let hash = StringInterner.hash(bytes, seed: seed)
        let (slot, code) = find(bytes, hash)
        if let code { return code }
        entries.append(Entry(hash: hash, size: UInt32(bytes.byteCount), start: heap.count))
        heap.append(bytes)
        slots[slot] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return count - 1
    }

    /// The code of the string, nil if it has none.
    public func code(of bytes: RawSpan) -> Int? {
        find(bytes, StringInterner.hash(bytes, seed: seed)).code
    }

    /// The string's code, or nil and the free slot where it belongs.
    @inline(__always)
    private func find(_ bytes: RawSpan, _ hash: UInt32) -> (slot: Int, code: Int?) {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let code = Int(slots[slot]) - 1
            let entry = entries[code]
            if entry.hash == hash, Int(entry.size) == bytes.byteCount,
                heap.rawSpan.slice(entry.start, bytes.byteCount).isEqual(bytes)
            {
                return (slot, code)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (slot, nil)
    }

    /// A hash of the bytes.
    ///
    /// Most strings have at most 16 of them: their two words, multiplied, take a third of the time
    /// of a call of XXH3.
    @inline(__always)
    static func hash(_ bytes: RawSpan, seed: UInt64) -> UInt32 {
        let count = bytes.byteCount
        guard count >= 8, count <= 16 else { return Checksum.hash32(bytes, seed: seed) }
        let low = bytes.load(0, as: UInt64.self) ^ seed
        let high = bytes.load(count - 8, as: UInt64.self) ^ UInt64(count) &* 0xD6E8_FEB8_6659_FD93
        let product = low.multipliedFullWidth(by: high ^ seed.byteSwapped)
        let mixed = (product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    /// The bytes of the string of that code.
    public subscript(code: Int) -> RawSpan {
        @_lifetime(borrow self) get {
            heap.rawSpan.slice(entries[code].start, Int(entries[code].size))
        }
    }

    /// Forgets the strings from that code on.
    ///
    /// What was added last goes first: no earlier string was ever searched past its slot.
    mutating func truncate(to count: Int) {
        while let entry = entries.last, self.count > count {
            var slot = Int(entry.hash) & (slots.count - 1)
            while slots[slot] != UInt32(self.count) { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = 0
            entries.removeLast()
            heap.removeLast(heap.count - entry.start)
        }
    }

    /// Forgets all strings and keeps the memory.
    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        for slot in slots.indices { slots[slot] = 0 }
    }

    /// The codes in ascending order of their strings, bytewise.
    ///
    /// Strings are compared by their first eight bytes as numbers; only where these are equal, which
    /// is seldom, are the bytes looked at.
    public func sortedCodes() -> [Int] {
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
        for (code, entry) in entries.enumerated() {
            var slot = Int(entry.hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(code + 1)
        }
    }
}
