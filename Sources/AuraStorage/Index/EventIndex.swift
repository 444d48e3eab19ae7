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

    private let shared: Mutex<View>

    /// An index that goes on from a state.
    init(_ state: IndexState) {
        shared = Mutex(View(state: state, snapshot: .empty))
    }

    /// The present state.
    package var view: View { shared.withLock { $0 } }

    /// Takes the events that are visible, before the last of them are counted.
    func show(_ snapshot: Snapshot) {
        shared.withLock { $0.snapshot = snapshot }
    }

    /// An index of what chunks hold, but for those that cannot be read.
    ///
    /// They do not say when their events arrived: all are taken for as late as the last of them.
    init(
        _ plan: IndexPlan, of chunks: [Chunk], _ mask: Mask, upTo sequence: UInt64, arrival: Int64
    ) throws(StorageError) {
        let all = Snapshot(chunks: chunks, runs: [], tail: [], mask: mask, watermark: sequence)
        let (state, missing) = try all.readingWhole { snapshot throws(StorageError) in
            var state = IndexState(plan)
            try state.count(snapshot, arrival: arrival)
            return state
        }
        shared = Mutex(View(state: state, snapshot: .empty, uncounted: missing))
    }

    /// Takes the place of what was counted with events that are deleted since.
    func replace(with state: IndexState) {
        shared.withLock { $0.state = state }
    }

    /// Counts a durable group; the lock is given back after each batch, so that readers wait for one
    /// at most.
    func take(_ group: CommitGroup) {
        for record in group.records {
            guard let batch = group.batch(record) else { continue }
            let origin = IndexState.Origin(
                firstSequence: record.header.firstSequence, arrival: record.header.ingestTime,
                producer: record.header.producer)
            shared.withLock { $0.state.apply(batch, origin) }
        }
    }
}
