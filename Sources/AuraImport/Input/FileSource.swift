#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An open file or pipe.
public struct FileSource: ByteSource {
    private let descriptor: Int32

    /// Reads from a descriptor, which stays the caller's to close.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Reads some bytes; an interrupted call is repeated.
    public mutating func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
        let descriptor = descriptor
        while true {
            let (count, code) = unsafe buffer.withUnsafeMutableBytes { bytes in
                let count = unsafe system_read(descriptor, bytes.baseAddress, bytes.count)
                return (count, count < 0 ? errno : 0)
            }
            if count >= 0 { return count }
            guard code == EINTR else { throw .system(errno: code) }
        }
    }

    /// Seeks where the file can, else reads on.
    public mutating func skip(_ count: Int64) throws(InputError) {
        let here = lseek(descriptor, 0, SEEK_CUR)
        let end = here < 0 ? -1 : lseek(descriptor, 0, SEEK_END)
        guard here >= 0, end >= 0 else { return try readOver(count) }
        let left = Int64(end - here)
        guard left >= count else { throw .endsEarly(missing: count - left) }
        guard lseek(descriptor, here + off_t(count), SEEK_SET) >= 0 else {
            throw .system(errno: errno)
        }
    }
}

/// `read(2)`; inside `FileSource` the name means the method.
private func system_read(
    _ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int
) -> Int {
    unsafe read(descriptor, bytes, count)
}
