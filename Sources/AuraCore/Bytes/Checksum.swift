import CXXHash

/// The checksum of every format: XXH3 (Collet, <https://xxhash.com>, specification in
/// `xxhash_spec.md` of libxxhash 0.8).
///
/// 64 bits guard blocks, records and frames; the low 32 of them guard headers; 128 bits guard files
/// and chain groups. XXH3 finds damage, not malice.
public enum Checksum {
    /// XXH3-64 of the bytes.
    public static func hash64(_ bytes: RawSpan, seed: UInt64 = 0) -> UInt64 {
        unsafe bytes.withUnsafeBytes { unsafe aura_xxh3_64($0.baseAddress, $0.count, seed) }
    }

    /// The low 32 bits of XXH3-64.
    public static func hash32(_ bytes: RawSpan, seed: UInt64 = 0) -> UInt32 {
        UInt32(truncatingIfNeeded: hash64(bytes, seed: seed))
    }

    /// XXH3-128 of the bytes.
    public static func hash128(_ bytes: RawSpan) -> Hash128 {
        let hash = unsafe bytes.withUnsafeBytes { unsafe aura_xxh3_128($0.baseAddress, $0.count) }
        return Hash128(low: hash.low, high: hash.high)
    }
}

/// 128 bits of XXH3; stored as `low`, `high`, each little-endian.
public struct Hash128: Hashable, Sendable {
    /// The low 64 bits.
    public var low: UInt64
    /// The high 64 bits.
    public var high: UInt64

    /// A hash of two halves.
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The hash before the first: all zero.
    public static let zero = Hash128(low: 0, high: 0)
}
