import Glibc

/// What a command answers.
///
/// Written at once and whole. A reader that has gone (`aura tail | head -1`) ends the process
/// quietly with status 141, as SIGPIPE would: the network library ignores that signal.
enum StandardOutput {
    static func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes UTF-8.
    static func write(_ text: [UInt8]) {
        writeAll(text, to: STDOUT_FILENO)
    }
}

/// What a command says beside its answer: progress, warnings, errors.
enum StandardError {
    static func write(_ text: String) {
        writeAll(Array(text.utf8), to: STDERR_FILENO)
    }
}

private func writeAll(_ text: [UInt8], to descriptor: Int32) {
    unsafe text.withUnsafeBytes { bytes in
        var start = 0
        while start < bytes.count {
            let count = unsafe write(
                descriptor, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
            if count > 0 {
                start += count
            } else if errno == EPIPE {
                _exit(ExitStatus.brokenPipe.rawValue)
            } else if errno == EAGAIN {
                waitUntilWritable(descriptor)
            } else if errno != EINTR {
                // A full disk or a closed descriptor: the answer is not whole.
                let reason = unsafe String(cString: strerror(errno))
                if descriptor != STDERR_FILENO {
                    StandardError.write(
                        "error: cannot write the answer: \(reason)\n"
                            + "hint: what was written is not whole\n")
                }
                _exit(ExitStatus.failed.rawValue)
            }
        }
    }
}

/// A terminal shared with another process may have been made non-blocking by it.
private func waitUntilWritable(_ descriptor: Int32) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&request, 1, -1)
}
