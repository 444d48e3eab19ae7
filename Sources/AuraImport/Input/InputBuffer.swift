import AuraCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The part of the input that is in memory: rows are taken off its front, blocks come to its end.
struct InputBuffer {
    private var source: any ByteSource
    private var bytes: [UInt8]
    private var start = 0
    private var end = 0
    /// Bytes of the (decompressed) input before the first unread one.
    private(set) var offset: Int64 = 0
    /// Whether the input has no more bytes than these.
    private(set) var isAtEnd = false

    init(_ source: any ByteSource, blockBytes: Int) {
        self.source = source
        bytes = Array(repeating: 0, count: blockBytes)
    }

    /// Moves over bytes of which none was read yet.
    mutating func skip(_ count: Int64) throws(InputError) {
        if count > 0 { try source.skip(count) }
        offset += count
    }

    /// The bytes that are there and not consumed.
    var unread: RawSpan {
        @_lifetime(borrow self) @inline(__always) get { bytes.rawSpan.slice(start, end - start) }
    }

    var unreadCount: Int { end - start }

    /// Moves over the first bytes.
    @inline(__always)
    mutating func consume(_ count: Int) {
        precondition(count <= end - start)
        start += count
        offset += Int64(count)
    }

    /// Reads another block; unread bytes keep their order and may move.
    mutating func fill() throws(InputError) {
        guard !isAtEnd else { return }
        if start > 0 {
            let count = end - start
            unsafe bytes.withUnsafeMutableBytes { all in
                if count > 0, let base = all.baseAddress {
                    unsafe memmove(base, base + start, count)
                }
            }
            start = 0
            end = count
        }
        if end == bytes.count {
            bytes.append(contentsOf: repeatElement(0, count: bytes.count))
        }
        let read = try source.read(into: &bytes, at: end..<bytes.count)
        end += read
        isAtEnd = read == 0
    }

    /// Reads on by at least a quarter of what is unread: who looks at all of it again each time
    /// looks at each byte a few times only, however small the source's pieces are.
    mutating func fillMore() throws(InputError) {
        try fill(atLeast: unreadCount + unreadCount / 4 + 1)
    }

    /// Reads until so many bytes are unread, or the input ends.
    mutating func fill(atLeast count: Int) throws(InputError) {
        while unreadCount < count, !isAtEnd { try fill() }
    }

    /// Bytes before the next line end, from an index of `unread` on; nil if none is there.
    @inline(__always)
    func lineEnd(from index: Int = 0) -> Int? {
        // memchr compares 32 bytes at once: 10 ns for a line of 240 bytes, words take 60.
        let start = start
        let count = end - start - index
        return unsafe bytes.withUnsafeBytes { all in
            guard count > 0, let base = all.baseAddress,
                let found = unsafe memchr(base + start + index, 0x0A, count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - (base + start)
        }
    }
}
