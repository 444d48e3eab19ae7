import AuraCore
import CLZ4

/// LZ4 blocks (Collet, <https://lz4.org>, `lz4_Block_format.md` of liblz4 1.9).
enum Compression {
    /// Smaller blocks are left as they are.
    private static let smallest = 256

    /// The bytes compressed, if that saves at least an eighth: less is not worth the time that every
    /// reader spends.
    static func compress(_ bytes: RawSpan) -> [UInt8]? {
        let size = bytes.byteCount
        guard size >= smallest, size <= Int(LZ4_MAX_INPUT_SIZE),
            ForcedEncoding.active != .uncompressed
        else { return nil }
        let limit = size - size / 8
        let compressed = unsafe [UInt8](unsafeUninitializedCapacity: limit) { target, filled in
            unsafe bytes.withUnsafeBytes { source in
                let count = unsafe LZ4_compress_default(
                    source.bindMemory(to: CChar.self).baseAddress,
                    UnsafeMutableRawBufferPointer(target).bindMemory(to: CChar.self).baseAddress,
                    Int32(size), Int32(limit))
                filled = max(0, Int(count))
            }
        }
        return compressed.isEmpty ? nil : compressed
    }

    /// The bytes that were compressed; nil if there are not exactly `size` of them.
    static func decompress(_ bytes: RawSpan, size: Int) -> [UInt8]? {
        guard size > 0, size <= Int(LZ4_MAX_INPUT_SIZE), bytes.byteCount <= Int(Int32.max) else {
            return nil
        }
        let plain = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, filled in
            unsafe bytes.withUnsafeBytes { source in
                let count = unsafe LZ4_decompress_safe(
                    source.bindMemory(to: CChar.self).baseAddress,
                    UnsafeMutableRawBufferPointer(target).bindMemory(to: CChar.self).baseAddress,
                    Int32(bytes.byteCount), Int32(size))
                filled = max(0, Int(count))
            }
        }
        return plain.count == size ? plain : nil
    }
}
