import AuraStorage
import Dispatch
import Logging
import Synchronization

/// Merges chunks and carries deletions out beside the writer, one at a time.
final class Compactor: Sendable {
    private struct State: Sendable {
        var isBusy = false
        /// Whether none is to be begun unasked for a while, after one that failed.
        var isPausing = false
        /// What is to be done once the one under way has ended.
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let isClosed = Atomic(false)
    private let queue = DispatchQueue(label: "aura.compact", qos: .background)
    private let logger: Logger
    /// What compactions cost.
    let meter = WorkMeter()

    /// How long none is tried after one that failed.
    private static let pause = DispatchTimeInterval.seconds(30)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Whether one may be begun that nobody asked for.
    var isReady: Bool {
        state.withLock { !$0.isBusy && !$0.isPausing } && !isClosed.load(ordering: .relaxed)
    }

    /// Whether one is under way: `next` is called then, on its end.
    func wait(for next: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.isBusy { state.waiting.append(next) }
            return state.isBusy
        }
    }

    /// Runs a compaction that has begun; `done` must lead to `end`.
    func run(
        _ job: CompactionJob,
        _ done: @escaping @Sendable (Result<CompactedChunks?, StorageError>) -> Void
    ) {
        state.withLock { $0.isBusy = true }
        queue.async { self.meter.run { self.work(job, done) } }
    }

    private func work(
        _ job: CompactionJob, _ done: (Result<CompactedChunks?, StorageError>) -> Void
    ) {
        let clock = ContinuousClock()
        let start = clock.now
        do throws(StorageError) {
            let chunks = try job.run { self.isClosed.load(ordering: .relaxed) }
            if let chunks { log(chunks, took: clock.now - start) }
            done(.success(chunks))
        } catch { done(.failure(error)) }
    }

    private func log(_ chunks: CompactedChunks, took: Duration) {
        let (count, rows, bytes) = (chunks.chunkCounts, chunks.rowCounts, chunks.byteCounts)
        if count.before == 0 { return }
        let before = "\(count.before) chunks of \(bytes.before) bytes"
        logger.info(
            "compacted \(before) into \(count.after) of \(bytes.after) bytes",
            metadata: [
                "took": "\(took)", "deleted": "\(rows.before - rows.after) events",
            ])
    }

    /// Ends a compaction; lets some time pass after a failure.
    func end(_ outcome: Result<CompactedChunks?, StorageError>) {
        let waiting = state.withLock { state in
            state.isBusy = false
            defer { state.waiting = [] }
            return state.waiting
        }
        if case .failure(let error) = outcome, error != .closed {
            logger.warning("a compaction failed and will be tried again: \(error)")
            state.withLock { $0.isPausing = true }
            queue.asyncAfter(deadline: .now() + Compactor.pause) {
                self.state.withLock { $0.isPausing = false }
            }
        }
        for next in waiting { next() }
    }

    /// Counts an index anew.
    func run(
        _ job: IndexRebuild,
        _ done: @escaping @Sendable (Result<IndexRebuild, StorageError>) -> Void
    ) {
        queue.async {
            self.meter.run {
                do throws(StorageError) { done(.success(try job.run())) } catch {
                    done(.failure(error))
                }
            }
        }
    }

    /// Removes files that nobody reads any more.
    func remove(_ retired: RetiredFiles) {
        if retired.isEmpty { return }
        queue.async { retired.remove() }
    }

    /// Begins no more, and waits for the one under way, which stops soon.
    func close() {
        isClosed.store(true, ordering: .relaxed)
        queue.sync {}
    }
}
