import Synchronization

/// When a query must have ended; the clock stands still while whoever asks takes rows.
final class QueryDeadline: Sendable {
    private struct State: Sendable {
        var end: ContinuousClock.Instant
        var pausedSince: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(in time: Duration) {
        state = Mutex(State(end: .now + time))
    }

    /// Whether the time is up.
    var isOver: Bool { state.withLock { ($0.pausedSince ?? .now) >= $0.end } }

    func pause() {
        state.withLock { $0.pausedSince = .now }
    }

    func goOn() {
        state.withLock { state in
            guard let since = state.pausedSince else { return }
            state.end += since.duration(to: .now)
            state.pausedSince = nil
        }
    }
}
