import Glibc

/// Small text files that a person writes: a configuration, an API key.
enum TextFile {
    /// More than any of them has.
    private static let limit = 1 << 20

    /// The text of a file of at most a mebibyte.
    static func read(_ path: String) throws(TextFileError) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TextFileError(code: errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var size = 0
        while size < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(
                    descriptor, $0.baseAddress.map { unsafe $0 + size }, $0.count - size)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TextFileError(code: errno) }
            if count == 0 { break }
            size += count
        }
        guard size <= limit else { throw TextFileError(reason: "more than \(limit) bytes") }
        guard let text = String(validating: bytes[..<size], as: UTF8.self) else {
            throw TextFileError(reason: "not UTF-8")
        }
        return text
    }
}

/// Why a small file cannot be read.
struct TextFileError: Error, Hashable {
    /// In a few words.
    let reason: String

    init(reason: String) {
        self.reason = reason
    }

    /// The system's words for an errno value.
    init(code: Int32) {
        reason = unsafe String(cString: strerror(code))
    }
}
