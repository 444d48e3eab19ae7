import CAura
import Dispatch
import Foundation

/// Work that nobody waits for, on a thread that gives way to those that somebody does wait for.
enum QuietThread {
    /// Runs `body` on a thread of its own, and returns when it has.
    ///
    /// Of its own, for a priority that was lowered cannot be raised again.
    static func run(_ body: @escaping @Sendable () -> Void) {
        let hasRun = DispatchSemaphore(value: 0)
        let thread = Thread {
            // Where the system refuses, it runs like any other.
            _ = aura_lower_priority()
            body()
            hasRun.signal()
        }
        thread.name = "aura.quiet"
        thread.start()
        hasRun.wait()
    }
}
