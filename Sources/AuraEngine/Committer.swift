import AuraCore
import AuraStorage
import Dispatch
import Glibc
import Logging
import Synchronization

/// The single writer.
///
/// Callers leave batches at the intake; the writer's own serial queue takes a whole group, commits
/// it with one write and one sync, makes it visible, and then answers. What arrives during a sync is
/// the next group. A `DispatchQueue`, not an actor: the commit blocks in `fdatasync`, and a blocked
/// thread of Swift's cooperative pool would starve every other task.
final class Committer: Sendable {
    /// Called once for each batch: on the writer queue, or at once where it is refused.
    typealias Reply = @Sendable (Result<AppendOutcome, Refusal>) -> Void

    fileprivate struct Waiting: Sendable {
        var intake: Intake<Reply>
        var isCommitting = false
        var refusal: Refusal?
    }

    private let waiting: Mutex<Waiting>
    /// Touched on `queue` alone, so nobody ever waits for this lock.
    let storage: Mutex<Storage>
    private let index: EventIndex?
    private let spares: SpareSegments
    let flusher: Flusher
    let compactor: Compactor
    let retention: RetentionPolicy
    /// Touched on `queue` alone.
    let steadyClock = Mutex(SteadyClock())
    /// When the last flush began: a busy store leaves large compactions for later.
    private let lastFlush = Mutex(ContinuousClock.now - .seconds(60))
    let queue = DispatchQueue(label: "aura.commit", qos: .userInteractive)
    private let published: Mutex<Published>
    let clock: @Sendable () -> Int64
    let logger: Logger
    /// Whether somebody looks, in a moment, if nothing came since.
    ///
    /// Touched on `queue` alone.
    private let isPromiseDue = Mutex(false)

    /// How long nothing may come until the last group is promised by an empty one.
    private static let idleTime = DispatchTimeInterval.milliseconds(20)

    /// What readers see.
    fileprivate struct Published: Sendable {
        var snapshot: Snapshot
        var progress: Progress
        var failure: FileSystemError?
        var isDiskFull = false
        var observers: [Int: @Sendable (Progress) -> Void] = [:]
        var nextObserver = 0
    }

    init(
        _ storage: Storage, memoryLimit: Int, retention: RetentionPolicy = RetentionPolicy(),
        clock: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        waiting = Mutex(Waiting(intake: Intake(storage, memoryLimit: memoryLimit)))
        published = Mutex(Published(snapshot: storage.snapshot, progress: Progress(storage)))
        self.storage = Mutex(storage)
        index = storage.index
        self.clock = clock
        self.logger = logger
        spares = SpareSegments(logger: logger)
        flusher = Flusher(logger: logger)
        compactor = Compactor(logger: logger)
        self.retention = retention
        queue.async {
            self.orderSpare()
            self.orderFlush()
            self.promiseWhenIdle()
            self.compactInTime()
        }
    }

    var snapshot: Snapshot { published.withLock { $0.snapshot } }
    var progress: Progress { published.withLock { $0.progress } }

    /// Takes a batch into the next group; `reply` is called once that group is durable, or at once
    /// with a refusal.
    func submit(
        _ batch: RawSpan, layout: BatchLayout, origin: BatchOrigin, reply: @escaping Reply
    ) {
        let now = clock()
        let result = waiting.withLock { waiting -> Result<Bool, Refusal> in
            if let refusal = waiting.refusal { return .failure(refusal) }
            do throws(Refusal) {
                try waiting.intake.append(
                    batch, layout: layout, origin: origin, ticket: reply, now: now)
                return .success(waiting.mustStart())
            } catch {
                return .failure(error)
            }
        }
        start(result, reply)
    }

    /// Opens a producer; answered as a batch is.
    func open(producer name: String, reply: @escaping Reply) {
        let now = clock()
        let result = waiting.withLock { waiting -> Result<Bool, Refusal> in
            if let refusal = waiting.refusal { return .failure(refusal) }
            do throws(Refusal) {
                try waiting.intake.open(producer: name, ticket: reply, now: now)
                return .success(waiting.mustStart())
            } catch {
                return .failure(error)
            }
        }
        start(result, reply)
    }

    private func start(_ result: Result<Bool, Refusal>, _ reply: Reply) {
        switch result {
        case .success(true): queue.async { self.commitAll() }
        case .success(false): break
        case .failure(let refusal): reply(.failure(refusal))
        }
    }

