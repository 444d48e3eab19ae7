import Foundation
import Glibc

/// What was typed into the shell, in a file that only its user can read: one entry a line.
///
/// Several shells may add to it at a time. A file that cannot be read or written costs the history,
/// never the shell. A line that begins with a blank is not kept, and of all others what `keeping` says.
struct QueryHistory {
    /// Entries that are read.
    static let limit = 1_000
    /// What of entries goes into the file; `AURA_HISTORY` says it at first.
    var keeping: HistoryKeeping
    private let path: String?

    /// The history of the user: `$XDG_STATE_HOME/aura/history`.
    init(_ variables: [String: String] = ProcessInfo.processInfo.environment) {
        let state =
            nonEmpty(variables["XDG_STATE_HOME"])
            ?? nonEmpty(variables["HOME"]).map { "\($0)/.local/state" }
        path = state.map { "\($0)/aura/history" }
        keeping = variables["AURA_HISTORY"].flatMap(HistoryKeeping.init) ?? .redacted
    }

    /// The last entries, the oldest first; a file of far more is cut to them.
    func entries() -> [String] {
        guard let path, let data = FileManager.default.contents(atPath: path) else { return [] }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let last = lines.suffix(QueryHistory.limit)
        if lines.count > 2 * QueryHistory.limit {
            write(last.joined(separator: "\n") + "\n", O_TRUNC)
        }
        return last.map { QueryHistory.entry(String($0)) }
    }

    /// Adds an entry.
    ///
    /// - Parameter names: Those of the events.
    func add(_ entry: String, _ names: EventNames) {
        guard !entry.hasPrefix(" "), let kept = keeping.kept(entry, names) else { return }
        write(QueryHistory.line(kept) + "\n", O_APPEND)
    }

    private func write(_ text: String, _ flag: Int32) {
        guard let path else { return }
        let directory = URL(filePath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o600)
            guard descriptor >= 0 else { return }
            // Also one that was there before, with more rights.
            fchmod(descriptor, 0o600)
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                .write(contentsOf: Data(text.utf8))
        } catch {
            return
        }
    }

    /// An entry as a line: `\n` for a line's end, `\\` for a backslash.
    static func line(_ entry: String) -> String {
        entry.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    /// The entry of a line.
    static func entry(_ line: String) -> String {
        var entry = ""
        var isEscaped = false
        for character in line {
            if isEscaped {
                entry.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                entry.append(character)
            }
        }
        return entry
    }
}
