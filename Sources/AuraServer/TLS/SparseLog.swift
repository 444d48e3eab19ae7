import NIOCore
import Synchronization

/// Lets one line through now and then, and counts those that it holds back.
final class SparseLog: Sendable {
    private struct State {
        var next: NIODeadline?
        var heldBack = 0
    }

    private let state = Mutex(State())
    private let interval: TimeAmount

    init(interval: TimeAmount) {
        self.interval = interval
    }

    /// How many lines were held back since the last one, if another may be written now; nil if not.
    func admit(now: NIODeadline) -> Int? {
        state.withLock { state in
            if let next = state.next, now < next {
                state.heldBack += 1
                return nil
            }
            defer { state = State(next: now + interval) }
            return state.heldBack
        }
    }
}
