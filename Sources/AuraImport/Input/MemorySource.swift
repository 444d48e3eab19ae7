import AuraCore

/// Bytes in memory, handed out in blocks.
public struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    private let blockSize: Int
    private var place = 0

    /// Hands out at most `blockSize` bytes at once.
    public init(_ bytes: [UInt8], blockSize: Int = .max) {
        self.bytes = bytes
        self.blockSize = max(1, blockSize)
    }

    /// Copies the next block.
    public mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        let start = place
        let count = min(bytes.count - start, buffer.byteCount, blockSize)
        place += count
        let source = bytes.rawSpan.slice(start, count)
        unsafe buffer.withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        return count
    }
}
