import AuraCore
import AuraWire
import NIOCore
import Synchronization

/// Between the application's tasks and the link: gathers what they record, makes them wait while
/// there is no room, and wakes each with what became of its events.
final class Recorder: Sendable {
    typealias Answer = Result<Receipt?, ClientError>
    typealias Continuation = CheckedContinuation<Answer, Never>

    let state: Mutex<State>
    private let deadline: Duration
    private let notice: @Sendable (ClientNotice) -> Void

    init(_ configuration: ClientConfiguration) {
        state = Mutex(State(configuration))
        deadline = configuration.deadline
        notice = configuration.onNotice
    }

    /// Takes an event if there is room and nobody is before it.
    ///
    /// - Returns: nil if it must wait: `record` does that.
    func tryRecord(_ event: Event) throws(ClientError) -> LinkSignal? {
        let result = state.withLock { state -> Result<LinkSignal?, ClientError> in
            if let refusal = state.refusal { return .failure(refusal) }
            if state.takeBeforeOpening(event) { return .success(LinkSignal()) }
            guard state.hasRoom, state.waiting.isEmpty else { return .success(nil) }
            return state.add(event, caller: nil).map { $0 }
        }
        return try result.get()
    }

    /// Takes an event, when there is room; then, if `isDurable`, waits until it is stored.
    func record(_ event: Event, isDurable: Bool, signal: (LinkSignal) -> Void) async -> Answer {
        await wait(signal: signal) { state, caller in
            if let refusal = state.refusal { return .failure(refusal) }
            guard state.hasRoom, state.waiting.isEmpty else {
                state.waiting.append(
                    State.Waiting(
                        caller: caller, event: event, isDurable: isDurable, since: .now()))
                return .success(state.makeRoom())
            }
            let result = state.add(event, caller: isDurable ? caller : nil)
            if !isDurable, case .success = result { state.resolve(caller, .success(nil)) }
            return result
        }
    }

    /// Takes a batch that is encoded already and waits until it is stored.
    func append(
        _ body: ByteBuffer, rowCount: Int, signal: (LinkSignal) -> Void
    ) async -> Answer {
        await wait(signal: signal) { state, caller in
            if let refusal = state.refusal { return .failure(refusal) }
            guard state.hasRoom else {
                return .failure(.overloaded(reason: "\(state.heldSize) bytes are kept"))
            }
            state.batcher.add(encoded: body, rowCount: rowCount, caller: caller)
            return .success(LinkSignal(isReady: true))
        }
    }

    /// Waits until everything recorded so far was answered; takes nothing more if it is to close.
    func flush(closing: Bool, signal: (LinkSignal) -> Void) async -> Answer {
        await wait(signal: signal) { state, caller in
            if closing { state.close(.closed) }
            state.batcher.cut()
            state.flushes.append(
                State.Flush(caller: caller, last: state.batcher.id - 1, since: .now()))
            state.endFlushes()
            return .success(LinkSignal(isReady: true))
        }
    }

    /// What was lost since the last call with nobody to tell.
    func takeUndelivered() -> ClientError? {
        state.withLock { state in
            defer { state.undelivered = nil }
            return state.undelivered.map { .undelivered(events: $0.events, reason: $0.reason) }
        }
    }

    private func wait(
        signal: (LinkSignal) -> Void,
        _ body: (inout State, UInt64) -> Result<LinkSignal, ClientError>
    ) async -> Answer {
        let caller = state.withLock { $0.drawCaller() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wanted = state.withLock { state in
                    state.enter(caller, continuation, body)
                }
                if !wanted.isEmpty { signal(wanted) }
            }
        } onCancel: {
            state.withLock { $0.cancel(caller) }
        }
    }
}

extension Recorder: LinkOwner {
    func takeBatches() -> [SendWindow.Batch] {
        let gathered = state.withLock { $0.takeReady() }
        var batches: [SendWindow.Batch] = []
        for batch in gathered {
            switch batch.content {
            case .encoded(let body):
                batches.append(SendWindow.Batch(id: batch.id, body: body, rowCount: batch.rowCount))
            case .events(var builder):
                // A gathered batch has events, so it has bytes.
                let bytes = builder.finish() ?? []
                batches.append(
                    SendWindow.Batch(
                        id: batch.id, body: ByteBuffer(bytes: bytes), rowCount: batch.rowCount,
                        part: 0..<batch.rowCount))
                state.withLock { $0.batcher.recycle(builder) }
            }
        }
        return batches
    }

    func holds(bytes: Int) -> LinkSignal {
        state.withLock { state in
            state.linkSize = bytes
            return state.admitWaiting()
        }
    }

    func cut(id: UInt64) {
        state.withLock { $0.batcher.cut(id: id) }
    }

    func check(now: NIODeadline, reason: String, number: (UInt64) -> UInt64?) {
        let latest = now - TimeAmount(deadline)
        state.withLock { $0.expire(before: latest, reason: reason, number: number) }
    }

    func opened(next: UInt64) {}

    func stored(_ batch: SendWindow.Numbered, _ receipt: Receipt) {
        _ = state.withLock {
            $0.answer(batch.batch.id, part: batch.batch.part, .success(receipt))
        }
        for warning in receipt.warnings { notice(.warning(warning.text)) }
    }

    func refused(_ batch: SendWindow.Numbered, _ error: ClientError) {
        let undelivered = state.withLock { state in
            let isKept = state.spool != nil && !state.isPending(batch.batch.id)
            guard batch.batch.isRestored || isKept else {
                return state.answer(batch.batch.id, part: batch.batch.part, .failure(error))
            }
            // Its callers were told long ago that it is stored, or in the spool.
            state.note(undelivered: batch.batch.rowCount, error)
            return batch.batch.rowCount
        }
        report(undelivered, error)
    }

    func stopped(_ error: ClientError, number: (UInt64) -> UInt64?) {
        let undelivered = state.withLock { state in
            state.close(error)
            return state.abandon(error, number: number)
        }
        report(undelivered, error)
    }

    func report(_ undelivered: Int, _ error: ClientError) {
        guard undelivered > 0 else { return }
        notice(.undelivered(events: undelivered, reason: error.description))
    }
}
