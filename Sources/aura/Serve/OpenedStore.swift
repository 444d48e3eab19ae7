import AuraEngine
import AuraStorage
import Logging

/// A data directory that was opened for serving, and what is to be said about it.
struct OpenedStore: Sendable {
    let store: EventStore
    let directory: String
    let budget: MemoryBudget

    /// Opens the store that the configuration names, or makes it.
    init(_ settings: Configuration, logger: Logger) throws {
        directory = settings.dataDirectory
        budget = MemoryBudget(total: settings.memoryLimit, hasIndex: settings.index)
        var configuration = EventStoreConfiguration(
            directory: directory, newIncarnation: UInt64.random(in: 1...UInt64.max),
            fileSystem: PosixFileSystem(), clock: WallClock.microseconds)
        configuration.memoryLimit = budget.events.bytes
        configuration.cacheBytes = budget.cache.bytes
        configuration.chunkLayout.workBytes = budget.work.bytes / 2
        if settings.index {
            var plan = IndexPlan.standard
            plan.memoryLimit = budget.index.bytes
            plan.dimensions = settings.indexDimensions
            configuration.indexPlan = plan
        }
        configuration.scrubBytesPerSecond = settings.scrubRate.bytes
        configuration.segmentSize = Int64(settings.segmentSize.bytes)
        configuration.logger = logger
        configuration.ledger = settings.erasureLedger
        if settings.retentionDays > 0 {
            configuration.retention.age = .seconds(settings.retentionDays * 86_400)
        }
        configuration.retention.bytes = settings.retentionSize.map { Int64($0.bytes) }
        do {
            store = try EventStore(configuration)
        } catch {
            throw OpenedStore.failure(error, directory: directory)
        }
    }

    /// What was found in the directory: one line, and one for each thing out of order.
    var report: [String] {
        let recovery = store.recovery
        let content = "\(recovery.events) events in \(recovery.groups) groups"
        var lines = ["data directory \(directory): \(content)"]
        if !recovery.wasClosed {
            lines.append("the last run did not end in order; nothing that was acknowledged is lost")
        }
        for tail in recovery.tornTails {
            let place = "\(tail.size) bytes at \(tail.offset) of \(tail.file)"
            let copy = tail.copy.map { "kept in \($0)" } ?? "not kept, for the disk is full"
            lines.append("cut an unfinished write that nobody was promised: \(place), \(copy)")
        }
        if let loss = recovery.indexLoss {
            lines.append("the index was counted anew from the events: \(loss)")
        }
        for chunk in store.missing {
            lines.append(
                "warning: \(chunk.file) is set aside, and answers lack its \(chunk.rowCount) "
                    + "events: \(chunk.cause)")
        }
        let used = ByteSize.mebibytes((store.memoryBytes + (1 << 20) - 1) >> 20)
        lines.append("\(budget); events take \(used) now")
        return lines
    }

    /// What went wrong with the directory, and what to do.
    private static func failure(_ error: EngineError, directory: String) -> CommandFailure {
        let hint: String? =
            switch error {
            case .storage(.inUse): "find the other process: fuser \(directory)/LOCK"
            case .storage(.io(let error)) where error.reason == .permissionDenied:
                "run as the directory's owner, or name another one with --data-dir"
            case .storage(.io(let error)) where error.operation == .createDirectory:
                "name another one with --data-dir"
            case .storage(.noSpace):
                "free some space and start again, or name a directory elsewhere with --data-dir"
            default: nil
            }
        return CommandFailure(.failed, error.description, hint: hint)
    }
}
