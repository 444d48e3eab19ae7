import AuraClient
import Synchronization

/// Knows whether the server can be reached, from what the client says beside its calls.
///
/// The client itself waits for a server without a limit; a command has one.
final class ConnectionWatch: Sendable {
    private struct State {
        var hasConnected = false
        var lostSince: ContinuousClock.Instant? = .now
        /// Nil before the client has said why.
        var reason: String?
        var warnings: [String] = []
        var end: ClientError?
    }

    private let state = Mutex(State())

    /// Takes what the client says.
    func receive(_ notice: ClientNotice) {
        state.withLock { state in
            switch notice {
            case .connected:
                state.hasConnected = true
                state.lostSince = nil
            case .waiting(_, let reason):
                state.lostSince = state.lostSince ?? .now
                state.reason = reason
            case .warning, .privacy, .unrecorded, .undelivered, .lost, .spoolFailing:
                state.warnings.append(notice.description)
            case .exposedKey(let text): StandardError.write("warning: \(text)\n")
            case .spoolWorking: break
            case .stopped(let error): state.end = error
            }
        }
    }

    /// Why there is no connection; nil while there is one.
    var trouble: String? {
        state.withLock { $0.lostSince == nil ? nil : $0.reason }
    }

    /// Why a server that was there takes nothing for now, or is gone; nil while it takes.
    var refusal: String? {
        state.withLock { $0.hasConnected && $0.lostSince != nil ? $0.reason : nil }
    }

    /// Why the server takes nothing from this client; nil while it does.
    var end: ClientError? { state.withLock { $0.end } }

    /// What the server said of batches since the last call.
    func takeWarnings() -> [String] {
        state.withLock { state in
            let warnings = state.warnings
            state.warnings = []
            return warnings
        }
    }

    /// Returns when there has been no connection for too long.
    ///
    /// - Parameters:
    ///   - first: How long to wait for the first connection.
    ///   - later: How long to wait for another one.
    func waitUntilHopeless(first: Duration, later: Duration) async throws -> CommandFailure {
        while true {
            let failure = state.withLock { state -> CommandFailure? in
                let limit = state.hasConnected ? later : first
                guard let since = state.lostSince, since.duration(to: .now) >= limit,
                    let reason = state.reason
                else { return nil }
                return CommandFailure(
                    .cannotConnect, reason,
                    hint: state.hasConnected
                        ? "start the server and run this again"
                        : "start one with 'aura serve', or name another with --server")
            }
            if let failure { return failure }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
