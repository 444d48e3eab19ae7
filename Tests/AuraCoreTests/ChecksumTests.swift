import AuraCore
import Testing

@Suite struct ChecksumTests {
    /// The bytes that libxxhash's own sanity check hashes.
    private let sanity: [UInt8] = {
        var state: UInt64 = 2_654_435_761
        return (0..<2_243).map { _ in
            defer { state &*= 11_400_714_785_074_694_797 }
            return UInt8(state >> 56)
        }
    }()

    @Test func `hashes are those that libxxhash publishes`() {
        let expected: [(size: Int, hash: UInt64)] = [
            (0, 0x2D06_8005_38D3_94C2), (1, 0xC44B_DFF4_074E_ECDB), (6, 0x27B5_6A84_CD2D_7325),
            (12, 0xA713_DAF0_DFBB_77E7), (24, 0xA3FE_70BF_9D35_10EB), (48, 0x397D_A259_ECBA_1F11),
            (80, 0xBCDE_FBBB_2C47_C90A), (195, 0xCD94_217E_E362_EC3A), (403, 0xCDEB_804D_65C6_DEA4),
            (512, 0x617E_4959_9013_CB6B), (2_048, 0xDD59_E2C3_A5F0_38E0),
            (2_240, 0x6E73_A905_39CF_2948),
        ]
        for (size, hash) in expected {
            #expect(Checksum.hash64(sanity.rawSpan.slice(0, size)) == hash, "\(size) bytes")
            #expect(Checksum.hash32(sanity.rawSpan.slice(0, size)) == UInt32(hash & 0xFFFF_FFFF))
        }
        let empty = Checksum.hash128([UInt8]().rawSpan)
        #expect(empty == Hash128(low: 0x6001_C324_468D_497F, high: 0x99AA_06D3_0147_98D8))
        let one = Checksum.hash128(sanity.rawSpan.slice(0, 1))
        #expect(one == Hash128(low: 0xC44B_DFF4_074E_ECDB, high: 0xA6CD_5E93_9200_0F6A))
    }

    @Test func `the seed changes the hash`() {
        let seed: UInt64 = 0x9E37_79B1_85EB_CA8D
        #expect(Checksum.hash64(sanity.rawSpan.slice(0, 1), seed: seed) == 0x032B_E332_DD76_6EF8)
        #expect(Checksum.hash64(sanity.rawSpan.slice(0, 403), seed: seed) == 0x6259_F6EC_FD64_43FD)
        for size in 0...300 {
            let bytes = sanity.rawSpan.slice(0, size)
            #expect(Checksum.hash64(bytes, seed: 1) != Checksum.hash64(bytes))
        }
    }

    @Test func `alignment does not matter, every bit does`() {
        let bytes = Array(sanity[..<200])
        let hash = Checksum.hash64(bytes.rawSpan)
        for start in 1..<9 {
            let moved = [UInt8](repeating: 1, count: start) + bytes
            #expect(Checksum.hash64(moved.rawSpan.slice(start, 200)) == hash)
        }
        for bit in 0..<1_600 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Checksum.hash64(damaged.rawSpan) != hash)
            #expect(Checksum.hash32(damaged.rawSpan) != UInt32(truncatingIfNeeded: hash))
        }
    }
}