    /// Commits group after group until none waits.
    private func commitAll() {
        while let (group, answers) = take() {
            if group.isEmpty {
                waiting.withLock { $0.intake.finish(headBytes: $0.intake.headBytes) }
            } else if let error = commit(group) {
                refuse(answers, after: error)
                continue
            }
            for answer in answers { answer.ticket(.success(answer.outcome)) }
            // Behind the answers, so that one waking of an event loop serves for both.
            notify()
            if let index {
                // Whoever sends the answers may wait for this very processor.
                sched_yield()
                index.settle()
            }
            orderSpare()
            orderFlush()
        }
        promiseWhenIdle()
    }

    private func take() -> (CommitGroup, [Intake<Reply>.Answer])? {
        waiting.withLock { waiting in
            guard let next = waiting.intake.take() else {
                waiting.isCommitting = false
                return nil
            }
            return (next.group, next.answers)
        }
    }

    private func commit(_ group: consuming CommitGroup) -> StorageError? {
        let now = clock()
        // Handed over, not copied: the storage must be the buffer's only owner to fill it in.
        var handed: CommitGroup? = consume group
        do throws(StorageError) {
            let (snapshot, bytes, progress) = try storage.withLock {
                storage throws(StorageError) in
                if let group = handed.take() { try storage.append(group, now: now) }
                return (storage.snapshot, storage.headBytes, Progress(storage))
            }
            waiting.withLock { $0.intake.finish(headBytes: bytes) }
            publish(snapshot, progress)
            return nil
        } catch {
            return error
        }
    }

    /// Refuses what was in the failed group and everything that waits behind it.
    private func refuse(_ answers: [Intake<Reply>.Answer], after error: StorageError) {
        let (next, failure) = storage.withLock { ($0.nextSequence, $0.failure) }
        let isNews = published.withLock { $0.note(error, failure) }
        if isNews { logger.error("batches are refused: \(error)") }
        let refusal = Refusal(error)
        let behind = waiting.withLock { waiting in
            if case .failed = error { waiting.refusal = .failed }
            if case .closed = error { waiting.refusal = .closed }
            return waiting.intake.fail(nextSequence: next)
        }
        for answer in answers { answer.ticket(.failure(refusal)) }
        for ticket in behind { ticket(.failure(refusal)) }
    }

    /// Promises the last group once nothing has come for a while, so that clients can let go of it.
    ///
    /// While groups follow each other each one promises the last, and a group for that alone would
    /// only be in the way: one timer runs, and begins again if it finds another group than before.
    private func promiseWhenIdle() {
        let last = storage.withLock { $0.needsPromise ? $0.lastGroup : nil }
        let mustWait = isPromiseDue.withLock { isDue in
            defer { isDue = isDue || last != nil }
            return !isDue && last != nil
        }
        guard mustWait else { return }
        queue.asyncAfter(deadline: .now() + Committer.idleTime) {
            self.isPromiseDue.withLock { $0 = false }
            if self.storage.withLock({ $0.lastGroup }) == last {
                self.promise()
            } else {
                self.promiseWhenIdle()
            }
        }
    }

    func promise() {
        guard waiting.withLock({ !$0.isCommitting && $0.refusal == nil }) else { return }
        let now = clock()
        do throws(StorageError) {
            let result = try storage.withLock {
                storage throws(StorageError) -> (Snapshot, Progress)? in
                guard storage.needsPromise else { return nil }
                try storage.promise(now: now)
                return (storage.snapshot, Progress(storage))
            }
            guard let (snapshot, progress) = result else { return }
            publish(snapshot, progress)
            notify()
        } catch {
            refuse([], after: error)
        }
    }

    /// Whether events come so fast that flushes follow each other.
    var isBusy: Bool { lastFlush.withLock { $0.duration(to: .now) < .seconds(5) } }

    /// Shows readers another view of the same events.
    func publish(_ snapshot: Snapshot, _ failure: FileSystemError?) {
        let isNews = published.withLock { published in
            published.snapshot = snapshot
            defer { published.failure = failure }
            return published.failure == nil && failure != nil
        }
        if isNews, let failure { logger.error("the store must be restarted: \(failure)") }
    }

    /// Shows readers what is durable now.
    private func publish(_ snapshot: Snapshot, _ progress: Progress) {
        let wasFull = published.withLock { published in
            defer { published.isDiskFull = false }
            published.snapshot = snapshot
            published.progress = progress
            return published.isDiskFull
        }
        if wasFull { logger.notice("the disk has room again") }
    }

