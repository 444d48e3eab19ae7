import AuraCore
import Dispatch
import NIOCore
import Synchronization

extension Spooler {
    /// What queue and event loop tell each other.
    struct Exchange: Sendable {
        /// Read from the spool, for the link to take.
        var loaded: [SendWindow.Batch] = []
        var loadedSize = 0
        /// Bytes that the link keeps.
        var linkSize = 0
        /// Whether the spool may hold batches that were not read.
        var hasMore = true
        /// What the link did to batches, to be written in order.
        var replacements: [SpoolRecord] = []
        /// What the link wants to be known.
        var change: SpoolChange?
        /// What is known, and was not told yet.
        var confirmed: SpoolChange?
        /// What is known: the version, and all numbers below this one to be stored.
        var version: UInt64 = 0
        var stored: UInt64 = 0
        var isSyncQueued = false
        var isSyncDue = false
        var isPromiseDue = false
        /// Why the spool takes nothing for now.
        var failure: SpoolError?

        /// Whether sending waits for a sync, or soon will.
        var isUrgent: Bool {
            guard let change else { return false }
            return change.version != version
                || change.mark.stored >= stored + UInt64(Limits.producerWindow / 2)
        }
    }
}

extension Spooler: LinkOwner {
    func takeBatches() -> [SendWindow.Batch] {
        exchange.withLock { exchange in
            exchange.linkSize += exchange.loadedSize
            exchange.loadedSize = 0
            defer { exchange.loaded = [] }
            return exchange.loaded
        }
    }

    func holds(bytes: Int) -> LinkSignal {
        let mustLoad = exchange.withLock { exchange in
            exchange.linkSize = bytes
            return exchange.hasMore && exchange.loaded.isEmpty && bytes < configuration.bufferBytes
        }
        if mustLoad { queue.async { self.load() } }
        return LinkSignal()
    }

    func cut(id: UInt64) {}

    func check(now: NIODeadline, reason: String, number: (UInt64) -> UInt64?) {
        recorder.check(now: now, reason: reason, number: number)
    }

    func opened(next: UInt64) {}

    func stored(_ batch: SendWindow.Numbered, _ receipt: Receipt) {
        recorder.stored(batch, receipt)
    }

    func refused(_ batch: SendWindow.Numbered, _ error: ClientError) {
        replace(batch.batch, by: [])
        recorder.refused(batch, error)
    }

    func divided(_ batch: SendWindow.Batch, halves: [SendWindow.Batch]) {
        replace(batch, by: halves)
    }

    private func replace(_ batch: SendWindow.Batch, by halves: [SendWindow.Batch]) {
        exchange.withLock {
            $0.replacements.append(
                .replacement(batch.position, rowCount: batch.rowCount, halves: halves))
        }
    }

    func changed(_ change: SpoolChange) {
        let isUrgent = exchange.withLock { exchange -> Bool? in
            guard exchange.change != change else { return nil }
            exchange.change = change
            guard exchange.isUrgent, !exchange.isSyncQueued else { return false }
            exchange.isSyncQueued = true
            return true
        }
        guard let isUrgent else { return }
        recorder.settled(before: change.openID)
        if isUrgent { queue.async { self.sync() } } else { syncLater() }
    }

    func takeConfirmed() -> SpoolChange? {
        exchange.withLock { exchange in
            defer { exchange.confirmed = nil }
            return exchange.confirmed
        }
    }

    func stopped(_ error: ClientError, number: (UInt64) -> UInt64?) {
        recorder.stopped(error, number: number)
    }
}
