#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The digest of RFC 1321, which tells texts apart and keeps no secret.
///
/// Source: Rivest, "The MD5 Message-Digest Algorithm", <https://www.rfc-editor.org/rfc/rfc1321>.
enum MD5 {
    /// The 16 bytes of the digest.
    static func digest(of text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        let bits = UInt64(bytes.count) * 8
        bytes.append(0x80)
        bytes += [UInt8](repeating: 0, count: (120 - bytes.count % 64) % 64)
        bytes += littleEndian(bits)
        var state = SIMD4<UInt32>(0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476)
        for start in stride(from: 0, to: bytes.count, by: 64) {
            let words = (0..<16).map { word in
                (0..<4).reduce(UInt32(0)) { sum, byte in
                    sum | UInt32(bytes[start + word * 4 + byte]) << UInt32(byte * 8)
                }
            }
            state &+= block(words, state)
        }
        return (0..<4).flatMap { littleEndian(state[$0]) }
    }

    private static let shifts: [[UInt32]] = [
        [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
    ]
    /// The first 32 bits of the fractions of sines.
    private static let sines = (1...64).map { UInt32(abs(sin(Double($0))) * 0x1p32) }

    private static func block(_ words: [UInt32], _ state: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for step in 0..<64 {
            let (mixed, word): (UInt32, Int) =
                switch step / 16 {
                case 0: (b & c | ~b & d, step)
                case 1: (d & b | ~d & c, 5 * step + 1)
                case 2: (b ^ c ^ d, 3 * step + 5)
                default: (c ^ (b | ~d), 7 * step)
                }
            let sum = a &+ mixed &+ sines[step] &+ words[word % 16]
            let shift = shifts[step / 16][step % 4]
            (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
        }
        return SIMD4(a, b, c, d)
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}
