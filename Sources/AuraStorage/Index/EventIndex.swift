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

        package init(state: IndexState, snapshot: Snapshot) {
            self.state = state
            self.snapshot = snapshot
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

    /// Counts what chunks hold.
    ///
    /// They do not say when their events arrived: all are taken for as late as the last of them.
    func take(_ chunks: [Chunk], _ mask: Mask, arrival: Int64) throws(StorageError) {
        if chunks.isEmpty { return }
        let attributes = shared.withLock { $0.state.plan.attributes }
        _ = try ChunkReplay(chunks, mask, only: attributes).forEachStrip(from: 0) { strip in
            let origin = IndexState.Origin(
                firstSequence: strip.firstSequence, arrival: arrival, producer: 0)
            shared.withLock { $0.state.apply(strip.batch, origin) }
            return true
        }
    }

    /// Knows that all events up to that one are counted, or deleted.
    func advance(to sequence: UInt64) {
        shared.withLock { $0.state.advance(to: sequence) }
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
