import Foundation

/// An exclusive advisory lock on a file, which is created where missing and never removed.
///
/// The system releases it with the process, however that ends.
enum FileLock {
    /// Why a lock could not be had.
    struct Failure: Error {
        let reason: String
    }

    private static let pollSeconds: TimeInterval = 0.005

    /// Runs `body` while holding the lock.
    ///
    /// - Parameter patience: How many seconds to wait for another holder.
    /// - Throws: `Failure`, or what `body` throws.
    static func hold<Value>(
        _ path: String, patience: TimeInterval, _ body: () throws -> Value
    ) throws -> Value {
        let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot open \(path)") }
        defer { _ = close(descriptor) }
        let deadline = ContinuousClock.now + .seconds(patience)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw failure("cannot lock \(path)")
            }
            guard ContinuousClock.now < deadline else {
                throw Failure(reason: "\(path) is locked by another process")
            }
            Thread.sleep(forTimeInterval: pollSeconds)
        }
        return try body()
    }

    private static func failure(_ text: String) -> Failure {
        Failure(reason: "\(text): \(unsafe String(cString: strerror(errno)))")
    }
}
