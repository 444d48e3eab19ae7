@testable import AuraFiles
import Testing

@Suite struct FileSystemErrorTests {
    @Test func `an errno value has one reason`() {
        let reasons: [(Int32, FileSystemError.Reason)] = [
            (2, .notFound), (17, .alreadyExists), (28, .noSpace), (122, .noSpace),
            (13, .permissionDenied), (1, .permissionDenied), (30, .readOnly), (5, .other(5)),
            (21, .other(21)),
        ]
        for (code, reason) in reasons {
            #expect(FileSystemError(.write, "p", errno: code).reason == reason)
        }
        #expect(FileSystemError(.lock, "p", errno: 11).reason == .isLocked)
        #expect(FileSystemError(.read, "p", errno: 11).reason == .other(11))
    }

    @Test func `a description says operation, path, reason and remedy`() {
        let descriptions: [(FileSystemError, String)] = [
            (
                FileSystemError(.write, "/data/wal/1", .noSpace),
                "cannot write to /data/wal/1: no space is left, or a quota or limit is reached; "
                    + "free space on that file system, or raise the quota or the limit (ulimit -f)"
            ),
            (
                FileSystemError(.sync, "/data/wal/1", .other(5)),
                "cannot make durable /data/wal/1: Input/output error (errno 5); "
                    + "look for disk errors in the kernel log and check the disk"
            ),
            (
                FileSystemError(.open, "/data/x", .notFound),
                "cannot open /data/x: no such file or directory"
            ),
            (
                FileSystemError(.open, "/data/x", .other(24)),
                "cannot open /data/x: Too many open files (errno 24); "
                    + "raise the limit of open files of the process (ulimit -n)"
            ),
            (
                FileSystemError(.syncDirectory, "/data", .readOnly),
                "cannot make durable the names in /data: the file system is read-only; "
                    + "look for disk errors in the kernel log, then mount it for writing"
            ),
        ]
        for (error, description) in descriptions { #expect("\(error)" == description) }
    }
}
