import NIOCore
import Synchronization
import Synchronization

/// What an import has handed over and not seen stored: the waiting room before its link.
final class ImportQueue: LinkOwner {
    private struct State: Sendable {
        var ready: [SendWindow.Batch] = []
        var readySize = 0
        var linkSize = 0
        /// Batches handed over and not stored.
        var open = 0
        /// The number that the next batch must have; nil before the producer is open.
        var next: UInt64?
        var end: ClientError?
        /// Who waits for something to change.
        var waiting: [UInt64: @Sendable () -> Void] = [:]
        var waiters: UInt64 = 0
    }

    private let state = Mutex(State())
    private let limit: Int
    private let onStored: @Sendable (ImportSession.Acknowledgement) -> Void

    init(limit: Int, onStored: @escaping @Sendable (ImportSession.Acknowledgement) -> Void) {
        self.limit = limit
        self.onStored = onStored
    }

    func waitForOpening() async -> Result<UInt64, ClientError> {
        await wait { state in state.next.map { .success($0) } }
    }

    func waitForAll() async -> Result<Void, ClientError> {
        await wait { state in state.open == 0 ? .success(()) : nil }
    }

    func add(_ body: ByteBuffer, rowCount: Int, number: UInt64) async -> Result<Void, ClientError> {
        let limit = limit
        return await wait { state in
            guard let next = state.next, next == number else {
                return .failure(.outOfOrder(expected: state.next ?? 1))
            }
            guard state.readySize + state.linkSize < limit else { return nil }
            state.ready.append(SendWindow.Batch(id: number, body: body, rowCount: rowCount))
            state.readySize += body.readableBytes
            state.open += 1
            state.next = next + 1
            return .success(())
        }
    }

    /// Waits until `body` has a result; it is asked again after each change.
    private func wait<Value: Sendable>(
        for body: @Sendable (inout State) -> Result<Value, ClientError>?
    ) async -> Result<Value, ClientError> {
        while true {
            let waiter = state.withLock { state in
                state.waiters += 1
                return state.waiters
            }
            let result: Result<Value, ClientError>? = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let result = state.withLock { state -> Result<Value, ClientError>? in
                        if let end = state.end { return .failure(end) }
                        if let result = body(&state) { return result }
                        if Task.isCancelled { return .failure(.cancelled) }
                        state.waiting[waiter] = { continuation.resume(returning: nil) }
                        return nil
                    }
                    if let result { continuation.resume(returning: result) }
                }
            } onCancel: {
                state.withLock { $0.waiting.removeValue(forKey: waiter) }?()
            }
            if let result { return result }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            return exchange(&state.waiting, with: [:])
        }
        for wake in waiting.values { wake() }
    }

    // MARK: LinkOwner

    func takeBatches() -> [SendWindow.Batch] {
        state.withLock { state in
            state.linkSize += state.readySize
            state.readySize = 0
            return exchange(&state.ready, with: [])
        }
    }

    func holds(bytes: Int) -> LinkSignal {
        change { $0.linkSize = bytes }
        return LinkSignal()
    }

    func cut(id: UInt64) {}

    func check(now: NIODeadline, reason: String, number: (UInt64) -> UInt64?) {}

    func opened(next: UInt64) {
        change { $0.next = $0.next ?? next }
    }

    func stored(_ batch: SendWindow.Numbered, _ receipt: Receipt) {
        guard !batch.batch.isRestored else { return }
        onStored(ImportSession.Acknowledgement(number: batch.number, receipt: receipt))
        change { $0.open -= 1 }
    }

    func refused(_ batch: SendWindow.Numbered, _ error: ClientError) {}

    func stopped(_ error: ClientError, number: (UInt64) -> UInt64?) {
        change { $0.end = $0.end ?? error }
    }
}
