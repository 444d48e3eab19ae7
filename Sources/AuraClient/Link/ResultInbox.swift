import AuraWire
import NIOCore
import Synchronization

/// Frames of the answer to a statement between the link and whoever reads them.
final class ResultInbox: Sendable {
    /// A frame, and the bytes of its payload, for which the server wants credit back.
    struct Part: Sendable {
        let rows: QueryRows
        let size: Int
    }

    private struct State {
        var parts = CircularBuffer<Part>()
        /// Whether the last frame came.
        var isWhole = false
        var error: ClientError?
        /// Whether the reader has frames that it cannot give back.
        var hasGiven = false
        var reader: CheckedContinuation<Void, Never>?

        var isReady: Bool { !parts.isEmpty || isWhole || error != nil }

        mutating func take() -> Result<Part?, ClientError>? {
            guard isReady else { return nil }
            if let error { return .failure(error) }
            hasGiven = true
            return .success(parts.popFirst())
        }
    }

    private let state = Mutex(State())

    /// Whether frames wait for the reader.
    var hasParts: Bool { state.withLock { !$0.parts.isEmpty } }

    /// Whether the reader has frames of an answer that has not ended.
    var isBegun: Bool { state.withLock { $0.hasGiven && !$0.isWhole } }

    func put(_ part: Part, isLast: Bool) {
        change { state in
            state.parts.append(part)
            state.isWhole = isLast
        }
    }

    /// The answer will come anew; the reader has nothing of it.
    func clear() {
        state.withLock { $0.parts.removeAll() }
    }

    /// No answer will come.
    func fail(_ error: ClientError) {
        change { $0.error = $0.error ?? error }
    }

    private func change(_ body: (inout State) -> Void) {
        let reader = state.withLock { state in
            body(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// The next frame, as soon as it is there; nil behind the last.
    func next() async -> Result<Part?, ClientError> {
        while true {
            if let found = state.withLock({ $0.take() }) { return found }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isReady { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
