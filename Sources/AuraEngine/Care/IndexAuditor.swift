import AuraQuery
import AuraStorage
import Dispatch
import Logging
import Synchronization

/// What the time-bucket index is like, and what recounting it has shown.
public struct IndexStatus: Hashable, Sendable {
    /// Bytes of memory that it takes.
    public var bytes: Int
    /// Sequence number of the last event that it counts.
    public var watermark: UInt64
    /// Cells that were compared with a recount of the events since the store was opened.
    public var auditedCells: UInt64 = 0
    /// Those of them that differed; a right index has none.
    public var auditMismatches: UInt64 = 0
}

/// Recounts a few random cells of the index from the events, now and then: a wrong index is found
/// while it is in use, not when somebody doubts an answer.
///
/// One thread of the lowest priority. Cells for which many events would have to be read are left out.
final class IndexAuditor: Sendable {
    private struct State: Sendable {
        var random = SystemRandomNumberGenerator()
        var audited: UInt64 = 0
        var mismatches: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "aura.audit", qos: .background)
    private let logger: Logger

    private static let interval = DispatchTimeInterval.seconds(600)
    private static let cells = 16
    /// Events of chunks that may be read for one cell.
    private static let rowLimit = 4 << 20

    init(logger: Logger) {
        self.logger = logger
    }

    /// Recounts from now on.
    func begin(_ index: EventIndex) {
        queue.asyncAfter(deadline: .now() + IndexAuditor.interval) { [weak self] in
            guard let self, !self.isClosed else { return }
            self.audit(index)
            self.begin(index)
        }
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Recounts once.
    func audit(_ index: EventIndex) {
        let seed = state.withLock { $0.random.next() }
        do throws(StorageError) {
            let audit = try IndexAudit.run(
                cells: IndexAuditor.cells, seed: seed, rowLimit: IndexAuditor.rowLimit,
                on: index.view, shouldStop: { isClosed })
            state.withLock {
                $0.audited += UInt64(audit.cells)
                $0.mismatches += UInt64(audit.mismatches.count)
            }
            for mismatch in audit.mismatches {
                logger.error("the index is wrong (seed \(seed)): \(mismatch)")
            }
        } catch {
            // What cannot be read is told by whoever scrubs or asks.
            logger.debug("the index was not recounted: \(error)")
        }
    }

    /// The state of an index, with what was found.
    func status(of index: EventIndex) -> IndexStatus {
        let view = index.view
        return state.withLock {
            IndexStatus(
                bytes: view.state.byteCount, watermark: view.state.watermark,
                auditedCells: $0.audited, auditMismatches: $0.mismatches)
        }
    }

    /// Recounts no more, and waits for what is under way.
    func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }
}
