import AuraCore

/// Which hashes are in a set, with some that are not: a split-block Bloom filter.
///
/// A block of 256 bits for each hash, one bit in each of its eight words. Source: Putze, Sanders,
/// Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007, as laid out by Apache Parquet
/// (`BloomFilter.md`); of others about one in a hundred passes.
struct BloomFilter {
    /// Blocks of 32 bytes.
    let bytes: [UInt8]

    static let blockSize = 32
    private static let bitsPerHash = 10
    private static let salts: [UInt32] = [
        0x47B6_137B, 0x4497_4D91, 0x8824_AD5B, 0xA2B7_289D, 0x7054_95C7, 0x2DF1_424B, 0x9EFC_4947,
        0x5C6B_FB31,
    ]

    /// The filter of some hashes.
    init(_ hashes: [UInt64]) {
        let blocks = max(1, (hashes.count * BloomFilter.bitsPerHash + 255) / 256)
        var bytes = [UInt8](repeating: 0, count: blocks * BloomFilter.blockSize)
        for hash in hashes {
            let block = BloomFilter.block(of: hash, blocks) * BloomFilter.blockSize
            for word in 0..<8 {
                let bit = BloomFilter.bit(of: hash, word)
                bytes[block + word * 4 + bit >> 3] |= 1 << UInt8(bit & 7)
            }
        }
        self.bytes = bytes
    }

    /// Whether some blocks may have a hash; certain if they do not.
    static func mayHold(_ hash: UInt64, _ bytes: RawSpan) -> Bool {
        let block = block(of: hash, bytes.byteCount / blockSize) * blockSize
        return (0..<8).allSatisfy { word in
            let bits = bytes.load(block + word * 4, as: UInt32.self)
            return bits >> UInt32(bit(of: hash, word)) & 1 == 1
        }
    }

    /// By the high half of the hash.
    private static func block(of hash: UInt64, _ blocks: Int) -> Int {
        Int(((hash >> 32) &* UInt64(blocks)) >> 32)
    }

    /// By the low half: which bit of a word.
    private static func bit(of hash: UInt64, _ word: Int) -> Int {
        Int((UInt32(truncatingIfNeeded: hash) &* salts[word]) >> 27)
    }
}
