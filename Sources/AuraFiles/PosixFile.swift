import AuraCore
import CAura
import Glibc

/// An open descriptor of a file; positioned calls only, so it has no place of its own.
final class PosixFile: File {
    private let descriptor: Int32
    private let path: String

    /// Takes over the descriptor, which is closed with the object.
    init(owning descriptor: Int32, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        // Never repeated: Linux gives the descriptor back even where close is interrupted.
        close(descriptor)
    }

    func size() throws(FileSystemError) -> Int64 {
        var information = stat()
        guard unsafe fstat(descriptor, &information) == 0 else {
            throw FileSystemError(.size, path, errno: errno)
        }
        return Int64(information.st_size)
    }

    func read(at offset: Int64, count: Int) throws(FileSystemError) -> [UInt8] {
        precondition(count >= 0, "A count of bytes is negative")
        let capacity = try capacity(at: offset, count: count)
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
            while filled < capacity {
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled..<capacity])
                let step = unsafe pread(
                    descriptor, rest.baseAddress, rest.count, off_t(offset) + filled)
                if step == 0 { return }
                if step > 0 {
                    filled += step
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if failure != 0 { throw FileSystemError(.read, path, errno: failure) }
        return bytes
    }

    func write(_ bytes: RawSpan, at offset: Int64) throws(FileSystemError) {
        let failure = unsafe bytes.withUnsafeBytes { unsafe writeInPieces($0, at: offset) }
        if failure != 0 { throw FileSystemError(.write, path, errno: failure) }
    }

    /// Writes past the page cache where the file system can: copying zeros into it costs more than
    /// everything else that a log segment takes.
    func writeZeros(_ count: Int, at offset: Int64) throws(FileSystemError) {
        var failure = EINVAL
        if aura_set_direct(descriptor, true) {
            failure = unsafe writeAll(PosixFile.zeros, count, at: offset)
            guard aura_set_direct(descriptor, false) else {
                throw FileSystemError(.write, path, errno: errno)
            }
        }
        // As other file systems answer, or where place and size are not what the device wants.
        if failure == EINVAL { failure = unsafe writeAll(PosixFile.zeros, count, at: offset) }
        if failure != 0 { throw FileSystemError(.write, path, errno: failure) }
    }

    /// The zero page again and again: memory that is only read costs none.
    // Set once, never written to, and never given back.
    nonisolated(unsafe) private static let zeros: UnsafeRawBufferPointer = {
        let size = 1 << 20
        let pages = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard unsafe pages != MAP_FAILED else { preconditionFailure("no address space is left") }
        return unsafe UnsafeRawBufferPointer(start: pages, count: size)
    }()

    /// Writes the buffer again and again, `count` bytes in all; returns 0, or the errno value.
    private func writeAll(
        _ buffer: UnsafeRawBufferPointer, _ count: Int, at offset: Int64
    ) -> Int32 {
        var written = 0
        while written < count {
            let size = min(buffer.count, count - written)
            let piece = unsafe UnsafeRawBufferPointer(rebasing: buffer[..<size])
            let failure = unsafe writeAll(piece, at: offset + Int64(written))
            if failure != 0 { return failure }
            written += size
        }
        return 0
    }

    /// Writes the buffer; returns 0, or the errno value.
    ///
    /// Of a large one each piece is on its way to the disk before the next is written: all at once,
    /// with its sync, would keep the syncs of other files waiting.
    private func writeInPieces(_ buffer: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        let size = 256 << 10
        if buffer.count < size { return unsafe writeAll(buffer, at: offset) }
        for start in stride(from: 0, to: buffer.count, by: size) {
            let end = min(buffer.count, start + size)
            let piece = unsafe UnsafeRawBufferPointer(rebasing: buffer[start..<end])
            let place = offset + Int64(start)
            let failure = unsafe writeAll(piece, at: place)
            if failure != 0 { return failure }
            aura_start_writing(descriptor, place, Int64(piece.count))
        }
        return 0
    }

    /// Writes the buffer; returns 0, or the errno value.
    private func writeAll(_ buffer: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
        var written = 0
        while written < buffer.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
            let step = unsafe pwrite(
                descriptor, rest.baseAddress, rest.count, off_t(offset) + written)
            if step > 0 {
                written += step
            } else if step == 0 {
                return EIO
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }

    func sync() throws(FileSystemError) {
        // Not repeated even after EINTR: a write-back error that the kernel has reported once is
        // forgotten, and a second call would succeed over lost pages.
        guard fdatasync(descriptor) == 0 else {
            throw FileSystemError(.sync, path, errno: errno)
        }
    }

    /// The memory to set aside for a read.
    ///
    /// What the file cannot hold is not asked for, so that a damaged length costs no memory. Small
    /// reads skip the question.
    private func capacity(at offset: Int64, count: Int) throws(FileSystemError) -> Int {
        if count <= 1 << 20 { return count }
        return min(count, Int(max(0, try size() - max(0, offset))))
    }
}

/// A descriptor that holds a `flock`, which ends with it.
final class PosixFileLock: FileLock {
    let descriptor: Int32

    /// Takes over the descriptor, which is closed with the object.
    init(owning descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
