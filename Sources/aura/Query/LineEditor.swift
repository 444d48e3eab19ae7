import CEdit
import Glibc

/// Lines that a person types at a terminal, edited with libedit.
///
/// Used by one task, which waits in it.
@safe final class LineEditor {
    /// What was typed.
    enum Line: Hashable {
        case text(String)
        /// Ctrl-C.
        case interrupted
        /// Ctrl-D on an empty line.
        case end
    }

    /// What completes the text before the cursor.
    var completion: (String) -> Completion = { _ in Completion() }
    private var promptBytes: UnsafeMutablePointer<CChar>?
    private var wasInterrupted = false
    private let entries: OpaquePointer?
    private var line: OpaquePointer?

    /// An editor that knows some entries, the oldest first.
    init(_ history: [String]) {
        unsafe entries = unsafe edit_history(Int32(QueryHistory.limit))
        for entry in history { unsafe edit_remember(entries, entry) }
        // The editor ends with this object, which it therefore need not hold.
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe line = unsafe edit_begin(
            owner, { unsafe LineEditor.of($0)?.promptBytes },
            { line, _ in unsafe LineEditor.of(line)?.complete() ?? UInt8(CC_ERROR) },
            { line, _ in unsafe LineEditor.of(line)?.interrupt() ?? UInt8(CC_ERROR) }, entries)
    }

    deinit {
        unsafe line.map { unsafe el_end($0) }
        unsafe entries.map { unsafe history_end($0) }
        unsafe free(promptBytes)
    }

    private static func of(_ line: OpaquePointer?) -> LineEditor? {
        guard let line = unsafe line, let owner = unsafe edit_owner(line) else { return nil }
        return unsafe Unmanaged<LineEditor>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Waits for a line.
    func read(prompt: String) -> Line {
        guard let line = unsafe line else { return .end }
        unsafe free(promptBytes)
        unsafe promptBytes = unsafe strdup(prompt)
        wasInterrupted = false
        var count: Int32 = 0
        let text = unsafe edit_line(line, &count).map { unsafe String(cString: $0) }
        if wasInterrupted { return .interrupted }
        guard var text, count > 0 else { return .end }
        if text.hasSuffix("\n") { text.removeLast() }
        return .text(text)
    }

    /// Keeps an entry for the keys that go back.
    func remember(_ entry: String) {
        unsafe edit_remember(entries, entry)
    }

    private func interrupt() -> UInt8 {
        wasInterrupted = true
        return UInt8(CC_EOF)
    }

    private func complete() -> UInt8 {
        guard let info = unsafe el_line(line)?.pointee, let start = unsafe info.buffer,
            let cursor = unsafe info.cursor
        else { return UInt8(CC_ERROR) }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: cursor - start)
        let typed = unsafe String(
            decoding: UnsafeRawBufferPointer(bytes), as: UTF8.self)
        let found = completion(typed)
        if found.isEmpty { return UInt8(CC_ERROR) }
        unsafe el_deletestr(line, Int32(found.removed))
        if !found.inserted.isEmpty { unsafe el_insertstr(line, found.inserted) }
        guard !found.choices.isEmpty else { return UInt8(CC_REFRESH) }
        StandardOutput.write("\n" + Completion.columns(found.choices, width: Terminal.output.width))
        return UInt8(CC_REDISPLAY)
    }
}
