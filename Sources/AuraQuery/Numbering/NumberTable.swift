import AuraCore

/// A key of a hash table: a few words of which every bit counts.
protocol TableKey: Equatable, BitwiseCopyable, Sendable {
    /// A hash whose high bits are well mixed.
    func mixed(_ seed: NumberTableSeed) -> UInt64
}

extension UInt64: TableKey {
    @inline(__always)
    func mixed(_ seed: NumberTableSeed) -> UInt64 {
        let product = (self ^ seed.first).multipliedFullWidth(by: seed.second)
        return product.high ^ product.low
    }
}

extension UInt128: TableKey {
    @inline(__always)
    func mixed(_ seed: NumberTableSeed) -> UInt64 {
        (_low.mixed(seed) &* 0x9E37_79B9_7F4A_7C15 ^ _high).mixed(seed)
    }
}

/// What makes the places of keys unknown to strangers, who choose many of them.
struct NumberTableSeed: Sendable {
    let first: UInt64
    /// Odd, with bits everywhere.
    let second: UInt64

    /// That of the process, drawn when it began.
    static let shared = {
        let first = UInt64(bitPattern: Int64(Hasher().finalize()))
        return NumberTableSeed(
            first: first, second: 0x9E37_79B9_7F4A_7C15 ^ (first.byteSwapped << 1) | 1)
    }()
}

/// Distinct keys, each with a number: first come, first numbered.
///
/// Open addressing with linear probing, at most half full.
struct NumberTable<Key: TableKey>: Sendable {
    /// By number.
    private(set) var keys: [Key] = []
    /// Number + 1, or 0 where free; the size is a power of two.
    private var slots: [UInt32]
    private var shift: UInt64
    private let seed = NumberTableSeed.shared

    init() {
        slots = Array(repeating: 0, count: 64)
        shift = 58
    }

    var count: Int { keys.count }

    /// The number of a key, which is added if it is new.
    @inline(__always)
    mutating func number(of key: Key) -> UInt32 {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.mixed(seed) >> shift)
        while true {
            let found = slots[slot & mask]
            if found == 0 { return add(key, slot & mask) }
            if keys[Int(found &- 1)] == key { return found &- 1 }
            slot &+= 1
        }
    }

    /// Keys that are looked up together.
    private static var blockSize: Int { 256 }
    /// A table of so many slots is greater than the processor's caches.
    private static var largeSize: Int { 1 << 20 }

    /// The number of each key plus 1, 0 where it is not valid; new ones are added, in their order.
    ///
    /// Of a large table first all slots of a block of keys are read, then all keys that these name, so that
    /// it is waited for once and not once for each key.
    mutating func numbers(of wanted: [Key], _ valid: [Bool]?) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: wanted.count)
        for start in stride(from: 0, to: wanted.count, by: Self.blockSize) {
            let block = start..<Swift.min(wanted.count, start + Self.blockSize)
            if slots.count >= Self.largeSize {
                guess(wanted.span.extracting(block), &numbers, start)
            }
            look(for: wanted.span.extracting(block), valid, &numbers, start)
        }
        guard let valid else { return numbers }
        return Columns.map(numbers, valid) { $1 ? $0 : 0 }
    }

    /// Writes the numbers plus 1 of those keys that are valid and have none yet.
    @inline(__always)
    private mutating func look(
        for wanted: Span<Key>, _ valid: [Bool]?, _ numbers: inout [UInt32], _ start: Int
    ) {
        var numbers = numbers.mutableSpan
        for index in wanted.indices where valid?[start &+ index] ?? true {
            let row = start &+ index
            if numbers[row] != 0 { continue }
            // Neighbours are often alike.
            let isSame =
                index > 0 && numbers[row &- 1] != 0 && wanted[index] == wanted[index &- 1]
            numbers[row] = isSame ? numbers[row &- 1] : number(of: wanted[index]) &+ 1
        }
    }

    /// Writes the numbers plus 1 of those keys that the first slot tells, and 0 for all others.
    private func guess(_ wanted: Span<Key>, _ numbers: inout [UInt32], _ start: Int) {
        let (slots, keys) = (slots.span, keys.span)
        var numbers = numbers.mutableSpan
        let mask = slots.count &- 1
        for index in wanted.indices {
            let slot = Int(truncatingIfNeeded: wanted[index].mixed(seed) >> shift) & mask
            numbers[start &+ index] = slots[slot]
        }
        for index in wanted.indices {
            let number = numbers[start &+ index]
            let isRight = keys[Int(Swift.max(number, 1) &- 1)] == wanted[index]
            numbers[start &+ index] = isRight ? number : 0
        }
    }

    /// The number of a key; nil if it has none.
    @inline(__always)
    func known(_ key: Key) -> UInt32? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.mixed(seed) >> shift)
        while true {
            let found = slots[slot & mask]
            if found == 0 { return nil }
            if keys[Int(found &- 1)] == key { return found &- 1 }
            slot &+= 1
        }
    }

    @inline(never)
    private mutating func add(_ key: Key, _ slot: Int) -> UInt32 {
        keys.append(key)
        slots[slot] = UInt32(keys.count)
        if keys.count * 2 > slots.count { grow() }
        return UInt32(keys.count - 1)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 4)
        shift -= 2
        let mask = slots.count - 1
        for (number, key) in keys.enumerated() {
            var slot = Int(truncatingIfNeeded: key.mixed(seed) >> shift)
            while slots[slot & mask] != 0 { slot &+= 1 }
            slots[slot & mask] = UInt32(number + 1)
        }
    }
}
