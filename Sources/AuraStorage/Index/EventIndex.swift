import AuraCore
import Synchronization

/// The time-bucket index of a store: what alerts and dashboards read instead of the events.
///
/// The writer adds one batch after the other; readers take a copy, which costs them and it little,
/// and compute on it while writing goes on.
public final class EventIndex: Sendable {
    /// The index and the events it was made of, and perhaps some more.
    package struct View: Sendable {
        package var state: IndexState
        /// Holds at least the events that the state counts.
        package var snapshot: Snapshot
        /// Chunks that were not counted, for they could not be read.
        package var uncounted: [MissingChunk]

        package init(state: IndexState, snapshot: Snapshot, uncounted: [MissingChunk] = []) {
            self.state = state
            self.snapshot = snapshot
            self.uncounted = uncounted
        }
    }

    private struct Shared: Sendable {
        var view: View
        /// Durable batches that are not counted yet, in order.
        var waiting: [(batch: EventBatch, origin: IndexState.Origin)] = []
        var waitingRows = 0

        mutating func wait(_ batch: EventBatch, _ origin: IndexState.Origin) {
            waiting.append((batch, origin))
            waitingRows += batch.rowCount
        }

        /// Counts one that waits; false if that was the last.
        mutating func countNext() -> Bool {
            guard !waiting.isEmpty else { return false }
            let (batch, origin) = waiting.removeFirst()
            waitingRows -= batch.rowCount
            view.state.apply(batch, origin)
            return !waiting.isEmpty
        }
    }

    private let shared: Mutex<Shared>

    /// Events that may wait to be counted: a third of a millisecond for whoever reads meanwhile.
    private static let waitingLimit = 4_096

    /// An index that goes on from a state.
    init(_ state: IndexState) {
        shared = Mutex(Shared(view: View(state: state, snapshot: .empty)))
    }

    /// The present state, which counts all that is durable.
    package var view: View {
        shared.withLock { shared in
            while shared.countNext() {}
            return shared.view
        }
    }

    /// Takes the events that are visible, before the last of them are counted.
    func show(_ snapshot: Snapshot) {
        shared.withLock { $0.view.snapshot = snapshot }
    }

    /// An index of what chunks hold, but for those that cannot be read.
    ///
    /// They do not say when their events arrived: all are taken for as late as the last of them.
    init(
        _ plan: IndexPlan, of chunks: [Chunk], _ mask: Mask, upTo sequence: UInt64, arrival: Int64
    ) throws(StorageError) {
        let all = Snapshot(chunks: chunks, runs: [], tail: [], mask: mask, watermark: sequence)
        let (state, missing) = try all.readingWhole { snapshot throws(StorageError) in
            // Of what is deleted nothing is counted, but of what the log still has of it.
            let isPending = mask.tombstones.contains { $0.sequence > sequence }
            var state = IndexState(plan, behind: isPending ? 0 : mask.lastDeletion)
            try state.count(snapshot, arrival: arrival)
            return state
        }
        shared = Mutex(Shared(view: View(state: state, snapshot: .empty, uncounted: missing)))
    }

    /// Takes the place of what was counted with events that are deleted since.
    ///
    /// - Parameter state: Counts all that is durable.
    func replace(with state: IndexState) {
        shared.withLock { shared in
            shared.view.state = state
            shared.waiting = []
            shared.waitingRows = 0
        }
    }

    /// Takes a durable group: few events wait to be counted by `settle` or by whoever reads before,
    /// more are counted here.
    ///
    /// The lock is given back after each batch, so that readers wait for one, and count no more than
    /// the few that wait.
    func take(_ group: CommitGroup) {
        let isSmall = shared.withLock { shared in
            guard shared.waitingRows + group.eventCount <= EventIndex.waitingLimit else {
                return false
            }
            group.forEachBatch { shared.wait($0, $1) }
            return true
        }
        guard !isSmall else { return }
        settle()
        group.forEachBatch { batch, origin in
            shared.withLock { $0.view.state.apply(batch, origin) }
        }
    }

    /// Counts what waits; the lock is given back after each batch.
    public func settle() {
        while shared.withLock({ $0.countNext() }) {}
    }
}

extension CommitGroup {
    /// Calls with each batch of events, in order.
    fileprivate func forEachBatch(_ body: (EventBatch, IndexState.Origin) -> Void) {
        for record in records {
            guard let batch = batch(record) else { continue }
            body(
                batch,
                IndexState.Origin(
                    firstSequence: record.header.firstSequence,
                    arrival: record.header.ingestTime, producer: record.header.producer))
        }
    }
}
