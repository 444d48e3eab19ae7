import AuraImport
import Glibc

/// A file that is being read, or the standard input; closed when released.
final class InputFile {
    /// How messages call it.
    let name: String
    /// Bytes as they lie on the disk; nil for a pipe.
    let size: Int64?
    private let descriptor: Int32

    /// Stands for the standard input.
    static let standardInput = "-"

    /// Opens a file for reading.
    init(_ path: String) throws {
        name = path == InputFile.standardInput ? "standard input" : path
        descriptor =
            path == InputFile.standardInput ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        var information = stat()
        guard descriptor >= 0, unsafe fstat(descriptor, &information) == 0 else {
            throw InputFile.failure(path, errno)
        }
        if information.st_mode & S_IFMT == S_IFDIR { throw InputFile.failure(path, EISDIR) }
        size = information.st_mode & S_IFMT == S_IFREG ? Int64(information.st_size) : nil
    }

    deinit {
        if descriptor > STDIN_FILENO { close(descriptor) }
    }

    /// The bytes as they lie on the disk.
    var bytes: FileSource { FileSource(descriptor: descriptor) }

    /// How far the file was read, in bytes as they lie on the disk.
    var place: Int64? {
        guard size != nil else { return nil }
        let place = lseek(descriptor, 0, SEEK_CUR)
        return place < 0 ? nil : Int64(place)
    }

    private static func failure(_ path: String, _ code: Int32) -> CommandFailure {
        let reason = unsafe String(cString: strerror(code))
        return CommandFailure(
            .failed, "cannot read \(path): \(reason)",
            hint: code == ENOENT ? "check the path, or give '-' for the standard input" : nil)
    }
}
