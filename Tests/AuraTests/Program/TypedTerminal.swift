import Foundation
import Glibc
import Synchronization
import Testing

/// A run of the built program at a terminal of its own, with somebody who types.
///
/// The pseudo-terminal is the one that controls the program, so that Ctrl-C is a signal to it.
final class TypedTerminal: Sendable {
    private let master: FileHandle
    private let process: Command
    private let screen = Mutex(Screen())

    /// What came to the terminal, and how much of it was looked at.
    private struct Screen {
        var bytes: [UInt8] = []
        var seen = 0
    }

    /// A system call that failed.
    struct Failure: Error {
        let code: Int32
    }

    /// The requests TIOCSPTLCK and TIOCGPTN of Linux.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// Starts the program with these words.
    init(
        _ arguments: [String], in folder: Folder, columns: UInt16 = 100,
        variables: [String: String] = [:]
    ) throws {
        let descriptor = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var lock: Int32 = 0
        var number: Int32 = 0
        guard descriptor >= 0,
            unsafe ioctl(descriptor, TypedTerminal.setLock, &lock) == 0,
            unsafe ioctl(descriptor, TypedTerminal.getNumber, &number) == 0
        else { throw Failure(code: errno) }
        var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(descriptor, UInt(TIOCSWINSZ), &size)
        master = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let path = "/dev/pts/\(number)"
        // The shell opens the terminal and leaves its place to a session that it controls.
        let script = "exec setsid --ctty --wait \"$0\" \"$@\" <\(path) >\(path) 2>&1"
        let all = ["TERM": "xterm", "NO_COLOR": "1"].merging(variables) { $1 }
        process = try Command(
            ["-c", script, Command.program.path] + arguments, in: folder, variables: all,
            executable: URL(filePath: "/bin/sh"))
    }

    /// Types a text; `\u{3}` is Ctrl-C.
    func type(_ text: String) {
        var bytes = Array(text.utf8)
        let count = unsafe write(master.fileDescriptor, &bytes, bytes.count)
        #expect(count == bytes.count)
    }

    /// What came to the terminal and was not looked at.
    var shown: String {
        receive()
        return screen.withLock { String(decoding: $0.bytes[$0.seen...], as: UTF8.self) }
    }

    /// Waits until a text is shown; later looks begin behind it.
    func shows(_ text: String, within limit: Duration = .seconds(60)) async throws -> Bool {
        try await eventually(within: limit) {
            receive()
            return screen.withLock { screen in
                guard let range = screen.bytes[screen.seen...].firstRange(of: Array(text.utf8))
                else { return false }
                screen.seen = range.upperBound
                return true
            }
        }
    }

    /// Types a line and waits until a text is shown behind it.
    func enter(_ line: String, _ text: String) async throws -> Bool {
        type(line + "\n")
        return try await shows(text)
    }

    /// Waits for its end.
    func status() async throws -> Int32 {
        try await process.status()
    }

    private func receive() {
        screen.withLock { screen in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = unsafe read(master.fileDescriptor, &buffer, buffer.count)
                guard count > 0 else { return }
                screen.bytes += buffer.prefix(count)
            }
        }
    }
}
