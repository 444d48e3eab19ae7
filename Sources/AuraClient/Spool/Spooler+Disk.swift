import AuraCore
import AuraFiles
import NIOCore
import Synchronization

/// What is done on the queue.
extension Spooler {
    /// How long to wait after a failure of the disk.
    private static let pause = Duration.seconds(1)
    /// How long nothing more is written before what is durable is said to be.
    private static let quiet = Duration.milliseconds(250)

    private var syncInterval: Duration {
        if case .every(let interval) = spool.sync { interval } else { .milliseconds(50) }
    }

    /// Does something to the files; nil where there are none.
    private func perform<Value>(
        _ body: (inout Disk) throws(FileSystemError) -> Value
    ) -> Result<Value, SpoolError>? {
        disk.withLock { disk in
            guard var open = disk.take() else { return nil }
            defer { disk = open }
            do throws(FileSystemError) {
                return .success(try body(&open))
            } catch {
                return .failure(.file(error))
            }
        }
    }

    /// Writes what was gathered; makes it durable now, or later.
    func write() {
        let batches = recorder.takeBatches()
        guard !batches.isEmpty else { return }
        let time = configuration.clock().microseconds
        let ids = batches.map(\.id)
        let isPatient = spool.sync != .eachRecord
        let result = perform { disk throws(FileSystemError) in
            try disk.files.append(batches.map { .batch($0, time: time) })
            if !isPatient { disk.waiting += ids }
        }
        switch result {
        case .success where isPatient:
            recorder.spooled(ids)
            syncLater()
        case .success: sync()
        case .failure(let error):
            recorder.unspooled(ids, .spool(error))
            failed(error)
        case nil: recorder.unspooled(ids, .closed)
        }
        tellRoom()
    }

    func syncLater() {
        let isNew = exchange.withLock { exchange in
            defer { exchange.isSyncDue = true }
            return !exchange.isSyncDue
        }
        if isNew { after(syncInterval) { $0.sync() } }
    }

    /// Makes durable what was written, and what has become of batches since.
    func sync() {
        let (replacements, change) = exchange.withLock { exchange in
            exchange.isSyncQueued = false
            exchange.isSyncDue = false
            defer { exchange.replacements = [] }
            return (exchange.replacements, exchange.change)
        }
        let result = perform { disk throws(FileSystemError) in
            var records = replacements
            if let mark = change?.mark, mark != disk.files.mark { records.append(.mark(mark)) }
            if !records.isEmpty { try disk.files.append(records) }
            try disk.files.sync()
            if let first = disk.files.mark?.first {
                while let kept = disk.times.first, kept.position < first {
                    disk.times.removeFirst()
                }
            }
            try disk.files.removeStable()
            defer { disk.waiting = [] }
            return disk.waiting
        }
        switch result {
        case .success(let ids): synced(change, ids)
        case .failure(let error):
            exchange.withLock { $0.replacements = replacements + $0.replacements }
            recorder.unspooled(takeWaiting(), .spool(error))
            failed(error)
        case nil: break
        }
    }

    private func takeWaiting() -> [UInt64] {
        disk.withLock { disk in
            defer { disk?.waiting = [] }
            return disk?.waiting ?? []
        }
    }

    private func synced(_ change: SpoolChange?, _ ids: [UInt64]) {
        recorder.spooled(ids)
        let wasFailing = exchange.withLock { exchange in
            if let change {
                exchange.version = change.version
                exchange.stored = max(exchange.stored, change.mark.stored)
                exchange.confirmed = change
            }
            exchange.hasMore = true
            defer { exchange.failure = nil }
            return exchange.failure != nil
        }
        linked?.signal(LinkSignal(isReady: true))
        tellRoom()
        if wasFailing { configuration.onNotice(.spoolWorking) }
        load()
        promiseLater()
    }

    /// Nothing is taken until the disk works again.
    private func failed(_ error: SpoolError) {
        let isNew = exchange.withLock { exchange in
            defer { exchange.failure = error }
            return exchange.failure == nil
        }
        if isNew { configuration.onNotice(.spoolFailing(error)) }
        tellRoom()
        after(Spooler.pause) {
            $0.recorder.check(now: .now(), reason: error.description) { _ in nil }
            $0.sync()
        }
    }

    /// Reads what the link has room for.
    ///
    /// - Returns: The id of the first batch that was read; nil if there is no more.
    @discardableResult
    func load() -> UInt64? {
        var first: UInt64?
        while true {
            let mustLoad = exchange.withLock {
                $0.hasMore && $0.linkSize + $0.loadedSize < configuration.bufferBytes
            }
            guard mustLoad else { break }
            do throws(SpoolError) {
                let batches = try disk.withLock {
                    disk throws(SpoolError) -> [SpoolReader.Kept] in
                    guard let batches = try disk?.files.nextBatches() else { return [] }
                    disk?.times += batches.map { ($0.batch.position, $0.time) }
                    return batches
                }
                exchange.withLock { exchange in
                    exchange.hasMore = !batches.isEmpty
                    exchange.loaded += batches.map(\.batch)
                    exchange.loadedSize += batches.reduce(0) { $0 + $1.batch.size }
                }
                first = first ?? batches.first?.batch.id
            } catch {
                exchange.withLock { $0.hasMore = false }
                linked?.fail(.spool(error))
                break
            }
        }
        if first != nil { linked?.signal(LinkSignal(isReady: true)) }
        return first
    }

    private func promiseLater() {
        let isNew = exchange.withLock { exchange in
            defer { exchange.isPromiseDue = true }
            return !exchange.isPromiseDue
        }
        if isNew { after(Spooler.quiet) { $0.promise() } }
    }

    /// Says in the file that all of it is durable, unless more is being written.
    func promise() {
        exchange.withLock { $0.isPromiseDue = false }
        let result = perform { disk throws(FileSystemError) in
            guard !disk.files.isDirty, !disk.files.isPromised else { return }
            try disk.files.append([.promise])
            try disk.files.sync()
        }
        if case .failure(let error) = result { failed(error) }
    }
}
