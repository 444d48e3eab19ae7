import AuraCore
import NIOCore
import Synchronization

extension Recorder.State {
    /// What the recorder knows of its spool.
    struct SpoolState: Sendable {
        /// Whether it was opened; until then events wait.
        var isOpen = false
        /// Bytes that it takes, and those that it may still take.
        var size = 0
        var room = 0
        /// Why it takes nothing, whatever room there is.
        var refusal: ClientError?
        /// All batches of lower ids are stored by the server, or refused.
        var openID: UInt64 = 0
        /// The last batch that is in it.
        var lastID: UInt64 = 0
    }

    /// Takes an event that nobody waits for, to be gathered when the spool is open.
    ///
    /// - Returns: Whether it was; else it must wait like all others.
    mutating func takeBeforeOpening(_ event: Event) -> Bool {
        guard let spool, !spool.isOpen, waiting.count < Recorder.State.mostBeforeOpening else {
            return false
        }
        waiting.append(
            Waiting(caller: Batcher.nobody, event: event, isDurable: false, since: .now()))
        return true
    }

    private static let mostBeforeOpening = 65_536

    /// The spool is open, and its next batch has this id.
    mutating func opened(nextID: UInt64) {
        spool?.isOpen = true
        spool?.lastID = nextID - 1
        batcher.begin(at: nextID)
    }

    /// What was recorded before the spool was open has its place: flushes that wait for it know it.
    mutating func placeFlushes() {
        guard !flushes.isEmpty else { return }
        batcher.cut()
        for index in flushes.indices { flushes[index].last = batcher.id - 1 }
    }

    /// A batch is in the spool: those who recorded its events need not wait for the server.
    mutating func spooled(_ id: UInt64) {
        let last = spool?.lastID ?? 0
        spool?.lastID = max(id, last)
        guard let batch = pending[id], !batch.isEncoded else { return }
        pending.removeValue(forKey: id)
        for caller in batch.callers where caller != Pending.answered {
            resolve(caller, .success(nil))
        }
    }

    /// All batches of lower ids are stored, or refused.
    mutating func settled(before id: UInt64) {
        guard id > spool?.openID ?? .max else { return }
        spool?.openID = id
        endFlushes()
    }

    /// Whether somebody waits for the answer to a batch, or it is in no spool.
    func isPending(_ id: UInt64) -> Bool { pending[id] != nil }
}

extension Recorder {
    /// The spool takes batches from now on, the first one under this id.
    func opened(nextID: UInt64) -> LinkSignal {
        state.withLock { state in
            state.opened(nextID: nextID)
            var signal = state.admitWaiting()
            state.placeFlushes()
            state.endFlushes()
            signal.isReady = signal.isReady || !state.batcher.ready.isEmpty
            return signal
        }
    }

    /// These batches are in the spool, as durable as its owner wants them.
    func spooled(_ ids: [UInt64]) {
        state.withLock { state in
            for id in ids { state.spooled(id) }
        }
    }

    /// These batches could not be written to the spool.
    func unspooled(_ ids: [UInt64], _ error: ClientError) {
        let undelivered = state.withLock { state in
            defer { state.endFlushes() }
            return ids.reduce(0) { $0 + state.answer($1, .failure(error)) }
        }
        report(undelivered, error)
    }

    /// Takes nothing any more; what was gathered is ready to be taken.
    func end() {
        state.withLock { state in
            state.close(.closed)
            state.batcher.cut()
        }
    }

    func settled(before id: UInt64) {
        state.withLock { $0.settled(before: id) }
    }

    /// How full the spool is, and why it takes nothing; what was handed to it is no longer held.
    func spoolHolds(bytes: Int, of limit: Int, refusal: ClientError?) -> LinkSignal {
        state.withLock { state in
            state.linkSize = 0
            state.spool?.size = bytes
            state.spool?.room = max(0, limit - bytes)
            state.spool?.refusal = refusal
            return state.admitWaiting()
        }
    }
}
