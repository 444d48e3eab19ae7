import AuraCore
import AuraStorage

extension Vector {
    /// A hash of each stored value: the same for equal values, in every process.
    func hashes() -> [UInt64] {
        switch values {
        case .bools(let values): return values.mapped { Vector.hash($0 ? 1 : 0) }
        case .integers(let values): return values.mapped { Vector.hash(UInt64(bitPattern: $0)) }
        case .floats(let values):
            return values.mapped {
                Vector.hash($0 == 0 ? 0 : $0.isNaN ? Double.nan.bitPattern : $0.bitPattern)
            }
        case .wide(let values):
            return values.mapped {
                Vector.hash(UInt64(truncatingIfNeeded: $0)) ^ Vector.hash(
                    UInt64(truncatingIfNeeded: $0 >> 64)) &* 3
            }
        case .uuids(let values):
            return values.mapped { Vector.hash($0.high) ^ Vector.hash($0.low) &* 3 }
        case .intervals(let values):
            return values.mapped { Vector.hash(UInt64(truncatingIfNeeded: $0.comparable)) }
        case .texts(let codes, let table):
            let ofCode =
                table.count <= codes.count * 4
                ? (0..<table.count).map { table.withBytes(of: $0) { Checksum.hash64($0) } } : nil
            return codes.mapped { code in
                ofCode?[Int(code)] ?? table.withBytes(of: Int(code)) { Checksum.hash64($0) }
            }
        case .lists(let values):
            return values.map { Checksum.hash64(Array(Value.list($0).description.utf8).rawSpan) }
        }
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
    @inline(__always)
    private static func hash(_ word: UInt64) -> UInt64 {
        var mixed = word &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
