import AuraCore
import AuraImport
import Glibc

/// Rows that gave no event: made when the first one comes, readable by the owner alone, for what
/// was refused may be what must not be seen.
///
/// One row a line: number of the line, what is wrong, the row as it was read. Tab-separated, or
/// NDJSON where the name ends in `.ndjson` or `.jsonl`.
final class RejectFile {
    let path: String
    private let isJSON: Bool
    private var descriptor: Int32 = -1
    private var buffer: [UInt8] = []
    /// Bytes of the file, those included that the run wrote that this one goes on for.
    private var written: Int64

    /// A file for the rows to come.
    ///
    /// - Parameter kept: Bytes of an earlier run that still count; what lies behind them is cut.
    init(_ path: String, kept: Int64) {
        self.path = path
        written = kept
        isJSON = path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl")
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Adds a row; it is in the file after `flush`.
    func add(_ row: RejectedRow) {
        let text = String(decoding: row.text, as: UTF8.self)
        if isJSON {
            let fields = [
                "\"line\":\(row.line)", "\"reason\":" + JSONEncoding.quoted(row.reason),
                "\"text\":" + JSONEncoding.quoted(text),
            ]
            buffer += Array("{\(fields.joined(separator: ","))}\n".utf8)
        } else {
            DelimitedForm(.tsv, null: "").append(
                [.count(UInt64(row.line)), .text(row.reason), .text(text)], to: &buffer)
        }
    }

    /// Writes what was added, and returns the size of the file.
    func flush() throws -> Int64 {
        guard !buffer.isEmpty else { return written }
        if descriptor < 0 { try open() }
        var start = 0
        while start < buffer.count {
            let count = unsafe buffer.withUnsafeBytes { bytes in
                unsafe write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure("write to") }
            start += count
        }
        written += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
        return written
    }

    private func open() throws {
        descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let end = descriptor < 0 ? -1 : lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw failure("make") }
        // What the earlier run wrote may have been cleared away since.
        written = min(written, Int64(end))
        // A device such as /dev/null cannot be cut, and never needs it.
        guard end == written || ftruncate(descriptor, off_t(written)) == 0,
            lseek(descriptor, off_t(written), SEEK_SET) >= 0
        else { throw failure("make") }
    }

    private func failure(_ operation: String) -> CommandFailure {
        CommandFailure(
            .failed,
            "cannot \(operation) the reject file \(path): \(unsafe String(cString: strerror(errno)))",
            hint: "name another one with --reject-file")
    }
}
