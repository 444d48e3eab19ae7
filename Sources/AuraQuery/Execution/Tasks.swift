import Dispatch
import Synchronization

/// Work in parts that several threads do, while what comes of it is put together in the order of parts.
///
/// So the result is the same for any number of threads.
struct Tasks: Sendable {
    let threads: Int

    /// Calls `work` with each number below `count`, and `take` with what that made, in order.
    ///
    /// Neither is called any more once one has failed; the failure of the first part that does is thrown.
    func run<Result>(
        _ count: Int, _ work: @escaping (Int) throws(QueryFailure) -> Result,
        take: @escaping (Result) throws(QueryFailure) -> Void
    ) throws(QueryFailure) {
        guard threads > 1, count > 1 else {
            for index in 0..<count { try take(try work(index)) }
            return
        }
        let progress = TaskProgress(count, work, take)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in progress.help() }
        if let failure = progress.failure { throw failure }
    }
}

/// How far the parts are.
///
/// Unchecked: what `work` makes of a part is handed over under the lock, from the thread that made it to
/// the one that takes it, and neither looks at it at any other time; `take` runs on one thread at a time.
private final class TaskProgress<Result>: @unchecked Sendable {
    private struct State {
        /// The next part that nobody works at.
        var next = 0
        /// Finished parts that wait for those before them.
        var waiting: [Int: Result] = [:]
        /// The next part to be taken.
        var taken = 0
        var isTaking = false
        var failure: (index: Int, reason: QueryFailure)?
    }

    private let count: Int
    private let work: (Int) throws(QueryFailure) -> Result
    private let take: (Result) throws(QueryFailure) -> Void
    private let lock = Mutex(())
    private var state = State()

    init(
        _ count: Int, _ work: @escaping (Int) throws(QueryFailure) -> Result,
        _ take: @escaping (Result) throws(QueryFailure) -> Void
    ) {
        self.count = count
        self.work = work
        self.take = take
    }

    var failure: QueryFailure? { lock.withLock { _ in state.failure?.reason } }

    /// Works until nothing is left to be begun.
    func help() {
        while let index = begin() {
            do throws(QueryFailure) {
                let result = try work(index)
                lock.withLock { _ in state.waiting[index] = result }
                try takeFinished()
            } catch { fail(index, error) }
        }
    }

    private func begin() -> Int? {
        lock.withLock { _ in
            guard state.failure == nil, state.next < count else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    /// Takes all parts in order that are finished, unless another thread is at it.
    private func takeFinished() throws(QueryFailure) {
        while let result = nextToTake() {
            defer { lock.withLock { _ in state.isTaking = false } }
            try take(result)
        }
    }

    private func nextToTake() -> Result? {
        lock.withLock { _ in
            guard !state.isTaking, state.failure == nil,
                let result = state.waiting.removeValue(forKey: state.taken)
            else { return nil }
            state.taken += 1
            state.isTaking = true
            return result
        }
    }

    private func fail(_ index: Int, _ reason: QueryFailure) {
        lock.withLock { _ in
            if let known = state.failure, known.index < index { return }
            state.failure = (index, reason)
        }
    }
}
