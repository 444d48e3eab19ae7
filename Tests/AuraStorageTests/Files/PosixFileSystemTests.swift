import AuraStorage
import AuraTesting
import Foundation
import Testing

/// What only the machine can show.
@Suite struct PosixFileSystemTests {
    @Test func `a full device refuses a write for want of space`() throws {
        let file = try PosixFileSystem().open("/dev/full", .update)
        #expect(throws: FileSystemError(.write, "/dev/full", .noSpace)) {
            try file.put([1], at: 0)
        }
    }

    @Test func `a sync that the device does not know throws`() throws {
        let file = try PosixFileSystem().open("/dev/null", .update)
        #expect(throws: FileSystemError(.sync, "/dev/null", .other(22))) { try file.sync() }
    }

    @Test func `files and directories are for their owner alone`() throws {
        let root = try TemporaryDirectory()
        let files = PosixFileSystem()
        try files.createDirectory("\(root.path)/a/b")
        try files.put([1], in: "\(root.path)/a/b/file")
        let lock = try files.lock("\(root.path)/a/LOCK")
        for (path, mode) in [("a", 0o700), ("a/b", 0o700), ("a/b/file", 0o600), ("a/LOCK", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: "\(root.path)/\(path)")
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
        withExtendedLifetime(lock) {}
    }

    @Test func `no descriptor survives an exec, and each is closed with its value`() throws {
        let root = try TemporaryDirectory()
        let files = PosixFileSystem()
        let path = "\(root.path)/file"
        var open: [any Sendable] = [
            try files.open(path, .create), try files.open(path, .read),
            try files.open(path, .update), try files.lock(path),
        ]
        let descriptors = try descriptors(of: path)
        #expect(descriptors.count == open.count)
        for descriptor in descriptors {
            let information = try String(
                contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
            let flags = try #require(
                information.split(separator: "\n").first { $0.hasPrefix("flags") })
            let bits = try #require(flags.split(separator: "\t").last.flatMap { Int($0, radix: 8) })
            #expect(bits & 0o2_000_000 != 0, "\(flags)")
        }
        open = []
        #expect(open.isEmpty)
        #expect(try self.descriptors(of: path).isEmpty)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")))
    func `another process is locked out and let in`() throws {
        let root = try TemporaryDirectory()
        let path = "\(root.path)/LOCK"
        var lock: (any FileLock)? = try PosixFileSystem().lock(path)
        #expect(try status(of: "/usr/bin/flock", ["-n", path, "true"]) == 1)
        #expect(lock != nil)
        lock = nil
        #expect(try status(of: "/usr/bin/flock", ["-n", path, "true"]) == 0)
    }

    @Test func `a megabyte and more goes out and comes back`() throws {
        let root = try TemporaryDirectory()
        var random = SeededRandom(seed: 1)
        var bytes = random.bytes(10_007)
        while bytes.count < 3_000_000 { bytes += bytes }
        let file = try PosixFileSystem().put(bytes, in: "\(root.path)/file")
        #expect(try file.read(at: 0, count: 9_000_000) == bytes)
        #expect(
            try file.read(at: 1_000_000, count: 1_500_000) == [UInt8](bytes[1_000_000..<2_500_000]))
    }

    private func descriptors(of path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/\(name)")
            return target == path
        }
    }

    private func status(of program: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
