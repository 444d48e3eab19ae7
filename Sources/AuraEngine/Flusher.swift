import AuraStorage
import Dispatch
import Logging
import Synchronization

/// Flushes beside the writer, one at a time.
final class Flusher: Sendable {
    private struct State: Sendable {
        var isBusy = false
        /// Whether none is to be begun unasked for a while, after one that failed.
        var isPausing = false
        var isClosed = false
        /// What is to be done once the one under way has ended.
        var waiting: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "aura.flush", qos: .utility)
    private let logger: Logger
    /// What flushes cost.
    let meter = WorkMeter()

    /// How long none is tried after one that failed: a full disk must not be filled and emptied
    /// again and again.
    private static let pause = DispatchTimeInterval.seconds(5)

    init(logger: Logger) {
        self.logger = logger
    }

    /// Whether one may be begun that nobody asked for.
    var isReady: Bool {
        state.withLock { !$0.isBusy && !$0.isPausing && !$0.isClosed }
    }

    /// Whether one is under way: `next` is called then, on its end.
    func wait(for next: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if state.isBusy { state.waiting.append(next) }
            return state.isBusy
        }
    }

    /// Runs a flush that has begun; `done` must lead to `end`.
    func run(
        _ job: FlushJob, _ done: @escaping @Sendable (Result<FlushedChunk, StorageError>) -> Void
    ) {
        let isClosed = state.withLock { state in
            state.isBusy = true
            return state.isClosed
        }
        if isClosed { return done(.failure(.closed)) }
        queue.async { self.meter.run { self.work(job, done) } }
    }

    private func work(
        _ job: FlushJob, _ done: (Result<FlushedChunk, StorageError>) -> Void
    ) {
        let clock = ContinuousClock()
        let start = clock.now
        do throws(StorageError) {
            let chunk = try job.run()
            logger.info(
                "flushed \(chunk.rowCount) events into \(chunk.byteCount) bytes",
                metadata: ["took": "\(clock.now - start)"])
            done(.success(chunk))
        } catch { done(.failure(error)) }
    }

    /// Ends a flush: removes what it made useless, or lets some time pass after a failure.
    ///
    /// - Parameters:
    ///   - before: What readers saw until now, with the events that were flushed: giving their memory
    ///     back takes milliseconds, which the writer does not have.
    ///   - next: Called when the next one may be begun.
    func end(
        _ outcome: Result<RetiredFiles, StorageError>, releasing before: Snapshot,
        then next: @escaping @Sendable () -> Void
    ) {
        let waiting = state.withLock { state in
            state.isBusy = false
            defer { state.waiting = [] }
            return state.waiting
        }
        switch outcome {
        case .success(let retired):
            queue.async {
                retired.remove()
                withExtendedLifetime(before) {}
            }
            next()
        case .failure(let error):
            if error != .closed {
                logger.warning("a flush failed and will be tried again: \(error)")
            }
            state.withLock { $0.isPausing = true }
            queue.asyncAfter(deadline: .now() + Flusher.pause) {
                self.state.withLock { $0.isPausing = false }
                next()
            }
        }
        for next in waiting { next() }
    }

    /// Begins no more, and waits for the one under way: nothing may be written once the directory is
    /// given back.
    func close() {
        state.withLock { $0.isClosed = true }
        queue.sync {}
    }
}