    private func notify() {
        let (observers, progress) = published.withLock { ($0.observers, $0.progress) }
        for observer in observers.values { observer(progress) }
    }

    /// Calls `body` on the writer queue after each change, until `removeObserver`.
    func addObserver(_ body: @escaping @Sendable (Progress) -> Void) -> Int {
        published.withLock { published in
            published.nextObserver += 1
            published.observers[published.nextObserver] = body
            return published.nextObserver
        }
    }

    func removeObserver(_ number: Int) {
        published.withLock { $0.observers[number] = nil }
    }

    /// Takes the spares that are ready, and has the next one made beside the writer.
    private func orderSpare() {
        let ready = spares.take()
        let wanted = storage.withLock { storage in
            for spare in ready { storage.add(spare) }
            return spares.isFree ? storage.orderSpare() : nil
        }
        guard let wanted else { return }
        spares.make(wanted) { self.queue.async { self.orderSpare() } }
    }

    /// Flushes when there is enough in memory.
    private func orderFlush() {
        guard flusher.isReady, storage.withLock({ $0.wantsFlush }) else { return }
        flush { _ in }
    }

    /// Flushes all that is in memory, once a flush that is under way has ended.
    ///
    /// - Parameter done: Called on the writer queue.
    func flush(_ done: @escaping @Sendable (Result<Void, StorageError>) -> Void) {
        queue.async {
            if self.flusher.wait(for: { self.flush(done) }) { return }
            guard let job = self.storage.withLock({ $0.beginFlush() }) else {
                return done(.success(()))
            }
            self.lastFlush.withLock { $0 = .now }
            self.flusher.run(job) { result in
                self.queue.async { done(self.install(result)) }
            }
        }
    }

    /// Makes a flushed chunk part of the store, and lets go of what it stands for.
    private func install(
        _ result: Result<FlushedChunk, StorageError>
    ) -> Result<Void, StorageError> {
        let now = clock()
        let flushed: FlushedChunk? = if case .success(let chunk) = result { chunk } else { nil }
        let before = snapshot
        let outcome = storage.withLock { storage -> Result<RetiredFiles, StorageError> in
            do throws(StorageError) {
                let retired = try storage.endFlush(flushed, now: now)
                return result.map { _ in retired }
            } catch { return .failure(error) }
        }
        let (snapshot, bytes, failure) = storage.withLock {
            ($0.snapshot, $0.headBytes, $0.failure)
        }
        publish(snapshot, failure)
        waiting.withLock { $0.intake.headBytes = bytes }
        orderCompaction()
        flusher.end(outcome, releasing: before) { self.queue.async { self.orderFlush() } }
        return outcome.map { _ in }
    }

    /// Commits what waits, refuses what comes, and closes the storage.
    func close() throws(StorageError) {
        waiting.withLock { $0.refusal = $0.refusal ?? .closed }
        spares.close()
        flusher.close()
        compactor.close()
        let now = clock()
        let result = queue.sync { () -> Result<Void, StorageError> in
            commitAll()
            do throws(StorageError) {
                return .success(
                    try storage.withLock { storage throws(StorageError) in
                        try storage.close(now: now)
                    })
            } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Why nothing can be written; nil while all is well.
    var failure: FileSystemError? { published.withLock { $0.failure } }

    /// What nobody writes to any more; waits for the writer.
    var restingFiles: [RestingFile] {
        queue.sync { storage.withLock { $0.restingFiles } }
    }

    /// Bytes of memory that events take.
    var memoryBytes: Int { waiting.withLock { $0.intake.headBytes } }
}

extension Committer.Published {
    /// Whether the error changes what there is to say; a failed log is said once, and so is a full
    /// disk until there is room again.
    fileprivate mutating func note(_ error: StorageError, _ failure: FileSystemError?) -> Bool {
        let was = (self.failure, isDiskFull)
        self.failure = failure
        if case .noSpace = error { isDiskFull = true }
        return (self.failure != nil) != (was.0 != nil) || isDiskFull != was.1
    }
}

extension Committer.Waiting {
    fileprivate mutating func mustStart() -> Bool {
        defer { isCommitting = true }
        return !isCommitting
    }
}

extension Progress {
    init(_ storage: borrowing Storage) {
        self.init(visible: storage.nextSequence - 1, stable: storage.stableSequence)
    }
}

extension Refusal {
    init(_ error: StorageError) {
        switch error {
        case .noSpace: self = .noSpace
        case .closed: self = .closed
        default: self = .failed
        }
    }
}
