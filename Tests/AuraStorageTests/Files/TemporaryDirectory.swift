import AuraStorage
import AuraTesting
import Foundation

/// A directory of the machine that goes with the value.
final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("aura-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("The temporary directory \(path) stays: \(error)")
        }
    }
}

/// The two file systems that have to behave alike.
enum Implementation: CaseIterable, Sendable {
    case posix, simulated

    /// Runs a test on an empty directory of the file system.
    func withDirectory<Result>(
        _ body: (_ fileSystem: any FileSystem, _ directory: String) throws -> Result
    ) throws -> Result {
        switch self {
        case .posix:
            let directory = try TemporaryDirectory()
            return try withExtendedLifetime(directory) {
                try body(PosixFileSystem(), directory.path)
            }
        case .simulated:
            let fileSystem = SimulatedFileSystem()
            try fileSystem.createDirectory("/store")
            return try body(fileSystem, "/store")
        }
    }
}

extension FileSystem {
    /// Creates a file with these bytes and syncs it, but not its name.
    @discardableResult
    func put(_ bytes: [UInt8], in path: String) throws(FileSystemError) -> any File {
        let file = try open(path, .create)
        try file.put(bytes, at: 0)
        try file.sync()
        return file
    }

    /// All bytes of a file.
    func bytes(of path: String) throws(FileSystemError) -> [UInt8] {
        let file = try open(path, .read)
        return try file.read(at: 0, count: Int(try file.size()))
    }
}

extension File {
    /// Writes an array.
    func put(_ bytes: [UInt8], at offset: Int64) throws(FileSystemError) {
        try unsafe write(bytes.span.bytes, at: offset)
    }
}
