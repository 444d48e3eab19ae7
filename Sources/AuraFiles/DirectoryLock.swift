/// The use of a directory by one process that writes, or by several that read, held as long as the
/// value lives.
///
/// The lock lies on the file `LOCK` in the directory, which stays there when the lock is released:
/// whoever removes it lets a second process in.
public final class DirectoryLock: Sendable {
    /// The directory as it was named.
    public let directory: String
    private let held: any FileLock

    /// Takes the lock of a directory that exists.
    ///
    /// A shared one changes nothing there, so it is `.notFound` where nobody ever took another.
    /// - Throws: `.isLocked` with the path of the directory where another process or another value
    ///   of this process holds it; any other reason with the path of the lock file.
    public init(
        of directory: String, in fileSystem: any FileSystem, _ mode: FileLockMode = .exclusive
    ) throws(FileSystemError) {
        self.directory = directory
        do throws(FileSystemError) {
            held = try fileSystem.lock("\(directory)/LOCK", mode)
        } catch {
            guard error.reason == .isLocked else { throw error }
            throw FileSystemError(.lock, directory, .isLocked)
        }
    }
}
