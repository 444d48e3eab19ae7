import NIOCore
import Synchronization

/// How many connections are open, and who waits for there to be none.
final class ConnectionCount: Sendable {
    private struct State: Sendable {
        var open = 0
        var lastID = 0
        var waiting: [EventLoopPromise<Void>] = []
    }

    private let state = Mutex(State())

    /// How many are open.
    var open: Int { state.withLock { $0.open } }

    /// Counts a new one: its number, and how many are open with it.
    func add() -> (id: Int, open: Int) {
        state.withLock { state in
            state.open += 1
            state.lastID += 1
            return (state.lastID, state.open)
        }
    }

    /// Counts one as closed.
    func remove() {
        let waiting = state.withLock { state in
            state.open -= 1
            guard state.open == 0 else { return [EventLoopPromise<Void>]() }
            defer { state.waiting = [] }
            return state.waiting
        }
        for promise in waiting { promise.succeed() }
    }

    /// Succeeds the promise when none is open.
    func whenNone(_ promise: EventLoopPromise<Void>) {
        let isNone = state.withLock { state in
            if state.open > 0 { state.waiting.append(promise) }
            return state.open == 0
        }
        if isNone { promise.succeed() }
    }
}
